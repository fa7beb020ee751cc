package io.replicator.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C over a range of a buffer, by absolute access and without garbage. The JDK takes a direct buffer only by its position
 * and limit, which are not ours to move, so such bytes go through a small array that stays in the first-level cache.
 */
public final class Crc32c {

    private static final int CHUNK_BYTES = 4096;

    private final CRC32C crc = new CRC32C();
    private final byte[] chunk = new byte[CHUNK_BYTES];

    int of(ByteBuffer buffer, int at, int bytes) {
        crc.reset();
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + at, bytes);
        } else {
            updateByChunks(buffer, at, bytes);
        }
        return (int) crc.getValue();
    }

    /** What the header's CRC must be. */
    int ofBatch(ByteBuffer buffer, int at) {
        int size = BatchHeader.sizeInBytes(buffer, at);
        return of(buffer, at + BatchHeader.ATTRIBUTES_AT, size - BatchHeader.ATTRIBUTES_AT);
    }

    /** Whether a magic 2 batch is what its writer sealed. */
    public boolean matches(ByteBuffer buffer, int at) {
        return ofBatch(buffer, at) == BatchHeader.crc(buffer, at);
    }

    /** Refuses a magic 2 batch that is not what its writer sealed: what is built from it gets a new, right CRC. */
    void verify(ByteBuffer buffer, int at) {
        int computed = ofBatch(buffer, at);
        if (computed != BatchHeader.crc(buffer, at)) {
            throw new CorruptBatchException("batch at offset " + BatchHeader.baseOffset(buffer, at) + ": stored CRC "
                    + BatchHeader.unsignedCrc(buffer, at) + ", computed " + Integer.toUnsignedLong(computed));
        }
    }

    private void updateByChunks(ByteBuffer buffer, int at, int bytes) {
        int next = at;
        int left = bytes;
        while (left > 0) {
            int length = Math.min(left, CHUNK_BYTES);
            buffer.get(next, chunk, 0, length);
            crc.update(chunk, 0, length);
            next += length;
            left -= length;
        }
    }
}
