package io.replicator.verify;

import io.replicator.cluster.TopicDescription;
import io.replicator.offsets.CoarseRuns;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** Decides for each partition what of it can be compared, and says what cannot. */
final class ComparisonPlan {
    private final ClusterSnapshot source;
    private final ClusterSnapshot target;
    private final VerificationFindings findings;

    ComparisonPlan(ClusterSnapshot source, ClusterSnapshot target, VerificationFindings findings) {
        this.source = source;
        this.target = target;
        this.findings = findings;
    }

    /** The comparison of one partition; empty when nothing of it can be compared. */
    Optional<PartitionComparison> plan(SavedProgress saved) {
        PartitionPair pair = saved.pair();
        if (!source.has(pair.source())) {
            findings.note(pair.source() + ": no longer on " + source.name() + ", not compared");
            return Optional.empty();
        }
        if (isAnotherTopic(source.topic(pair.source().topic()), pair.sourceTopicId())) {
            findings.note(pair.source() + ": its topic was recreated on " + source.name()
                    + " after it was copied, not compared");
            return Optional.empty();
        }
        if (!target.has(pair.target())) {
            return refuse(pair, "partition is missing on target");
        }
        if (isAnotherTopic(target.topic(pair.targetTopic()), pair.targetTopicId())) {
            return refuse(pair, "topic was recreated on target after it was copied");
        }
        if (!saved.damage().isEmpty()) {
            findings.note(pair.source() + ": compared from offset " + saved.start()
                    + ", because the positions of older records are not known: " + saved.damage());
        }
        return Optional.of(comparison(saved));
    }

    private static boolean isAnotherTopic(Optional<TopicDescription> now, Uuid then) {
        Uuid nowId = now.map(TopicDescription::id).orElse(Uuid.ZERO_UUID);
        return !nowId.equals(Uuid.ZERO_UUID) && !then.equals(Uuid.ZERO_UUID) && !nowId.equals(then);
    }

    private Optional<PartitionComparison> refuse(PartitionPair pair, String what) {
        findings.difference(
                new Difference(pair.source().topic(), pair.source().partition(), -1, pair.targetTopic(), -1, what));
        return Optional.empty();
    }

    private PartitionComparison comparison(SavedProgress saved) {
        PartitionPair pair = saved.pair();
        TopicPartition from = pair.source();
        TopicPartition to = pair.target();
        Runs runs = saved.runs();
        long sourceFrom = Math.max(exactFrom(saved), source.logStart(from));
        long targetFrom = RunCursor.fromSource(runs).translateUp(sourceFrom);
        findings.note(
                from.topic(),
                RunCursor.fromSource(runs).recordsBelow(source.logStart(from)),
                "records had expired on the source, not compared");
        if (targetFrom >= 0 && targetFrom < target.logStart(to)) {
            RunCursor cursor = RunCursor.fromTarget(runs);
            findings.note(
                    from.topic(),
                    cursor.recordsBelow(target.logStart(to)) - cursor.recordsBelow(targetFrom),
                    "records had expired on the target, not compared");
            targetFrom = target.logStart(to);
            long stillThere = cursor.translateUp(targetFrom);
            sourceFrom = stillThere < 0 ? saved.position() : stillThere;
        }
        if (targetFrom < 0) {
            targetFrom = Math.max(saved.targetEnd(), 0);
        }
        findings.expect(1, runs.records() - RunCursor.fromSource(runs).recordsBelow(sourceFrom));
        return new PartitionComparison(
                pair,
                runs,
                feed(source, from, sourceFrom, saved.position()),
                feed(target, to, targetFrom, Math.max(saved.targetEnd(), 0)),
                saved.targetEnd() >= 0,
                findings);
    }

    /** The place of a single record in a run that was made coarse is not known: comparison starts after those runs. */
    private long exactFrom(SavedProgress saved) {
        long exactFrom = saved.start();
        long records = 0;
        for (CoarseRuns coarse : saved.map().coarse()) {
            exactFrom = coarse.sourceEnd();
            if (exactFrom > source.logStart(saved.pair().source())) {
                records += coarse.records();
            }
        }
        findings.note(
                saved.pair().source().topic(),
                records,
                "records are older than the flow knows the place of each (offset-map.max-runs), not compared");
        return exactFrom;
    }

    /** A log that was cut short by an unclean election ends the feed: the lost records then count as missing. */
    private static Feed feed(ClusterSnapshot cluster, TopicPartition partition, long from, long to) {
        long logEnd = cluster.logEnd(partition);
        return new Feed(
                partition,
                cluster.isCompacted(partition),
                cluster.logStart(partition),
                from,
                Math.min(to, logEnd),
                logEnd);
    }
}
