package io.replicator.operations;

import io.replicator.NearestName;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.GroupMember;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.positions.CopiedTopicState;
import io.replicator.positions.PositionRule;
import io.replicator.positions.PositionState;
import io.replicator.positions.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Plans what moving a group does, and says what prevents it. A pure function of what the clusters said; only the records are
 * not looked at here ({@link RecordCheck}).
 */
final class MigrationPlanner {
    /** How many members a refusal names; the plan has all of them. */
    private static final int MAX_NAMED = 5;

    private final String source;
    private final String target;

    MigrationPlanner(FlowConfig flow) {
        this.source = flow.source().name();
        this.target = flow.target().name();
    }

    /**
     * The plan of a group that cannot be moved whatever its positions are; empty for others.
     *
     * @param onSource the source's groups
     * @param onTarget the target's groups
     */
    Optional<MigrationPlan> refusal(
            String group, String targetGroup, Map<String, GroupListing> onSource, Map<String, GroupListing> onTarget) {
        GroupListing listing = onSource.get(group);
        if (listing == null) {
            return refused(
                    group,
                    targetGroup,
                    "there is no group " + group + " on " + source + NearestName.hint(group, onSource.keySet()));
        }
        if (listing.kind() == GroupListing.Kind.SHARE) {
            return refused(
                    group,
                    targetGroup,
                    "group " + group
                            + " is a share group: it has no positions, because its records are acknowledged one"
                            + " by one");
        }
        GroupListing there = onTarget.get(targetGroup);
        return there != null && there.kind() == GroupListing.Kind.SHARE
                ? refused(group, targetGroup, "group " + targetGroup + " is a share group on " + target)
                : Optional.empty();
    }

    private static Optional<MigrationPlan> refused(String group, String targetGroup, String why) {
        return Optional.of(new MigrationPlan(group, targetGroup, List.of(), List.of(), List.of(), List.of(why), false));
    }

    /** The plan of a group, without the records that it reads next. */
    MigrationPlan plan(GroupFacts facts, MigrationOptions options) {
        Obstacles obstacles = new Obstacles();
        addMembers(facts, obstacles);
        addPending(facts, obstacles);
        List<PlannedPosition> planned = new ArrayList<>();
        facts.committed()
                .forEach((partition, position) ->
                        planned.add(new Planning(partition, position, facts, options, obstacles).plan()));
        if (planned.stream().noneMatch(PlannedPosition::isMoved) && obstacles.reasons.isEmpty()) {
            obstacles.lasting("group " + facts.group() + " has committed nothing on " + source
                    + (facts.committed().isEmpty() ? "" : " in topics that the flow copies"));
        }
        return new MigrationPlan(
                facts.group(),
                facts.targetGroup(),
                planned,
                facts.sourceMembers(),
                facts.targetMembers(),
                obstacles.reasons,
                obstacles.arePassing);
    }

    private void addMembers(GroupFacts facts, Obstacles obstacles) {
        if (!facts.sourceMembers().isEmpty()) {
            obstacles.passing(words(facts.group(), source, facts.sourceMembers())
                    + "; stop them, because the group's positions still move");
        }
        if (!facts.targetMembers().isEmpty()) {
            obstacles.lasting(words(facts.targetGroup(), target, facts.targetMembers())
                    + "; stop them, because they own the group's positions there");
        }
    }

    private static String words(String group, String cluster, List<GroupMember> members) {
        String named =
                members.stream().limit(MAX_NAMED).map(GroupMember::toString).collect(Collectors.joining(", "));
        return "group " + group + " has " + members.size() + (members.size() == 1 ? " member" : " members") + " on "
                + cluster + ": " + named + (members.size() > MAX_NAMED ? ", …" : "");
    }

    private void addPending(GroupFacts facts, Obstacles obstacles) {
        if (!facts.pending().isEmpty()) {
            obstacles.passing("a transaction on " + source + " is about to commit positions of group " + facts.group()
                    + " in " + facts.pending().size() + " partitions, the first of them "
                    + facts.pending().get(0)
                    + ": the group's positions are not known before it ends; if its producer is gone, the transaction"
                    + " times out");
        }
    }

    /** What prevents the migration. */
    private static final class Obstacles {
        private final List<String> reasons = new ArrayList<>();
        private boolean arePassing = true;

        void passing(String reason) {
            reasons.add(reason);
        }

        void lasting(String reason) {
            reasons.add(reason);
            arePassing = false;
        }
    }

    /** One position that is being planned. */
    private static final class Planning {
        private final TopicPartition partition;
        private final CommittedPosition position;
        private final GroupFacts facts;
        private final MigrationOptions options;
        private final Obstacles obstacles;

