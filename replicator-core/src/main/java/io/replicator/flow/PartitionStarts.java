package io.replicator.flow;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.cluster.UnavailableException;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Begins the partitions that are to be copied and are not: where their saved progress ends, or where {@link Beginnings} says.
 *
 * <pre>
 *   missing -- read the offset log --+-- has progress: begins at once
 *                                    +-- has none: ask the clusters -- save the beginning -- begins
 * </pre>
 *
 * <p>Where copying begins is durable, on both sides, before the first write: whoever finds it after a crash then knows which
 * records of the target may be ours. A shard may be lost, and a plan replaced, while a call is made: each answer leaves out
 * what is not {@link Copies#isStillMissing wanted as it was}. Partitions with progress wait for no cluster, so that a shard
 * that is taken over continues at once. Control thread.
 */
final class PartitionStarts implements ControlTask {
    private static final Backoff LOG_BACKOFF = Backoff.ofMillis(200, 1_000);

    /** Partitions that cannot begin are looked at again, at first each second, and then as seldom as topics are. */
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_SOON = 30;

    private final Copies copies;
    private final FlowLog log;
    private final CallQueue clusters;
    private final Beginnings beginnings;
    private final ShardOwners owners;
    private final FlowCondition condition;
    private final long refreshNanos;

    /** Attempts to read the log. */
    private final Retry reading = new Retry(LOG_BACKOFF);

    private boolean isReading;
    private boolean isWanted;

    /** Without progress, and not asked about yet. */
    private final Map<TopicPartition, BlankPartition> unopened = new LinkedHashMap<>();

    /** Asked about, or being saved. */
    private final Set<TopicPartition> opening = new HashSet<>();

    /** Could not begin, and why. */
    private final Map<TopicPartition, UnbegunPartition> unbegun = new LinkedHashMap<>();

    /** Of which the log has progress, when it was last read; kept where MirrorMaker 2's copies are taken over. */
    private Set<TopicPartition> begun = Set.of();

    private boolean isRetrying;

    /** The clusters did not answer the last question, so that nothing is known of those that it was about. */
    private boolean isUnanswered;

    private int retries;
    private long retryAtNanos;

    /** Shards that are known to be on record as begun. */
    private final Set<Integer> begunShards = new HashSet<>();

    /**
     * @param clusters may be slow
     * @param refreshNanos how often topics are looked at
     */
    PartitionStarts(
            Copies copies,
            FlowLog log,
            CallQueue clusters,
            Beginnings beginnings,
            ShardOwners owners,
            FlowCondition condition,
            long refreshNanos) {
        this.copies = copies;
        this.log = log;
        this.clusters = clusters;
        this.beginnings = beginnings;
        this.owners = owners;
        this.condition = condition;
        this.refreshNanos = refreshNanos;
    }

    @Override
    public String name() {
        return "partition starts";
    }

    /** Partitions may be missing: there is a new plan, or a shard was taken on. */
    void look() {
        isWanted = true;
    }

    /** Whether every partition that is to be copied begins, has begun, or has said why it cannot. */
    boolean isSettled() {
        return !isWanted && !isReading && !isUnanswered && unopened.isEmpty() && opening.isEmpty();
    }

    @Override
    public long dueInNanos(long nowNanos) {
        if (canOpen()) {
            return 0;
        }
        long dueIn = Long.MAX_VALUE;
        if (!isReading && isWanted) {
            dueIn = reading.untilDueNanos(nowNanos);
        }
        if (!isReading && isRetrying) {
            dueIn = Math.min(dueIn, retryAtNanos - nowNanos);
        }
        return dueIn;
    }

    private boolean canOpen() {
        return !unopened.isEmpty() && opening.isEmpty();
    }

    @Override
    public int turn(long nowNanos) {
        if (canOpen()) {
            open();
        }
        if (!isReading && dueInNanos(nowNanos) <= 0) {
            read();
        }
        return 1;
    }

    /** What the offset log says of missing partitions, and of which it has progress. */
    private record Found(Map<TopicPartition, SavedProgress> progress, Set<TopicPartition> begun) {}

    private void read() {
        isWanted = false;
        isRetrying = false;
        isUnanswered = false;
        List<MissingPartition> missing = copies.missing().stream()
                .filter(each -> !opening.contains(each.source()))
                .toList();
        unopened.clear();
        if (missing.isEmpty()) {
            settle();
            return;
        }
        isReading = true;
        log.ask(
                "read progress",
                (theLog, nowNanos) -> {
                    theLog.refresh();
                    Set<TopicPartition> all =
                            beginnings.isTakenOver() ? Set.copyOf(theLog.pairs().keySet()) : Set.of();
                    return new Found(progress(theLog, missing), all);
                },
                (outcome, nowNanos) -> found(missing, outcome, nowNanos));
    }

    private static Map<TopicPartition, SavedProgress> progress(OffsetLog log, Collection<MissingPartition> partitions) {
        Map<TopicPartition, SavedProgress> found = new HashMap<>();
        partitions.forEach(
                each -> log.progress(each.source()).ifPresent(progress -> found.put(each.source(), progress)));
        return found;
    }

    private void found(List<MissingPartition> missing, Outcome<Found> outcome, long nowNanos) {
        isReading = false;
        if (hasFailed(outcome, nowNanos)) {
            isWanted = true;
            reading.failed(nowNanos);
            return;
        }
        reading.succeeded();
        Found found = outcome.orThrow();
        begun = found.begun();
        Map<MissingPartition, SavedProgress> continued = new HashMap<>();
        for (MissingPartition each : missing) {
            if (!copies.isStillMissing(each)) {
                isWanted = true; // It may be missing in another way.
                continue;
            }
            SavedProgress progress = found.progress().get(each.source());
            if (progress != null && !copies.isFormer(progress, each.topic())) {
                continued.put(each, progress);
            } else {
                unopened.put(each.source(), new BlankPartition(each, Optional.ofNullable(progress)));
            }
        }
        copies.begin(continued);
        settle();
    }

    private void open() {
        List<BlankPartition> asked = List.copyOf(unopened.values());
        unopened.clear();
        asked.forEach(each -> opening.add(each.source()));
        clusters.ask(
                "where partitions begin and end",
                beginnings.call(asked, begun),
                (outcome, nowNanos) -> opened(asked, outcome, nowNanos));
    }

    private void opened(List<BlankPartition> asked, Outcome<Beginnings.Places> outcome, long nowNanos) {
        if (hasFailed(outcome, nowNanos)) {
            opening.clear();
            isUnanswered = true;
            retryLater(nowNanos);
            return;
        }
        List<BlankPartition> wanted = asked.stream()
                .filter(each -> copies.isStillMissing(each.partition()))
                .toList();
        isWanted |= wanted.size() < asked.size();
        Beginnings.Decision decision = beginnings.decide(wanted, outcome.orThrow());
        if (decision.progress().isEmpty()) {
            ended(decision.unbegun(), nowNanos);
        } else {
            save(decision);
        }
    }

    private void save(Beginnings.Decision decision) {
        Set<MissingPartition> partitions = decision.progress().keySet();
        copies.beginsToSave(partitions);
        log.ask(
                "save where partitions begin",
                (theLog, nowNanos) -> save(theLog, decision.progress()),
                (outcome, nowNanos) -> {
                    copies.endsToSave(partitions);
                    saved(decision, outcome, nowNanos);
                });
    }

    /** In the log's call: an earlier owner that wrote something until just now recorded it before it did. */
    private Map<TopicPartition, SavedProgress> save(OffsetLog theLog, Map<MissingPartition, Progress> beginning)
            throws InterruptedException {
        theLog.refresh();
        List<Progress> fresh = new ArrayList<>();
        beginning.forEach((partition, place) -> {
            boolean isFresh = theLog.progress(partition.source())
                    .map(progress -> copies.isFormer(progress, partition.topic()))
                    .orElse(true);
            if (isFresh && copies.terms().isCurrent(partition.shard(), partition.term())) {
                fresh.add(place);
            }
        });
        if (!fresh.isEmpty()) {
            theLog.save(fresh);
            theLog.refresh();
        }
        return progress(theLog, beginning.keySet());
    }

    private void saved(
            Beginnings.Decision decision, Outcome<Map<TopicPartition, SavedProgress>> outcome, long nowNanos) {
        if (hasFailed(outcome, nowNanos)) {
            opening.clear();
            isWanted = true;
            reading.failed(nowNanos);
            return;
        }
        Map<MissingPartition, SavedProgress> fresh = new HashMap<>();
        decision.progress().keySet().forEach(each -> {
            SavedProgress progress = outcome.orThrow().get(each.source());
            boolean isThere = progress != null && !copies.isFormer(progress, each.topic());
            if (isThere && copies.isStillMissing(each)) {
                fresh.put(each, progress);
            } else {
                isWanted = true;
            }
        });
        copies.begin(fresh);
        ended(decision.unbegun(), nowNanos);
    }

    private void ended(List<UnbegunPartition> refused, long nowNanos) {
        opening.forEach(unbegun::remove);
        opening.clear();
        refused.forEach(each -> unbegun.put(each.source(), each));
        if (refused.isEmpty()) {
            retries = 0;
        } else {
            retryLater(nowNanos);
        }
        settle();
    }

    private void retryLater(long nowNanos) {
        retries++;
        isRetrying = true;
        retryAtNanos = nowNanos + (retries <= MAX_SOON ? SOON_NANOS : refreshNanos);
    }

    /** Says which partitions have not begun, and puts shards on record that have. */
    private void settle() {
        Set<TopicPartition> missing =
                copies.missing().stream().map(MissingPartition::source).collect(Collectors.toSet());
        unbegun.keySet().retainAll(missing);
        condition.publishUnbegun(List.copyOf(unbegun.values()));
        if (unopened.isEmpty() && opening.isEmpty()) {
            condition.isWell(Trouble.STARTS);
            recordBegun();
        }
    }

    /** What appears in a shard after it has begun is copied from its first record. */
    private void recordBegun() {
        Map<Integer, Long> terms = new HashMap<>();
        copies.servedShards().stream()
                .filter(shard -> !begunShards.contains(shard))
                .forEach(shard -> terms.put(shard, copies.terms().of(shard)));
        if (terms.isEmpty()) {
            return;
        }
        log.ask(
                "record that shards have begun",
                (theLog, nowNanos) -> {
                    Set<Integer> current = new HashSet<>(terms.keySet());
                    current.removeIf(shard -> !copies.terms().isCurrent(shard, terms.get(shard)));
                    owners.recordBegun(theLog, current);
                    return current;
                },
                (outcome, nowNanos) -> {
                    if (hasFailed(outcome, nowNanos)) {
                        isWanted = true;
                        reading.failed(nowNanos);
                    } else {
                        begunShards.addAll(outcome.orThrow());
                    }
                });
    }

    private boolean hasFailed(Outcome<?> outcome, long nowNanos) {
        try {
            outcome.orThrow();
            return false;
        } catch (UnavailableException | OffsetLogException failure) {
            condition.trouble(Trouble.STARTS, failure.getMessage(), nowNanos);
            return true;
        }
    }
}
