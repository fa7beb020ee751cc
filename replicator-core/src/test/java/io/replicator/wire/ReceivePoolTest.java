package io.replicator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivePoolTest {
    private static final int CAPACITY = 1 << 16;

    @Test
    void shouldBeginEmptyInTheMemoryOfAPoolThatIsOver() {
        ReceivePool over = new ReceivePool(CAPACITY);
        ReceiveBuffer lost = over.take(CAPACITY);

        ReceivePool pool = over.handOverMemory();

        assertThat(pool.usedBytes()).isZero();
        ReceiveBuffer buffer = pool.take(CAPACITY);
        lost.bytes().put(7, (byte) 42);
        assertThat(buffer.bytes().get(7)).isEqualTo((byte) 42);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldNeverGiveAByteTwiceAndComeBackWhole(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ReceivePool pool = new ReceivePool(CAPACITY);
        List<ReceiveBuffer> taken = new ArrayList<>();

        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                ReceiveBuffer buffer = pool.take(1 + random.nextInt(CAPACITY / 8));
                if (buffer != null) {
                    fill(buffer, taken.size());
                    taken.add(buffer);
                }
            } else if (!taken.isEmpty()) {
                ReceiveBuffer buffer = taken.remove(random.nextInt(taken.size()));
                buffer.release();
                pool.reclaim();
            }
            assertThat(pool.usedBytes()).isBetween((long) sum(taken), (long) CAPACITY);
        }
        for (ReceiveBuffer buffer : taken) {
            byte first = buffer.bytes().get(0);
            for (int i = 0; i < buffer.bytes().capacity(); i++) {
                assertThat(buffer.bytes().get(i)).isEqualTo(first);
            }
        }

        taken.forEach(ReceiveBuffer::release);
        pool.reclaim();

        assertThat(pool.usedBytes()).isZero();
        assertThat(pool.take(CAPACITY)).isNotNull();
    }

    @Test
    void shouldKeepABufferUntilItsLastBatchIsReleased() {
        ReceivePool pool = new ReceivePool(CAPACITY);
        ByteBuffer received = pool.tryAllocate(1_000);
        ReceiveBuffer buffer = pool.claim(received);
        buffer.handOn();
        buffer.handOn();
        buffer.hold();
        buffer.seal();

        buffer.release();
        buffer.release();
        assertThat(pool.reclaim()).isZero();
        buffer.letGo();

        assertThat(pool.reclaim()).isEqualTo(1);
        assertThat(pool.usedBytes()).isZero();
    }

    @Test
    void shouldTellTheSelectorWhenARefusedSizeFitsAgain() {
        ReceivePool pool = new ReceivePool(CAPACITY);
        ByteBuffer first = pool.tryAllocate(CAPACITY / 2);

        assertThat(pool.tryAllocate(CAPACITY)).isNull();
        assertThat(pool.isOutOfMemory()).isTrue();
        pool.release(first);

        assertThat(pool.isOutOfMemory()).isFalse();
        assertThat(pool.tryAllocate(CAPACITY)).isNotNull();
    }

    @Test
    void shouldReceiveWhatIsLargerThanThePoolOnlyAlone() {
        ReceivePool pool = new ReceivePool(CAPACITY);
        ByteBuffer small = pool.tryAllocate(100);

        assertThat(pool.tryAllocate(2 * CAPACITY)).isNull();
        assertThat(pool.isOutOfMemory()).isTrue();
        pool.release(small);
        ByteBuffer large = pool.tryAllocate(2 * CAPACITY);

        assertThat(large.remaining()).isEqualTo(2 * CAPACITY);
        assertThat(pool.tryAllocate(2 * CAPACITY)).isNull();
        assertThat(pool.hasRoomFor(100)).isFalse();
        pool.release(large);
        assertThat(pool.usedBytes()).isZero();
    }

    @Test
    void shouldRefuseABufferGivenBackTwice() {
        FreeExtents free = new FreeExtents(1_000);
        int offset = free.take(100);
        free.give(offset, 100);

        assertThatThrownBy(() -> free.give(offset, 100)).isInstanceOf(IllegalStateException.class);
    }

    private static void fill(ReceiveBuffer buffer, int value) {
        for (int i = 0; i < buffer.bytes().capacity(); i++) {
            buffer.bytes().put(i, (byte) value);
        }
    }

    private static int sum(List<ReceiveBuffer> buffers) {
        return buffers.stream().mapToInt(buffer -> buffer.bytes().capacity()).sum();
    }
}
