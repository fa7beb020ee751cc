package io.replicator.mirrormaker;

import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.offsets.OffsetMap;
import io.replicator.naming.MirrorMakerTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where partitions begin that MirrorMaker 2 has copied until now: exactly behind the last record that it wrote. How far it
 * says it has come is compared with what stands on both sides, for it may have written more than it said, and the target may
 * not be the one it wrote to. What cannot be told for sure is refused, with what to do. The flow's control thread; reads only.
 */
public final class TakeOver {
    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** So many records of each side are compared at first, and so many positions below the beginning are exact then. */
    private static final int FIRST_RECORDS = 1_000;

    /** Killed, it may have written for a minute what it never said. As much as fits into a quarter of the heap. */
    private static final int MAX_RECORDS =
            (int) Math.min(1_000_000, Runtime.getRuntime().maxMemory() / 4 / (2 * Stretch.BYTES_PER_RECORD));

    private static final int GROWTH = 8;

    /** What is read of each partition: the target's end, and the source before and behind its place. */
    private static final int STRETCHES = 3;

    /** So many records of all partitions together are held at a time, where one does not need more. */
    private static final int BUDGET_RECORDS = Math.min(500_000, MAX_RECORDS);

    /** A look keeps the flow's control thread: the partitions that are left wait for the next one. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final Refused LATER = new Refused(
            "it is not compared yet with what MirrorMaker 2 copied: others took the time",
            "they are compared, some at a time",
            true);

    /** The log names so many of one look. */
    private static final int MAX_TOLD = 20;

    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final FlowConfig flow;
    private final MirrorMakerTopics topics;
    private final String offsetsTopic;
    private final Refusals refusals = new Refusals();
    private Map<TopicPartition, Long> copied = Map.of();

    public TakeOver(FlowConfig flow) {
        this.flow = flow;
        this.topics = new MirrorMakerTopics(flow);
        this.offsetsTopic = topics.connectOffsets();
    }

    /** Where a partition begins. */
    public sealed interface Answer {}

    /**
     * Behind what is copied.
     *
     * @param map its position is where to go on; what stands below is in it as far as it was compared
     */
    public record Behind(OffsetMap map) implements Answer {}

    /** At its first record: MirrorMaker 2 never copied any of it, and nothing is on the target. */
    public record AtFirst() implements Answer {}

    /**
     * Nowhere, as things are.
     *
     * @param reason for a person
     * @param resumesWhen what to do
     * @param isPassing whether that is only a matter of time, or of stopping something
     */
    public record Refused(String reason, String resumesWhen, boolean isPassing) implements Answer {
        Refused(String reason, String resumesWhen) {
            this(reason, resumesWhen, false);
        }

        /** A cluster does not say what must be known. */
        private static Refused silent(String reason) {
            return new Refused(reason, "the cluster answers", true);
        }
    }

    /** So many partitions may be compared together by so many records each. */
    static int perTurn(int records) {
        return Math.max(1, BUDGET_RECORDS / (STRETCHES * records));
    }

    /**
     * Looks at partitions of which the flow has no progress. Each gets an answer, also where a cluster gives none.
     *
     * @param targets where each source partition's copy lies
     * @param begun source partitions of which the flow has progress
     */
    public Map<TopicPartition, Answer> look(
            Map<TopicPartition, TopicPartition> targets, Collection<TopicPartition> begun) throws InterruptedException {
        Map<TopicPartition, Answer> answers = new HashMap<>();
        Map<TopicPartition, TopicPartition> asked = new HashMap<>();
        long startNanos = System.nanoTime();
        targets.forEach((source, target) -> {
            Optional<Refused> known = refusals.fresh(source, startNanos);
            if (topics.isCopiedHeartbeats(source.topic())) {
                // Of these only the last counts: one that comes twice does no harm.
                answers.put(source, new AtFirst());
            } else if (known.isPresent()) {
                answers.put(source, known.get());
            } else {
                asked.put(source, target);
            }
        });
        if (!asked.isEmpty()) {
            Map<TopicPartition, Answer> found = lookAnew(asked, begun);
            long endNanos = System.nanoTime();
            remember(found, endNanos, endNanos - startNanos);
            answers.putAll(found);
        }
        return answers;
    }

