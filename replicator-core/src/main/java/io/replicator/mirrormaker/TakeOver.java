package io.replicator.mirrormaker;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.naming.MirrorMakerTopics;
import io.replicator.offsets.OffsetMap;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where to start with partitions that MirrorMaker 2 has copied until now: directly after the last record that it
 * wrote. The offset that MirrorMaker 2 saved is compared with the records of both sides, because it may have written more
 * than it saved, and the target may not be the one that it wrote to. A partition for which the answer is not certain is
 * refused, with a remedy. It only reads, and blocks while it does: one thread at a time.
 */
public final class TakeOver {
    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** How many partitions one call names in the log. */
    private static final int MAX_LOGGED = 20;

    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final FlowConfig flow;
    private final ClusterOpener opener;
    private final LongSupplier nanoTime;
    private final MirrorMakerTopics topics;
    private final TakeOverVerdict verdict;
    private final Refusals refusals = new Refusals();

    public TakeOver(FlowConfig flow) {
        this(flow, KafkaCluster::open, System::nanoTime);
    }

    /**
     * @param nanoTime the time, as the process counts it: a look takes long, and measures how long
     */
    TakeOver(FlowConfig flow, ClusterOpener opener, LongSupplier nanoTime) {
        this.flow = flow;
        this.opener = opener;
        this.nanoTime = nanoTime;
        this.topics = new MirrorMakerTopics(flow);
        this.verdict = new TakeOverVerdict(flow);
    }

    /** Where a partition starts. */
    public sealed interface Answer {}

    /**
     * After the records that were copied.
     *
     * @param map its position is where copying continues; it also has the copied records that were compared
     * @param unsavedRecords how many records MirrorMaker 2 wrote after the offset that it saved
     */
    public record Behind(OffsetMap map, int unsavedRecords) implements Answer {}

    /** At its first record: MirrorMaker 2 copied nothing of it, and the target has nothing. */
    public record AtFirst() implements Answer {}

    /**
     * Nowhere at present.
     *
     * @param reason for a person
     * @param resumesWhen what has to happen
     * @param isPassing whether that takes only time, or something to be stopped
     */
    public record Refused(String reason, String resumesWhen, boolean isPassing) implements Answer {
        Refused(String reason, String resumesWhen) {
            this(reason, resumesWhen, false);
        }

        /** A cluster gave no answer that is needed. */
        static Refused silent(String reason) {
            return new Refused(reason, "the cluster answers", true);
        }
    }

    /**
     * Looks at partitions of which the flow has no progress. Each gets an answer, even if a cluster gives none.
     *
     * @param targets the partition that holds the copy, by source partition
     * @param begun source partitions of which the flow has progress
     */
    public Map<TopicPartition, Answer> look(
            Map<TopicPartition, TopicPartition> targets, Collection<TopicPartition> begun) throws InterruptedException {
        Map<TopicPartition, Answer> answers = new HashMap<>();
        Map<TopicPartition, TopicPartition> asked = new HashMap<>();
        long startNanos = nanoTime.getAsLong();
        targets.forEach((source, target) -> {
            Optional<Refused> known = refusals.fresh(source, startNanos);
            if (topics.isCopiedHeartbeats(source.topic())) {
                // Only the last heartbeat counts, so that a duplicate does no harm.
                answers.put(source, new AtFirst());
            } else if (known.isPresent()) {
                answers.put(source, known.get());
            } else {
                asked.put(source, target);
            }
        });
        if (!asked.isEmpty()) {
            Map<TopicPartition, Answer> found = ask(asked, begun);
            long endNanos = nanoTime.getAsLong();
            remember(found, endNanos, endNanos - startNanos);
            answers.putAll(found);
        }
        return answers;
    }

