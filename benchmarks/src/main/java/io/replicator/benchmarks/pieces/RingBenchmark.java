package io.replicator.benchmarks.pieces;

import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * The cost of passing a batch from the fetcher's thread to the producer's. Use the counter of batches, not the number of calls: a
 * poll takes all batches that are there.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RingBenchmark {
    /** The size of a lane's ring, and one so small that it is always full or empty. */
    @Param({"16384", "16"})
    public int slots;

    private BatchRing ring;

    /** Owned by the thread that polls. */
    private long expectedOffset;

    /** Owned by the thread that fills. */
    private long nextOffset;

    /** Batches that the other thread received, per time unit. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Taken {
        public long batches;

        @Setup(Level.Iteration)
        public void reset() {
            batches = 0;
        }
    }

    @Setup(Level.Iteration)
    public void empty() {
        ring = new BatchRing(slots);
        expectedOffset = 0;
        nextOffset = 0;
    }

    /** The fetcher's side: claims a slot, fills all of it, publishes it. */
    @Benchmark
    @Group("handOff")
    @GroupThreads(1)
    public void fill(Control control) {
        BatchSlot slot = ring.claim();
        while (slot == null) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
            slot = ring.claim();
        }
        slot.kind = BatchSlot.Kind.WHOLE;
        slot.laneIndex = 1;
        slot.generation = 1;
        slot.at = 0;
        slot.sizeInBytes = 16_384;
        slot.fromOffset = nextOffset;
        slot.nextOffset = nextOffset + 15;
        slot.arrivedNanos = nextOffset;
        nextOffset += 15;
        ring.publish();
    }

    /** The producer's side: takes all batches that are there, as a turn of a lane does. */
    @Benchmark
    @Group("handOff")
    @GroupThreads(1)
    public void poll(Taken taken, Control control) {
        Predicate<BatchSlot> taker = slot -> {
            if (slot.fromOffset != expectedOffset) {
                throw new IllegalStateException(slot.fromOffset + " came where " + expectedOffset + " was due");
            }
            expectedOffset = slot.nextOffset;
            taken.batches++;
            return true;
        };
        while (!ring.poll(taker) && !control.stopMeasurement) {
            Thread.onSpinWait();
        }
    }

    /** Fails when a batch was lost between the threads. */
    @TearDown(Level.Iteration)
    public void checkNothingIsLost() {
        ring.poll(slot -> {
            expectedOffset = slot.nextOffset;
            return true;
        });
        if (expectedOffset != nextOffset) {
            throw new IllegalStateException("filled up to " + nextOffset + ", taken up to " + expectedOffset);
        }
    }
}
