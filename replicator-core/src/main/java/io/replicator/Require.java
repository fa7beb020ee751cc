package io.replicator;

/** Checks what a record is made of, so that what exists is valid. */
public final class Require {
    private Require() {}

    /**
     * Refuses a value that breaks its rule.
     *
     * @param ok whether the value keeps the rule
     * @param key the configuration key, or the component's name, as a user knows it
     * @param value what was given; never a secret, for it is part of the message
     * @param rule what is allowed, as a continuation of "key: value ..."
     * @throws IllegalArgumentException with key, value and rule when the rule is broken
     */
    public static void that(boolean ok, String key, Object value, String rule) {
        if (!ok) {
            throw new IllegalArgumentException(key + ": " + value + " " + rule);
        }
    }
}