    private static boolean isOwnHeartbeats(TopicPartition source) {
        return source.topic().equals(MirrorMakerTopics.HEARTBEATS);
    }

    private void remember(Map<TopicPartition, Answer> found, long nowNanos, long lookNanos) {
        Map<TopicPartition, Answer> sorted = new TreeMap<>(BY_NAME);
        sorted.putAll(found);
        int told = 0;
        long begun = 0;
        for (Map.Entry<TopicPartition, Answer> each : sorted.entrySet()) {
            if (each.getValue() instanceof Refused answer) {
                boolean isNews = refusals.add(each.getKey(), answer, nowNanos, lookNanos);
                if (isNews && !answer.equals(LATER) && told++ < MAX_TOLD) {
                    LOG.warn(
                            "{}: {} flow={} resumesWhen=\"{}\"",
                            each.getKey(),
                            answer.reason(),
                            flow.name(),
                            answer.resumesWhen());
                }
            } else {
                refusals.remove(each.getKey());
                begun += each.getValue() instanceof Behind ? 1 : 0;
            }
        }
        if (told > MAX_TOLD) {
            LOG.warn(
                    "and {} more partitions cannot go on where MirrorMaker 2 stopped flow={}",
                    told - MAX_TOLD,
                    flow.name());
        }
        if (begun > 0) {
            LOG.info("partitions go on where MirrorMaker 2 stopped flow={} partitions={}", flow.name(), begun);
        }
    }

    private Map<TopicPartition, Answer> lookAnew(
            Map<TopicPartition, TopicPartition> targets, Collection<TopicPartition> begun) throws InterruptedException {
        try (MirrorCluster source = new MirrorCluster(flow, flow.source(), TIMEOUT);
                MirrorCluster target = new MirrorCluster(flow, flow.target(), TIMEOUT)) {
            Optional<Refused> running = stillRuns(target);
            if (running.isPresent()) {
                return all(targets.keySet(), running.get());
            }
            copied = readCopied(target);
            if (isAliasUnknown(copied, begun)) {
                return all(targets.keySet(), aliasUnknown());
            }
            try (StretchReader sourceReader = new StretchReader(source, flow.isolation());
                    StretchReader targetReader = new StretchReader(target, Isolation.READ_COMMITTED)) {
                return new Look(targets, sourceReader, targetReader).answers();
            }
        } catch (UnavailableException unavailable) {
            return all(targets.keySet(), Refused.silent(unavailable.getMessage()));
        }
    }

    private static Map<TopicPartition, Answer> all(Collection<TopicPartition> partitions, Answer answer) {
        Map<TopicPartition, Answer> answers = new HashMap<>();
        partitions.forEach(partition -> answers.put(partition, answer));
        return answers;
    }

    /** Nothing at all of the source, and nothing was ever taken over: then everything would be copied once more. */
    static boolean isAliasUnknown(Map<TopicPartition, Long> copied, Collection<TopicPartition> begun) {
        return copied.isEmpty() && begun.stream().allMatch(TakeOver::isOwnHeartbeats);
    }

    private Refused aliasUnknown() {
        String alias = flow.source().name();
        return new Refused(
                "there is no topic " + offsetsTopic + " on " + flow.target().name() + ", or nothing of alias " + alias
                        + " in it: MirrorMaker 2 does not say how far it has copied anything",
                "the name of cluster " + alias + " in clusters is the alias that MirrorMaker 2 had for it, or"
                        + " topics.start is earliest");
    }

    /** Its workers share a group on the target, which Kafka Connect names after the source. */
    private Optional<Refused> stillRuns(MirrorCluster target) throws InterruptedException {
        String group = flow.source().name() + "-mm2";
        try {
            int members = target.admin()
                    .await(
                            target.admin()
                                    .admin()
                                    .describeClassicGroups(List.of(group))
                                    .describedGroups()
                                    .get(group),
                            "DESCRIBE",
                            "group " + group)
                    .members()
                    .size();
            return members == 0
                    ? Optional.empty()
                    : Optional.of(new Refused(
                            "MirrorMaker 2 still runs: its group " + group + " on "
                                    + flow.target().name() + " has " + members + " members",
                            "MirrorMaker 2 is stopped; one that was killed is gone after its session timeout",
                            true));
        } catch (UnavailableException unavailable) {
            if (unavailable.getCause() instanceof GroupIdNotFoundException) {
                return Optional.empty();
            }
            if (unavailable.reason() == UnavailableException.Reason.DENIED) {
                return Optional.of(new Refused(
                        "it cannot be seen whether MirrorMaker 2 still runs, which would make records come twice: "
                                + unavailable.getMessage(),
                        "DESCRIBE on group " + group + " of " + flow.target().name() + " is granted",
                        true));
            }
            if (unavailable.reason() != UnavailableException.Reason.REFUSED) {
                throw unavailable;
            }
            LOG.warn(
                    "it cannot be seen whether MirrorMaker 2 still runs, which would make records come twice: {} flow={}",
                    unavailable.getMessage(),
                    flow.name());
            return Optional.empty();
        }
    }

