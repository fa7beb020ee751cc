package io.replicator.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Decompresses and compresses the records of a batch with Kafka's own codecs. A batch does not contain its compression level,
 * so each codec's default is used. One instance per thread; decompressed records are valid until the next call.
 */
final class Codec {

    private static final int INITIAL_BYTES = 64 * 1024;

    /** The largest buffer that is kept between batches; a larger one is freed. */
    private static final int KEPT_BYTES = 16 * 1024 * 1024;

    /** The largest array that every JVM can allocate. */
    private static final int LARGEST_BYTES = Integer.MAX_VALUE - 8;

    private static final Compression[] COMPRESSIONS = compressions();

    private final BufferSupplier buffers = BufferSupplier.create();
    private ByteBuffer unfolded = ByteBuffer.allocate(INITIAL_BYTES);

    /** The result of {@link #unfold}, from index 0. */
    ByteBuffer unfolded() {
        return unfolded;
    }

    /**
     * Decompresses the records of a magic 2 batch.
     *
     * @return the number of bytes, or -1 if there are more than {@code maxBytes}
     * @throws CorruptBatchException if they do not decompress
     */
    int unfold(ByteBuffer source, int at, int maxBytes) {
        int codec = BatchHeader.codec(source, at);
        if (codec > BatchHeader.CODEC_LAST) {
            throw new CorruptBatchException("unknown codec " + codec);
        }
        ByteBuffer compressed = source.duplicate()
                .limit(at + BatchHeader.sizeInBytes(source, at))
                .position(at + BatchHeader.SIZE);
        if (unfolded.capacity() > KEPT_BYTES) {
            unfolded = ByteBuffer.allocate(INITIAL_BYTES);
        }
        try (InputStream records = COMPRESSIONS[codec].wrapForInput(compressed, BatchHeader.MAGIC_V2, buffers)) {
            return readAll(records, maxBytes);
        } catch (IOException | RuntimeException e) {
            throw new CorruptBatchException(
                    "batch at offset " + BatchHeader.baseOffset(source, at) + ": records do not decompress", e);
        }
    }

    /** Appends the compressed bytes of a heap buffer to {@code target}. */
    void fold(int codec, ByteBuffer plain, int at, int bytes, ByteBufferOutputStream target) {
        try (OutputStream compressor = open(codec, target)) {
            compressor.write(plain.array(), plain.arrayOffset() + at, bytes);
        } catch (IOException e) {
            throw new IllegalStateException("compression into memory failed", e);
        }
    }

    /** A stream that appends compressed bytes to {@code target}; it must be closed because it holds memory outside of the heap. */
    OutputStream open(int codec, ByteBufferOutputStream target) {
        return COMPRESSIONS[codec].wrapForOutput(target, BatchHeader.MAGIC_V2);
    }

    private int readAll(InputStream records, int maxBytes) throws IOException {
        int bytes = 0;
        while (true) {
            if (bytes > maxBytes || bytes == LARGEST_BYTES) {
                return -1;
            }
            if (bytes == unfolded.capacity()) {
                grow();
            }
            int read = records.read(unfolded.array(), bytes, unfolded.capacity() - bytes);
            if (read < 0) {
                return bytes;
            }
            bytes += read;
        }
    }

    private void grow() {
        int capacity = (int) Math.min(2L * unfolded.capacity(), LARGEST_BYTES);
        unfolded = ByteBuffer.wrap(Arrays.copyOf(unfolded.array(), capacity));
    }

    private static Compression[] compressions() {
        Compression[] compressions = new Compression[BatchHeader.CODEC_LAST + 1];
        for (int codec = 0; codec < compressions.length; codec++) {
            compressions[codec] = Compression.of(CompressionType.forId(codec)).build();
        }
        return compressions;
    }
}
