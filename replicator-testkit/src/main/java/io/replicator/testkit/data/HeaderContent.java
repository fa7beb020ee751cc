package io.replicator.testkit.data;

import java.util.Objects;

/** One header of a record. */
public record HeaderContent(String key, Blob value) {
    /** Keys may be empty or repeated, never absent. */
    public HeaderContent {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }
}