    private Map<TopicPartition, Long> readCopied(MirrorCluster target) throws InterruptedException {
        CopiedOffsets offsets = new CopiedOffsets(flow.source().name());
        new MirrorTopic(flow.name(), target, offsetsTopic, "how far MirrorMaker 2 has come").readAll(offsets::take);
        return offsets.offsets();
    }

    /** One look at some partitions, with more and more records of those that need it. */
    private final class Look {
        private final Map<TopicPartition, TopicPartition> targets;
        private final StretchReader sourceReader;
        private final StretchReader targetReader;
        private final StretchReader.Ends sourceEnds;
        private final StretchReader.Ends targetEnds;
        private final Map<TopicPartition, Answer> answers = new HashMap<>();
        private final long startNanos = System.nanoTime();
        private boolean isCompared;

        Look(Map<TopicPartition, TopicPartition> targets, StretchReader sourceReader, StretchReader targetReader)
                throws InterruptedException {
            this.targets = targets;
            this.sourceReader = sourceReader;
            this.targetReader = targetReader;
            this.sourceEnds = sourceReader.ends(targets.keySet());
            this.targetEnds = targetReader.ends(targets.values());
        }

        Map<TopicPartition, Answer> answers() throws InterruptedException {
            targets.forEach((source, target) -> {
                refuse(source, sourceEnds.failures().get(source));
                refuse(source, targetEnds.failures().get(target));
            });
            List<TopicPartition> open = new ArrayList<>(targets.keySet());
            open.removeAll(answers.keySet());
            // What was compared in vain keeps no others waiting; and where the time is not enough each has its turn.
            Collections.shuffle(open);
            open.sort(Comparator.comparing(source -> refusals.lasting(source).isPresent()));
            compareAll(open, FIRST_RECORDS);
            open.forEach(source ->
                    answers.putIfAbsent(source, refusals.lasting(source).orElse(LATER)));
            refuseWhatMoves();
            return answers;
        }

        /** Some after the other, each to its answer, until it is late; at least one gets an answer in each look. */
        private void compareAll(List<TopicPartition> open, int records) throws InterruptedException {
            int perTurn = perTurn(records);
            for (int first = 0; first < open.size(); first += perTurn) {
                if (isCompared && System.nanoTime() - startNanos > MAX_NANOS) {
                    return;
                }
                List<TopicPartition> turn = open.subList(first, Math.min(first + perTurn, open.size()));
                List<TopicPartition> again = List.of();
                try {
                    again = compare(turn, records);
                } catch (UnavailableException unavailable) {
                    compareAlone(turn, records, unavailable);
                }
                isCompared |= again.size() < turn.size();
                if (records < MAX_RECORDS) {
                    compareAll(again, Math.min(MAX_RECORDS, GROWTH * records));
                } else {
                    again.forEach(this::refuseTooLong);
                    isCompared = true;
                }
            }
        }

        /** Something is wrong with a partition, and nobody says with which one. */
        private void compareAlone(List<TopicPartition> turn, int records, UnavailableException failure)
                throws InterruptedException {
            if (turn.size() == 1 || failure.reason() != UnavailableException.Reason.REFUSED) {
                turn.forEach(source -> refuse(source, failure.getMessage()));
                return;
            }
            for (TopicPartition source : turn) {
                compareAll(List.of(source), records);
            }
        }

        /** Nothing where there is no failure. */
        private void refuse(TopicPartition source, String failure) {
            if (failure != null) {
                answers.put(source, Refused.silent(failure));
            }
        }