        Planning(
                TopicPartition partition,
                CommittedPosition position,
                GroupFacts facts,
                MigrationOptions options,
                Obstacles obstacles) {
            this.partition = partition;
            this.position = position;
            this.facts = facts;
            this.options = options;
            this.obstacles = obstacles;
        }

        PlannedPosition plan() {
            CopiedTopicState copy = facts.copies().get(partition);
            if (copy instanceof CopiedTopicState.Gone gone) {
                return stopped(gone.translator(), gone.reason());
            }
            if (copy instanceof CopiedTopicState.Hidden hidden) {
                return stopped(hidden.translator(), hidden.reason());
            }
            if (copy instanceof CopiedTopicState.Copied copied) {
                return copied(copied);
            }
            String why = "the flow copies nothing of it";
            return options.leaveOut()
                    ? leftOut(why)
                    : refuse("", -1, why, "; copy the topic too, or leave its position out");
        }

        private PlannedPosition copied(CopiedTopicState.Copied copy) {
            Translator translator = copy.translator();
            Translation there = translator.toTarget(position.offset());
            if (there instanceof Translation.NotYet notYet) {
                return copy.isSelected() ? wait(translator, notYet) : notReached(translator, notYet);
            }
            if (there instanceof Translation.Unknown unknown) {
                return stopped(translator, unknown.reason());
            }
            return known(translator, there);
        }

        private PlannedPosition notReached(Translator translator, Translation.NotYet notYet) {
            String why = "the flow no longer copies the topic, and the copy ends at " + notYet.position() + ", "
                    + notYet.distance() + " offsets before the group's position";
            return options.leaveOut()
                    ? leftOut(why)
                    : refuse(
                            translator.pair().targetTopic(),
                            present(translator),
                            why,
                            "; copy the topic again, or leave its position out");
        }

        private PlannedPosition wait(Translator translator, Translation.NotYet notYet) {
            String why = "the copy has " + notYet.distance() + " offsets to go to " + position.offset();
            obstacles.passing(partition + ": " + why);
            return planned(translator.pair().targetTopic(), -1, present(translator), false, notYet.distance(), why, "");
        }

        /** The place on the target is known, at least coarsely. */
        private PlannedPosition known(Translator translator, Translation there) {
            String targetTopic = translator.pair().targetTopic();
            long present = present(translator);
            PositionRule.Verdict verdict = PositionRule.of(
                    position.offset(),
                    translator,
                    new PositionRule.Held(options.force() ? PositionRule.NONE : present, false, Written.NOTHING));
            boolean isExact = there instanceof Translation.Exact;
            if (verdict.state() == PositionState.AHEAD) {
                String why = "the group's position on the target, " + present + ", is further on than " + there.offset()
                        + ", which corresponds to its position on the source; use force to overwrite it";
                obstacles.lasting(partition + ": " + why);
                return planned(targetTopic, -1, present, isExact, 0, why, "");
            }
            if (!isExact && !options.acceptInexact()) {
                return refuse(targetTopic, present, verdict.reason(), "; accept inexact positions to move it");
            }
            // A present position that means the same as the wanted one is kept.
            long wanted = verdict.write() == PositionRule.NONE ? present : verdict.write();
            return planned(targetTopic, wanted, present, isExact, 0, "", verdict.reason());
        }

        private long present(Translator translator) {
            CommittedPosition held = facts.onTarget().get(translator.pair().target());
            return held == null ? PositionRule.NONE : held.offset();
        }

        private PlannedPosition stopped(Translator translator, String why) {
            return refuse(translator.pair().targetTopic(), present(translator), why, "");
        }

        private PlannedPosition refuse(String targetTopic, long present, String why, String remedy) {
            obstacles.lasting(partition + ": " + why + remedy);
            return planned(targetTopic, -1, present, false, 0, why, "");
        }

        private PlannedPosition leftOut(String why) {
            return planned("", -1, -1, false, 0, "", why + ": it is left out");
        }

        private PlannedPosition planned(
                String targetTopic,
                long targetOffset,
                long presentOffset,
                boolean isExact,
                long toCopy,
                String refusal,
                String note) {
            return new PlannedPosition(
                    partition.topic(),
                    partition.partition(),
                    targetTopic,
                    position.offset(),
                    position.metadata(),
                    Optional.empty(),
                    targetOffset,
                    Optional.empty(),
                    presentOffset,
                    isExact,
                    toCopy,
                    refusal,
                    note);
        }
    }
}
