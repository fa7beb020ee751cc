package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot path makes no garbage: it is counted, not believed. */
final class AllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 20_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRewriteWithoutGarbage(boolean direct) {
        Placed batch = batch(new Random(1), direct, false, 0);

        long allocated = allocatedBytes(i -> BatchRewriter.rewrite(batch.buffer(), batch.at(), i, (short) 1, i));

        assertThat(allocated).isLessThan(ROUNDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMergeUncompressedBatchesWithoutGarbage(boolean direct) {
        Random random = new Random(2);
        List<Placed> batches = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            batches.add(batch(random, direct, i % 5 == 0, 10_000L * i));
        }
        ByteBuffer target = direct ? ByteBuffer.allocateDirect(1 << 20) : ByteBuffer.allocate(1 << 20);
        BatchMerger merger = new BatchMerger(1 << 20);

        long allocated = allocatedBytes(i -> {
            merger.begin(target);
            for (int batch = 0; batch < batches.size(); batch++) {
                Placed source = batches.get(batch);
                merger.add(source.buffer(), source.at());
            }
            merger.finish(i, (short) 0, 0);
        });

        // An object is 16 bytes at least: one a round would show. What the JVM itself does now and then stays below.
        assertThat(allocated).isLessThan(ROUNDS);
    }

    private interface Turn {
        void take(int round);
    }

    private static long allocatedBytes(Turn turn) {
        for (int i = 0; i < WARM_UP; i++) {
            turn.take(i);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            turn.take(i);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static Placed batch(Random random, boolean direct, boolean withHoles, long baseOffset) {
        Recipe recipe = new Recipe().baseOffset(baseOffset).records(BatchFixtures.records(random, 4, 200));
        recipe.direct = direct;
        recipe.transactional = true;
        if (withHoles) {
            recipe.holes(random);
        }
        return recipe.place(random);
    }
}