        private void refuseTooLong(TopicPartition source) {
            answers.put(
                    source,
                    new Refused(
                            "it cannot be told which record MirrorMaker 2 copied last by " + MAX_RECORDS
                                    + " records of " + targets.get(source) + " on "
                                    + flow.target().name() + " and as many behind offset "
                                    + copied.getOrDefault(source, -1L)
                                    + " of the source, and more are not compared",
                            "topics.start is a time, earliest or latest; what began already is not changed by it"));
        }

        /** Compares so many records of each; returns those that need more. */
        private List<TopicPartition> compare(Collection<TopicPartition> sources, int records)
                throws InterruptedException {
            Map<TopicPartition, StretchReader.Range> before = new HashMap<>();
            Map<TopicPartition, StretchReader.Range> after = new HashMap<>();
            Map<TopicPartition, StretchReader.Range> tails = new HashMap<>();
            for (TopicPartition source : sources) {
                TopicPartition target = targets.get(source);
                long end = targetEnds.end(target);
                tails.put(target, new StretchReader.Range(tailStart(target, records), end, Integer.MAX_VALUE));
                if (copied.containsKey(source)) {
                    long next = Math.min(copied.get(source) + 1, sourceEnds.end(source));
                    long first = Math.max(sourceEnds.start(source), next - FIRST_RECORDS);
                    before.put(source, new StretchReader.Range(first, next, Integer.MAX_VALUE));
                    after.put(
                            source,
                            new StretchReader.Range(
                                    Math.max(sourceEnds.start(source), next), sourceEnds.end(source), records));
                }
            }
            StretchReader.Read tailsRead = targetReader.read(tails);
            StretchReader.Read beforeRead = sourceReader.read(before);
            StretchReader.Read afterRead = sourceReader.read(after);
            List<TopicPartition> again = new ArrayList<>();
            for (TopicPartition source : sources) {
                TopicPartition target = targets.get(source);
                refuse(source, beforeRead.failures().get(source));
                refuse(source, afterRead.failures().get(source));
                refuse(source, tailsRead.failures().get(target));
                if (!answers.containsKey(source)) {
                    Stretch tail = tailsRead.of(target);
                    boolean isTailWhole = tailStart(target, records) == targetEnds.start(target);
                    Optional<Answer> answer = copied.containsKey(source)
                            ? answer(
                                    source,
                                    new TailMatch(beforeRead.of(source), afterRead.of(source), tail),
                                    beforeRead.of(source).count() > 0,
                                    tail,
                                    isTailWhole,
                                    afterRead.of(source).count() < records)
                            : unknown(source, tail, isTailWhole);
                    answer.ifPresentOrElse(found -> answers.put(source, found), () -> again.add(source));
                }
            }
            return again;
        }

        private long tailStart(TopicPartition target, int records) {
            return Math.max(targetEnds.start(target), targetEnds.end(target) - records);
        }

        /** Of a partition that MirrorMaker 2 says nothing of; empty when more of the target must be read. */
        private Optional<Answer> unknown(TopicPartition source, Stretch tail, boolean isWhole) {
            if (tail.count() > 0) {
                return Optional.of(new Refused(
                        "MirrorMaker 2 does not say in " + offsetsTopic + " how far it has copied it, but "
                                + targets.get(source) + " on " + flow.target().name() + " holds records",
                        "the name of cluster " + flow.source().name()
                                + " is the alias that MirrorMaker 2 had for it, or topics.start is earliest, latest or a"
                                + " time, or topics.rename is that of MirrorMaker 2"));
            }
            return isWhole ? Optional.of(new AtFirst()) : Optional.empty();
        }

