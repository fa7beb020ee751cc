package io.replicator.daemon.settings;

/**
 * One thing that is wrong with the settings, or looks wrong.
 *
 * @param place where
 * @param key the whole path of the key, empty when the text itself cannot be read
 * @param message what is wrong and what is allowed; never the value of a client property
 */
record Mistake(Place place, String key, String message) {
    @Override
    public String toString() {
        return place + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
