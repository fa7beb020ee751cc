package io.replicator.testkit.data;

/** How a producer compresses batches. */
public enum Codec {
    /** Not at all. */
    NONE("none"),
    /** Deflate. */
    GZIP("gzip"),
    /** Snappy, in Xerial's framing. */
    SNAPPY("snappy"),
    /** LZ4 frames. */
    LZ4("lz4"),
    /** Zstandard. */
    ZSTD("zstd");

    private final String kafkaName;

    Codec(String kafkaName) {
        this.kafkaName = kafkaName;
    }

    /** The name in {@code compression.type}. */
    public String kafkaName() {
        return kafkaName;
    }
}
