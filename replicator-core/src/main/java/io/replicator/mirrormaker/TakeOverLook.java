package io.replicator.mirrormaker;

import io.replicator.cluster.Answers;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.UnavailableException;
import io.replicator.mirrormaker.HashedRecordsReader.Range;
import io.replicator.mirrormaker.HashedRecordsReader.Read;
import io.replicator.mirrormaker.TakeOver.Answer;
import io.replicator.mirrormaker.TakeOver.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what {@link TakeOverVerdict} needs of some partitions: first a few records of each, then more and more of those for
 * which they are not enough. One look, on one thread.
 */
final class TakeOverLook {
    /** How many records of each side are compared at first. So many positions before the start are exact afterwards. */
    static final int FIRST_RECORDS = 1_000;

    /**
     * MirrorMaker 2 may have written for a minute without saving an offset when it is killed. Limited to what fits into a
     * quarter of the heap.
     */
    private static final int MAX_RECORDS =
            (int) Math.min(1_000_000, Runtime.getRuntime().maxMemory() / 4 / (2 * HashedRecords.BYTES_PER_RECORD));

    private static final int GROWTH = 8;

    /** What is read of each partition: the target's end, and the source before and after the saved offset. */
    private static final int RANGES = 3;

    /** How many records are in memory at a time, unless one partition alone needs more. */
    private static final int BUDGET_RECORDS = Math.min(500_000, MAX_RECORDS);

    /** A look blocks other questions to the clusters: the partitions that are left wait for the next one. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final TakeOverVerdict verdict;
    private final Refusals refusals;
    private final Map<TopicPartition, TopicPartition> targets;
    private final Map<TopicPartition, Long> copied;
    private final HashedRecordsReader sourceReader;
    private final HashedRecordsReader targetReader;
    private final Answers<TopicPartition, LogBounds> sourceLogs;
    private final Answers<TopicPartition, LogBounds> targetLogs;
    private final Map<TopicPartition, Answer> answers = new HashMap<>();
    private final LongSupplier nanoTime;
    private final long startNanos;
    private boolean isCompared;

    TakeOverLook(
            TakeOverVerdict verdict,
            Refusals refusals,
            Map<TopicPartition, TopicPartition> targets,
            Map<TopicPartition, Long> copied,
            HashedRecordsReader sourceReader,
            HashedRecordsReader targetReader,
            LongSupplier nanoTime)
            throws InterruptedException {
        this.verdict = verdict;
        this.refusals = refusals;
        this.targets = targets;
        this.copied = copied;
        this.sourceReader = sourceReader;
        this.targetReader = targetReader;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.sourceLogs = sourceReader.bounds(targets.keySet());
        this.targetLogs = targetReader.bounds(targets.values());
    }

    /** How many partitions may be compared together, with so many records each. */
    static int perTurn(int records) {
        return Math.max(1, BUDGET_RECORDS / (RANGES * records));
    }

    Map<TopicPartition, Answer> answers() throws InterruptedException {
        targets.forEach((source, target) -> {
            sourceLogs.whyNot(source).ifPresent(why -> refuse(source, why));
            targetLogs.whyNot(target).ifPresent(why -> refuse(source, why));
        });
        List<TopicPartition> open = new ArrayList<>(targets.keySet());
        open.removeAll(answers.keySet());
        // Partitions that were refused before must not delay others; in random order all get their turn.
        Collections.shuffle(open);
        open.sort(Comparator.comparing(source -> refusals.lasting(source).isPresent()));
        compareAll(open, FIRST_RECORDS);
        open.forEach(
                source -> answers.putIfAbsent(source, refusals.lasting(source).orElse(TakeOverVerdict.LATER)));
        refuseMoving();
        return answers;
    }

