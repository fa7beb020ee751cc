package io.replicator.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Collects what the workers find. Any thread. It calls the caller's consumers one at a time, under this object's lock, on
 * the thread of the worker that found something.
 */
final class VerificationFindings {
    private static final long PROGRESS_INTERVAL_NANOS = 200_000_000;

    private final Consumer<VerificationProgress> progress;
    private final Consumer<Difference> differences;
    private final Map<String, Long> countedNotes = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private long totalRecords;
    private int totalPartitions;
    private long comparedRecords;
    private long comparedBytes;
    private int donePartitions;
    private long differenceCount;
    private long lastProgressNanos = System.nanoTime() - PROGRESS_INTERVAL_NANOS;

    VerificationFindings(Consumer<VerificationProgress> progress, Consumer<Difference> differences) {
        this.progress = progress;
        this.differences = differences;
    }

    synchronized void expect(int partitions, long records) {
        totalPartitions += partitions;
        totalRecords += records;
    }

    synchronized void difference(Difference difference) {
        differenceCount++;
        differences.accept(difference);
    }

    synchronized void compared(long records, long bytes) {
        comparedRecords += records;
        comparedBytes += bytes;
        long nowNanos = System.nanoTime();
        if (nowNanos - lastProgressNanos >= PROGRESS_INTERVAL_NANOS) {
            lastProgressNanos = nowNanos;
            reportProgress();
        }
    }

    synchronized void partitionDone() {
        donePartitions++;
        reportProgress();
    }

    private void reportProgress() {
        progress.accept(new VerificationProgress(comparedRecords, totalRecords, donePartitions, totalPartitions));
    }

    synchronized void note(String note) {
        notes.add(note);
    }

    /** Adds to the count of a note that appears once for each topic; does nothing if there are no records. */
    synchronized void note(String topic, long records, String note) {
        if (records > 0) {
            countedNotes.merge(topic + ": %d " + note, records, Long::sum);
        }
    }

    synchronized VerificationReport report() {
        List<String> all = new ArrayList<>(notes);
        countedNotes.forEach((note, records) -> all.add(note.replace("%d", Long.toString(records))));
        return new VerificationReport(donePartitions, comparedRecords, comparedBytes, differenceCount, all);
    }
}
