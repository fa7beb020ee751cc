package io.replicator;

/** What a record's compact constructor demands of its components, so that what exists is valid. */
public final class Require {

    private Require() {}

    /**
     * Refuses a value that breaks its rule.
     *
     * @param key what the user calls the value, a configuration key where there is one
     * @param rule what is allowed, so that the message says what to do
     * @throws IllegalArgumentException {@code key: value: rule} unless {@code ok}
     */
    public static void that(boolean ok, String key, Object value, String rule) {
        if (!ok) {
            throw new IllegalArgumentException(key + ": " + value + ": " + rule);
        }
    }
}