    private void remember(Map<TopicPartition, Answer> found, long nowNanos, long lookNanos) {
        Map<TopicPartition, Answer> sorted = new TreeMap<>(BY_NAME);
        sorted.putAll(found);
        int news = 0;
        long begun = 0;
        for (Map.Entry<TopicPartition, Answer> each : sorted.entrySet()) {
            if (each.getValue() instanceof Refused refused) {
                boolean isNews = refusals.add(each.getKey(), refused, nowNanos, lookNanos);
                if (isNews && !refused.equals(TakeOverVerdict.LATER) && news++ < MAX_LOGGED) {
                    LOG.warn(
                            "{}: {} flow={} resumesWhen=\"{}\"",
                            each.getKey(),
                            refused.reason(),
                            flow.name(),
                            refused.resumesWhen());
                }
            } else {
                refusals.remove(each.getKey());
            }
            if (each.getValue() instanceof Behind behind) {
                begun++;
                if (behind.unsavedRecords() > 0) {
                    LOG.info(
                            "{}: MirrorMaker 2 had copied more than it saved flow={} records={}",
                            each.getKey(),
                            flow.name(),
                            behind.unsavedRecords());
                }
            }
        }
        if (news > MAX_LOGGED) {
            LOG.warn(
                    "{} more partitions cannot continue where MirrorMaker 2 stopped flow={}",
                    news - MAX_LOGGED,
                    flow.name());
        }
        if (begun > 0) {
            LOG.info("partitions continue where MirrorMaker 2 stopped flow={} partitions={}", flow.name(), begun);
        }
    }

    private Map<TopicPartition, Answer> ask(
            Map<TopicPartition, TopicPartition> targets, Collection<TopicPartition> begun) throws InterruptedException {
        try (MirrorCluster source = new MirrorCluster(flow, flow.source(), opener, TIMEOUT);
                MirrorCluster target = new MirrorCluster(flow, flow.target(), opener, TIMEOUT)) {
            Optional<Refused> running = stillRuns(target.cluster());
            if (running.isPresent()) {
                return all(targets.keySet(), running.get());
            }
            Map<TopicPartition, Long> copied = readCopied(target);
            if (TakeOverVerdict.isAliasUnknown(copied, begun)) {
                return all(targets.keySet(), verdict.aliasUnknown());
            }
            try (HashedRecordsReader sourceReader = reader(source.cluster(), flow.isolation());
                    HashedRecordsReader targetReader = reader(target.cluster(), Isolation.READ_COMMITTED)) {
                return new TakeOverLook(verdict, refusals, targets, copied, sourceReader, targetReader, nanoTime)
                        .answers();
            }
        } catch (UnavailableException unavailable) {
            return all(targets.keySet(), Refused.silent(unavailable.getMessage()));
        }
    }

    private HashedRecordsReader reader(Cluster cluster, Isolation isolation) {
        return new HashedRecordsReader(cluster, MirrorCluster.clientId(flow), isolation, TIMEOUT, nanoTime);
    }

    private static Map<TopicPartition, Answer> all(Collection<TopicPartition> partitions, Answer answer) {
        Map<TopicPartition, Answer> answers = new HashMap<>();
        partitions.forEach(partition -> answers.put(partition, answer));
        return answers;
    }

    /** MirrorMaker 2's workers are in a group on the target, which Kafka Connect names after the source. */
    private Optional<Refused> stillRuns(Cluster target) throws InterruptedException {
        String group = flow.source().name() + "-mm2";
        try {
            int members = target.consumerGroups()
                    .members(GroupListing.ofConnect(group))
                    .size();
            return members == 0 ? Optional.empty() : Optional.of(verdict.running(group, members));
        } catch (UnavailableException unavailable) {
            if (unavailable.reason() == UnavailableException.Reason.DENIED) {
                return Optional.of(verdict.runningUnknown(group, unavailable.getMessage()));
            }
            if (unavailable.reason() != UnavailableException.Reason.REFUSED) {
                throw unavailable;
            }
            LOG.warn(
                    "it is not known whether MirrorMaker 2 still runs; if it does, records are copied twice: {} flow={}",
                    unavailable.getMessage(),
                    flow.name());
            return Optional.empty();
        }
    }

    private Map<TopicPartition, Long> readCopied(MirrorCluster target) throws InterruptedException {
        CopiedOffsets offsets = new CopiedOffsets(flow.source().name());
        new MirrorTopic(flow.name(), target, topics.connectOffsets(), "how far MirrorMaker 2 has copied")
                .readAll(offsets::take);
        return offsets.offsets();
    }
}
