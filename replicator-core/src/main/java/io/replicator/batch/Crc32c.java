package io.replicator.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C over a range of a buffer, with absolute access and without garbage. The JDK reads a direct buffer between position
 * and limit only, which must not be moved here, so such bytes go through a small array that stays in the first-level cache.
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

    /** The right CRC for the header. */
    int ofBatch(ByteBuffer buffer, int at) {
        int size = BatchHeader.sizeInBytes(buffer, at);
        return of(buffer, at + BatchHeader.ATTRIBUTES_AT, size - BatchHeader.ATTRIBUTES_AT);
    }

    /** Whether a magic 2 batch has the right CRC. */
    public boolean matches(ByteBuffer buffer, int at) {
        return ofBatch(buffer, at) == BatchHeader.crc(buffer, at);
    }

    /** Refuses a magic 2 batch with a wrong CRC: batches that are built from it would get a right one. */
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