    /** Compares one turn after the other until the time is up; at least one partition gets an answer in each look. */
    private void compareAll(List<TopicPartition> open, int records) throws InterruptedException {
        int perTurn = perTurn(records);
        for (int first = 0; first < open.size(); first += perTurn) {
            if (isCompared && nanoTime.getAsLong() - startNanos > MAX_NANOS) {
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
                again.forEach(source -> answers.put(
                        source, verdict.tooLong(targets.get(source), copied.getOrDefault(source, -1L), MAX_RECORDS)));
                isCompared = true;
            }
        }
    }

    /** One of the partitions has a problem, and the failure does not say which. */
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

    private void refuse(TopicPartition source, String failure) {
        answers.put(source, Refused.silent(failure));
    }

    /** Compares so many records of each; returns the partitions that need more. */
    private List<TopicPartition> compare(Collection<TopicPartition> sources, int records) throws InterruptedException {
        Map<TopicPartition, Range> before = new HashMap<>();
        Map<TopicPartition, Range> after = new HashMap<>();
        Map<TopicPartition, Range> tails = new HashMap<>();
        for (TopicPartition source : sources) {
            TopicPartition target = targets.get(source);
            tails.put(
                    target,
                    new Range(tailStart(target, records), targetLog(target).end(), Integer.MAX_VALUE));
            if (copied.containsKey(source)) {
                LogBounds log = sourceLog(source);
                long next = Math.min(copied.get(source) + 1, log.end());
                long first = Math.max(log.start(), next - FIRST_RECORDS);
                before.put(source, new Range(first, next, Integer.MAX_VALUE));
                after.put(source, new Range(Math.max(log.start(), next), log.end(), records));
            }
        }
        Read tailsRead = targetReader.read(tails);
        Read beforeRead = sourceReader.read(before);
        Read afterRead = sourceReader.read(after);
        List<TopicPartition> again = new ArrayList<>();
        for (TopicPartition source : sources) {
            Optional<String> failure = Optional.ofNullable(beforeRead.failures().get(source))
                    .or(() -> Optional.ofNullable(afterRead.failures().get(source)))
                    .or(() -> Optional.ofNullable(tailsRead.failures().get(targets.get(source))));
            if (failure.isPresent()) {
                refuse(source, failure.get());
            } else {
                verdict.of(facts(source, records, beforeRead, afterRead, tailsRead))
                        .ifPresentOrElse(found -> answers.put(source, found), () -> again.add(source));
            }
        }
        return again;
    }

    private TakeOverFacts facts(TopicPartition source, int records, Read before, Read after, Read tails) {
        TopicPartition target = targets.get(source);
        boolean isSaved = copied.containsKey(source);
        return new TakeOverFacts(
                source,
                target,
                isSaved ? OptionalLong.of(copied.get(source)) : OptionalLong.empty(),
                sourceLog(source),
                targetLog(target),
                isSaved ? before.of(source) : new HashedRecords(),
                isSaved ? after.of(source) : new HashedRecords(),
                isSaved && after.of(source).count() < records,
                tails.of(target),
                tailStart(target, records) == targetLog(target).start());
    }

    private long tailStart(TopicPartition target, int records) {
        LogBounds log = targetLog(target);
        return Math.max(log.start(), log.end() - records);
    }

    private LogBounds sourceLog(TopicPartition source) {
        return sourceLogs.of(source).orElseThrow();
    }

    private LogBounds targetLog(TopicPartition target) {
        return targetLogs.of(target).orElseThrow();
    }

    /** Records that somebody writes to the target during the look would be copied twice, or lie between copied ones. */
    private void refuseMoving() throws InterruptedException {
        Map<TopicPartition, TopicPartition> found = new HashMap<>(targets);
        found.keySet().removeIf(source -> answers.get(source) instanceof Refused);
        Answers<TopicPartition, LogBounds> now = targetReader.bounds(found.values());
        found.forEach((source, target) -> {
            Optional<String> failure = now.whyNot(target);
            if (failure.isPresent()) {
                refuse(source, failure.get());
            } else if (now.of(target).orElseThrow().end() != targetLog(target).end()) {
                answers.put(source, verdict.moving(target));
            }
        });
    }
}
