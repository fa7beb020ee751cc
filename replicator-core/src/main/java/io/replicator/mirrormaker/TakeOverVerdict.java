package io.replicator.mirrormaker;

import io.replicator.config.FlowConfig;
import io.replicator.mirrormaker.TakeOver.Answer;
import io.replicator.mirrormaker.TakeOver.AtFirst;
import io.replicator.mirrormaker.TakeOver.Behind;
import io.replicator.mirrormaker.TakeOver.Refused;
import io.replicator.naming.MirrorMakerTopics;
import io.replicator.offsets.OffsetMap;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Decides where a partition starts that MirrorMaker 2 copied, from what was read of it. Pure. */
final class TakeOverVerdict {
    static final Refused LATER = new Refused(
            "it is not compared yet with what MirrorMaker 2 copied: other partitions took the time",
            "it is compared; that is done for some partitions at a time",
            true);

    private static final String ANY_OTHER_START = "topics.start is a time, earliest or latest";

    private final String source;
    private final String target;
    private final String offsetsTopic;

    TakeOverVerdict(FlowConfig flow) {
        this.source = flow.source().name();
        this.target = flow.target().name();
        this.offsetsTopic = new MirrorMakerTopics(flow).connectOffsets();
    }

    /**
     * Whether MirrorMaker 2 saved nothing at all about the source although nothing was taken over before: then everything
     * would be copied once more.
     *
     * @param copied what it saved
     * @param begun source partitions of which the flow has progress; heartbeats never need to be taken over
     */
    static boolean isAliasUnknown(Map<TopicPartition, Long> copied, Collection<TopicPartition> begun) {
        return copied.isEmpty()
                && begun.stream().allMatch(partition -> partition.topic().equals(MirrorMakerTopics.HEARTBEATS));
    }

    Refused aliasUnknown() {
        return new Refused(
                "there is no topic " + offsetsTopic + " on " + target + ", or it has nothing about alias " + source
                        + ": it is not known how far MirrorMaker 2 has copied",
                "the name of cluster " + source + " in clusters is the alias that MirrorMaker 2 used for it, or"
                        + " topics.start is earliest");
    }

    Refused running(String group, int members) {
        return new Refused(
                "MirrorMaker 2 still runs: its group " + group + " on " + target + " has " + members + " members",
                "MirrorMaker 2 is stopped; the members of one that was killed leave after its session timeout",
                true);
    }

    Refused runningUnknown(String group, String why) {
        return new Refused(
                "it is not known whether MirrorMaker 2 still runs; if it does, records are copied twice: " + why,
                "DESCRIBE on group " + group + " of " + target + " is granted",
                true);
    }

    /** Somebody wrote to the target during the look. */
    Refused moving(TopicPartition partition) {
        return new Refused(
                "somebody writes to " + partition + " on " + target
                        + ", so that the last record that MirrorMaker 2 copied cannot be found",
                "MirrorMaker 2, and whoever else writes there, is stopped",
                true);
    }

    /** The limit of records was not enough. */
    Refused tooLong(TopicPartition partition, long saved, int records) {
        return new Refused(
                "the last record that MirrorMaker 2 copied was not found among " + records + " records of " + partition
                        + " on " + target + " and as many after offset " + saved
                        + " of the source, and more are not compared",
                ANY_OTHER_START + "; that does not change partitions that have started already");
    }

    /** The answer; empty when more records have to be read. */
    Optional<Answer> of(TakeOverFacts facts) {
        return facts.saved().isPresent() ? ofSaved(facts, facts.saved().getAsLong()) : ofUnsaved(facts);
    }

    private Optional<Answer> ofUnsaved(TakeOverFacts facts) {
        if (facts.tail().count() > 0) {
            return Optional.of(new Refused(
                    "MirrorMaker 2 does not say in " + offsetsTopic + " how far it has copied it, but " + facts.target()
                            + " on " + target + " has records",
                    "the name of cluster " + source
                            + " is the alias that MirrorMaker 2 used for it, or topics.start is earliest, latest or a"
                            + " time, or topics.rename is that of MirrorMaker 2"));
        }
        return facts.isTailWhole() ? Optional.of(new AtFirst()) : Optional.empty();
    }

