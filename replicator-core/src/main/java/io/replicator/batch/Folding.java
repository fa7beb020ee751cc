package io.replicator.batch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * The compressed records of a merged batch. They are compressed into the target as they are added, so the size of what was
 * written is known. Only the size of what the codec still buffers is estimated, from its size in the source's batch; so a
 * batch can be filled to a few per cent below its limit, for any compression ratio.
 *
 * <p>A codec's stream holds memory outside of the heap: a caller that added records must call {@link #finish} or
 * {@link #abandon}.
 */
final class Folding {
    static final int NO_ROOM = -1;

    /** Uncompressed bytes that a codec may buffer, by codec: deflate's symbols, snappy's and lz4's block, zstd's block and buffer. */
    private static final int[] HELD_BACK_BYTES = {0, 128 << 10, 32 << 10, 64 << 10, 144 << 10};

    /** The default level may compress less than the source's: estimates are larger by this part. */
    private static final int CAUTION = 16;

    /** Kept free for wrong estimates, as a part of the room. */
    private static final int SPARE = 64;

    /** The frame header and footer of any codec. */
    private static final int FRAME_BYTES = 32;

    private final Codec codecs;

    private ByteBuffer target;
    private int at;
    private int roomBytes;

    private OutputStream compressor;
    private ByteBufferOutputStream out;
    private int codec;
    private long plainBytes;
    private long sourceBytes;

    Folding(Codec codecs) {
        this.codecs = codecs;
    }

    /** Begins at {@code newAt}, where so much may be written. */
    void begin(ByteBuffer newTarget, int newAt, int newRoomBytes) {
        abandon();
        target = newTarget;
        at = newAt;
        roomBytes = newRoomBytes;
        plainBytes = 0;
        sourceBytes = 0;
    }

    /**
     * Whether more will fit.
     *
     * @param addedPlainBytes uncompressed size of the records to add
     * @param addedSourceBytes their size in the source's batch, compressed by the same codec
     */
    boolean hasRoomFor(int addedCodec, int addedPlainBytes, int addedSourceBytes) {
        long written = compressor == null ? 0 : out.position() - at;
        long heldBack = Math.min(plainBytes, HELD_BACK_BYTES[addedCodec]);
        long foreseen = addedSourceBytes;
        if (plainBytes > 0) {
            foreseen += heldBack * sourceBytes / plainBytes;
        }
        long worst = heldBack + addedPlainBytes;
        foreseen = Math.min(foreseen + foreseen / CAUTION, worst + worst / CAUTION);
        return written + foreseen + FRAME_BYTES + roomBytes / SPARE <= roomBytes;
    }

    /** Adds plain records from a heap buffer. */
    void add(int addedCodec, ByteBuffer plain, int plainAt, int addedPlainBytes, int addedSourceBytes) {
        if (compressor == null) {
            codec = addedCodec;
            out = new ByteBufferOutputStream(
                    target.duplicate().limit(at + roomBytes).position(at));
            compressor = codecs.open(codec, out);
        }
        try {
            compressor.write(plain.array(), plain.arrayOffset() + plainAt, addedPlainBytes);
        } catch (IOException e) {
            throw new IllegalStateException("compression into memory failed", e);
        }
        plainBytes += addedPlainBytes;
        sourceBytes += addedSourceBytes;
    }

    /** Ends the stream; returns its bytes in the target, or {@link #NO_ROOM} if they do not fit. */
    int finish() {
        ByteBufferOutputStream written = out;
        close();
        // When the target is too small, the stream moves to memory of its own and counts on there.
        int end = written.position();
        return end <= at + roomBytes ? end - at : NO_ROOM;
    }

    /** Ends the stream, if there is one; what it wrote is not used. */
    void abandon() {
        if (compressor != null) {
            close();
        }
        target = null;
    }

    private void close() {
        try (OutputStream closing = compressor) {
            closing.flush();
        } catch (IOException e) {
            throw new IllegalStateException("compression into memory failed", e);
        } finally {
            compressor = null;
            out = null;
        }
    }
}