        private Optional<Answer> answer(
                TopicPartition source,
                TailMatch match,
                boolean isOnSource,
                Stretch tail,
                boolean isWhole,
                boolean isAfterWhole) {
            TopicPartition target = targets.get(source);
            long last = copied.get(source);
            if (last >= sourceEnds.end(source)) {
                return Optional.of(new Refused(
                        "MirrorMaker 2 says that it has copied up to offset " + last + ", but the source ends at "
                                + sourceEnds.end(source) + ": its topic was made anew, or has lost records",
                        "topics.start is earliest, latest or a time"));
            }
            if (targetEnds.end(target) == 0) {
                return Optional.of(new Refused(
                        "MirrorMaker 2 says that it has copied up to offset " + last
                                + ", but nothing was ever written to "
                                + target + " on " + flow.target().name()
                                + ": it was made anew, or is not where MirrorMaker 2 wrote",
                        "topics.rename is that of MirrorMaker 2, or topics.start is earliest, latest or a time"));
            }
            if (tail.count() == 0) {
                // All that was copied has expired, or will never be read: whatever comes next comes once.
                return isWhole ? Optional.of(behind(new OffsetMap(last + 1))) : Optional.empty();
            }
            boolean isExpired = sourceEnds.start(source) > last;
            if (!isOnSource && !isExpired) {
                return Optional.of(new Refused(
                        "the source has neither the record at offset " + last
                                + ", the last that MirrorMaker 2 says it has copied, nor any of the " + FIRST_RECORDS
                                + " offsets before it, although its log begins at " + sourceEnds.start(source)
                                + ": compaction took them away, and it cannot be told what stands on "
                                + flow.target().name(),
                        "topics.start is a time, earliest or latest"));
            }
            TailMatch.Found found = isExpired ? match.findLast() : match.find(last);
            return switch (found.verdict()) {
                case FOUND -> {
                    if (found.beyond() > 0) {
                        LOG.info(
                                "{}: MirrorMaker 2 had copied more than it said flow={} said={} records={}",
                                source,
                                flow.name(),
                                last,
                                found.beyond());
                    }
                    yield Optional.of(behind(found.map().orElseThrow()));
                }
                case AMBIGUOUS ->
                    Optional.of(new Refused(
                            "the records around offset " + last
                                    + ", the last that MirrorMaker 2 says it has copied, are all"
                                    + " alike: it cannot be told how many of them are on "
                                    + flow.target().name(),
                            "topics.start is a time, earliest or latest"));
                case WEAK ->
                    Optional.of(new Refused(
                            "only one record can be compared around offset " + last
                                    + ", the last that MirrorMaker 2 says it has copied, and "
                                    + flow.target().name()
                                    + " keeps its own times (LogAppendTime) instead of the records': another record of"
                                    + " the same content looks the same",
                            "topics.start is a time, earliest or latest"));
                case NOT_FOUND -> isExpired ? gone(last, isAfterWhole) : lost(source, isWhole);
            };
        }

        private Optional<Answer> lost(TopicPartition source, boolean isWhole) {
            return isWhole
                    ? Optional.of(new Refused(
                            "what " + targets.get(source) + " on "
                                    + flow.target().name()
                                    + " holds at its end is not what the source has up to offset " + copied.get(source)
                                    + ", the last that MirrorMaker 2 says it has copied, and behind it: others write"
                                    + " there, or MirrorMaker 2 changed records, or compaction took some away on one side",
                            "topics.start is a time, earliest or latest"))
                    : Optional.empty();
        }

        /** What was copied is no longer on the source, and none of what is there was copied. */
        private Optional<Answer> gone(long last, boolean isWhole) {
            return isWhole ? Optional.of(behind(new OffsetMap(last + 1))) : Optional.empty();
        }

        private static Behind behind(OffsetMap map) {
            map.isUnknownBelowStart("MirrorMaker 2 copied it; its checkpoints and offset syncs say what it knew");
            return new Behind(map);
        }

        /** Whoever writes there while we look would be repeated, or stand in the middle of it. */
        private void refuseWhatMoves() throws InterruptedException {
            Map<TopicPartition, TopicPartition> found = new HashMap<>(targets);
            found.keySet().removeIf(source -> answers.get(source) instanceof Refused);
            StretchReader.Ends now = targetReader.ends(found.values());
            found.forEach((source, target) -> {
                if (now.failures().containsKey(target)) {
                    refuse(source, now.failures().get(target));
                } else if (now.end(target) != targetEnds.end(target)) {
                    answers.put(
                            source,
                            new Refused(
                                    "somebody writes to " + target + " on "
                                            + flow.target().name()
                                            + ", so that it cannot be told which record MirrorMaker 2 copied last",
                                    "MirrorMaker 2, and whoever else writes there, is stopped",
                                    true));
                }
            });
        }
    }
}