    private Optional<Answer> ofSaved(TakeOverFacts facts, long saved) {
        if (saved >= facts.sourceLog().end()) {
            return Optional.of(new Refused(
                    "MirrorMaker 2 has copied up to offset " + saved + ", but the source ends at "
                            + facts.sourceLog().end() + ": its topic was recreated, or has lost records",
                    "topics.start is earliest, latest or a time"));
        }
        if (facts.targetLog().end() == 0) {
            return Optional.of(new Refused(
                    "MirrorMaker 2 has copied up to offset " + saved + ", but nothing was ever written to "
                            + facts.target() + " on " + target
                            + ": the topic was recreated, or is not the one that MirrorMaker 2 wrote to",
                    "topics.rename is that of MirrorMaker 2, or topics.start is earliest, latest or a time"));
        }
        if (facts.tail().count() == 0) {
            // All copied records have expired on the target, or can never be read: none of the next ones is a
            // duplicate.
            return facts.isTailWhole() ? Optional.of(behind(new OffsetMap(saved + 1), 0)) : Optional.empty();
        }
        boolean isExpired = facts.sourceLog().start() > saved;
        if (!isExpired && facts.before().count() == 0) {
            return Optional.of(compactedAway(facts, saved));
        }
        return compared(facts, saved, isExpired);
    }

    private Refused compactedAway(TakeOverFacts facts, long saved) {
        return new Refused(
                "the source has neither the record at offset " + saved
                        + ", the last that MirrorMaker 2 copied, nor any of"
                        + " the " + TakeOverLook.FIRST_RECORDS + " offsets before it, although its log starts at "
                        + facts.sourceLog().start() + ": compaction removed them, and the records on " + target
                        + " cannot be recognized",
                ANY_OTHER_START);
    }

    private Optional<Answer> compared(TakeOverFacts facts, long saved, boolean isExpired) {
        TailMatch match = new TailMatch(facts.before(), facts.after(), facts.tail());
        TailMatch.Found found = isExpired ? match.findLast() : match.find(saved);
        return switch (found.verdict()) {
            case FOUND -> Optional.of(behind(found.map().orElseThrow(), found.beyond()));
            case AMBIGUOUS ->
                Optional.of(new Refused(
                        "the records around offset " + saved
                                + ", the last that MirrorMaker 2 copied, are all alike: it is"
                                + " not known how many of them are on " + target,
                        ANY_OTHER_START));
            case WEAK ->
                Optional.of(new Refused(
                        "only one record can be compared around offset " + saved
                                + ", the last that MirrorMaker 2 copied, and " + target
                                + " stores its own timestamps (LogAppendTime) instead of the records': another record"
                                + " with the same content looks the same",
                        ANY_OTHER_START));
            case NOT_FOUND -> isExpired ? allExpired(facts, saved) : notFound(facts, saved);
        };
    }

    private Optional<Answer> notFound(TakeOverFacts facts, long saved) {
        return facts.isTailWhole()
                ? Optional.of(new Refused(
                        "the last records of " + facts.target() + " on " + target
                                + " are not those that the source has up to offset " + saved
                                + ", the last that MirrorMaker 2 copied, and after it: others write there, or MirrorMaker 2"
                                + " changed records, or compaction removed some on one side",
                        ANY_OTHER_START))
                : Optional.empty();
    }

    /** The copied records are no longer on the source, and none of those that are was copied. */
    private static Optional<Answer> allExpired(TakeOverFacts facts, long saved) {
        return facts.isAfterWhole() ? Optional.of(behind(new OffsetMap(saved + 1), 0)) : Optional.empty();
    }

    private static Behind behind(OffsetMap map, int unsavedRecords) {
        map.isUnknownBelowStart("MirrorMaker 2 copied it; its checkpoints and offset syncs have the positions");
        return new Behind(map, unsavedRecords);
    }
}
