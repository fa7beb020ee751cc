package io.replicator.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one segment of a partition on a broker's disk, to be damaged while the broker is stopped. A broker that was shut down
 * cleanly trusts what it finds, and never checks a CRC when it serves.
 */
public final class SegmentFile {
    private static final int LOG_OVERHEAD = 12;
    private static final int LENGTH_AT = 8;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int ATTRIBUTES_LOW_AT = 22;
    private static final int RECORD_COUNT_LOW_AT = 60;
    private static final int CONTROL_BIT = 0x20;

    private final Path file;

    /**
     * A batch in the file.
     *
     * @param position where it begins
     * @param sizeInBytes of all of it
     * @param baseOffset of its first record
     * @param nextOffset after its last record
     */
    public record Batch(long position, int sizeInBytes, long baseOffset, long nextOffset) {}

    private SegmentFile(Path file) {
        this.file = file;
    }

    /** The first segment of a partition of the only broker whose directory is below {@code root}. */
    public static SegmentFile of(Path root, String topic, int partition) {
        Path end = Path.of("data", topic + "-" + partition, "00000000000000000000.log");
        try (Stream<Path> files = Files.walk(root)) {
            return new SegmentFile(
                    files.filter(each -> each.endsWith(end)).findFirst().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Batch> batches() {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            List<Batch> batches = new ArrayList<>();
            long position = 0;
            while (position + LOG_OVERHEAD <= open.length()) {
                open.seek(position);
                long baseOffset = open.readLong();
                open.seek(position + LENGTH_AT);
                int size = LOG_OVERHEAD + open.readInt();
                open.seek(position + LAST_OFFSET_DELTA_AT);
                batches.add(new Batch(position, size, baseOffset, baseOffset + open.readInt() + 1));
                position += size;
            }
            return batches;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One in the middle of the log. */
    public Batch middle() {
        List<Batch> batches = batches();
        return batches.get(batches.size() / 2);
    }

    /** Turns a bit of the batch's last record; the same again mends it. */
    public void flipInRecords(Batch batch) {
        flip(batch.position() + batch.sizeInBytes() - 4, 0x01);
    }

    /** Makes records look like a transaction's marker, or back. */
    public void flipControlBit(Batch batch) {
        flip(batch.position() + ATTRIBUTES_LOW_AT, CONTROL_BIT);
    }

    /** Makes the batch of one record look as if it had none, or back. */
    public void flipCountOfOne(Batch batch) {
        flip(batch.position() + RECORD_COUNT_LOW_AT, 0x01);
    }

    private void flip(long position, int bits) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            int before = open.read();
            open.seek(position);
            open.write(before ^ bits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the log off before a batch, with the indexes that know of what is lost. */
    public void truncateBefore(Batch batch) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
                Stream<Path> beside = Files.list(file.getParent())) {
            open.setLength(batch.position());
            for (Path each : beside.filter(path ->
                            path.toString().endsWith("index") || path.toString().endsWith(".snapshot"))
                    .toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
