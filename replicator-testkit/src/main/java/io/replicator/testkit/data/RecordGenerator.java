package io.replicator.testkit.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** An endless row of records: the same for the same shape and seed, on every machine. */
public final class RecordGenerator {
    private static final int HEADER_VALUE_BYTES = 12;

    private final RecordShape shape;
    private final SplittableRandom random;
    private long generated;

    /** Starts at the first record. */
    public RecordGenerator(RecordShape shape, long seed) {
        this.shape = shape;
        this.random = new SplittableRandom(seed);
    }

    /** The next record. */
    public RecordContent next() {
        long timestamp = shape.firstTimestamp() + generated * shape.timestampStep();
        generated++;
        return new RecordContent(timestamp, key(), value(), headers());
    }

    /** The next records. */
    public List<RecordContent> next(int count) {
        List<RecordContent> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(next());
        }
        return records;
    }

    private Blob key() {
        return shape.distinctKeys() == 0 ? Blob.ABSENT : Blob.of("key-" + random.nextInt(shape.distinctKeys()));
    }

    private Blob value() {
        if (shape.tombstoneShare() > 0 && random.nextDouble() < shape.tombstoneShare()) {
            return Blob.ABSENT;
        }
        return filled(random.nextInt(shape.minValueBytes(), shape.maxValueBytes() + 1), shape.texture());
    }

    private List<HeaderContent> headers() {
        List<HeaderContent> headers = new ArrayList<>(shape.headers());
        for (int i = 0; i < shape.headers(); i++) {
            headers.add(new HeaderContent("header-" + i, filled(HEADER_VALUE_BYTES, Texture.JSON)));
        }
        return headers;
    }

    private Blob filled(int bytes, Texture texture) {
        byte[] filled = new byte[bytes];
        texture.fill(filled, random);
        return Blob.of(filled);
    }
}
