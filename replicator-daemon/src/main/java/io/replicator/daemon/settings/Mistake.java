package io.replicator.daemon.settings;

/**
 * An error in the settings, or a warning.
 *
 * @param place where it is
 * @param key the full path of the key; empty when the file cannot be parsed
 * @param message what is wrong and what is allowed; never the value of a client property
 */
record Mistake(Place place, String key, String message) {
    @Override
    public String toString() {
        return place + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
