package io.replicator.flow;

import java.math.BigInteger;
import org.apache.kafka.common.TopicPartition;

/**
 * Which shard a partition belongs to. Stable for ever: a shard's producer identity wrote the partition, and must
 * continue to. The partitions of one topic go round the shards, so that a single topic keeps all lanes busy; and in wide steps,
 * for instances are given shards that lie side by side, and each is to have a part of a small topic.
 */
final class Shards {
    private static final int SPREAD = 0x9E3779B9;
    private static final double GOLDEN_RATIO = 0.618;

    private final int count;
    private final long step;

    Shards(int count) {
        this.count = count;
        int wide = Math.max(1, (int) (count * GOLDEN_RATIO));
        while (!isCoprime(wide, count)) {
            wide--;
        }
        this.step = wide;
    }

    private static boolean isCoprime(int a, int b) {
        return BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).equals(BigInteger.ONE);
    }

    /** From 0 to below the count. {@link String#hashCode} is specified, so it never changes. */
    int of(TopicPartition partition) {
        int topic = partition.topic().hashCode() * SPREAD;
        return Math.floorMod((topic >>> 16) + step * partition.partition(), count);
    }
}
