package io.replicator.benchmarks.pieces;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.BatchMerger;
import io.replicator.batch.BatchRewriter;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of one source batch: passed with a patched or a recomputed CRC, and coalesced with its neighbours. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {
    private static final int BATCHES = 256;
    private static final int MERGED_BYTES = 1 << 20;

    @Param({"none", "lz4"})
    public String codec;

    /** A record is 100 bytes; one record is a tiny batch, 150 are the 16 KiB of Kafka's producer. */
    @Param({"1", "150"})
    public int recordsEach;

    private final BatchMerger merger = new BatchMerger(MERGED_BYTES);
    private final ByteBuffer target = ByteBuffer.allocateDirect(MERGED_BYTES);
    private ByteBuffer batches;
    private int sequence;

    @Setup
    public void fill() {
        Compression compression = codec.equals("lz4") ? Compression.lz4().build() : Compression.NONE;
        batches = Batches.of(compression, BATCHES, recordsEach, 100);
    }

    /** The `pass` way: the header is rewritten, its CRC patched. */
    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public int pass() {
        int at = 0;
        while (at < batches.limit()) {
            BatchRewriter.rewrite(batches, at, 4_711, (short) 3, sequence++ & Integer.MAX_VALUE);
            at += BatchHeader.sizeInBytes(batches, at);
        }
        return at;
    }

    /** The cost of passing if the CRC were computed over the whole batch. */
    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public int checkWholeCrc() {
        int valid = 0;
        int at = 0;
        while (at < batches.limit()) {
            valid += BatchRewriter.isCrcValid(batches, at) ? 1 : 0;
            at += BatchHeader.sizeInBytes(batches, at);
        }
        return valid;
    }

    /** The `coalesce` way: neighbours are merged into batches of up to 1 MiB. */
    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public int coalesce() {
        int mergedBytes = 0;
        int at = 0;
        while (at < batches.limit()) {
            merger.begin(target);
            while (at < batches.limit() && merger.add(batches, at)) {
                at += BatchHeader.sizeInBytes(batches, at);
            }
            mergedBytes += merger.finish(4_711, (short) 3, 0);
        }
        return mergedBytes;
    }
}
