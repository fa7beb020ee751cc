package io.replicator.positions;

import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Translator;
import io.replicator.naming.TopicSelection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all groups and brings their positions to the target, round by round. A round asks both clusters for their groups
 * and the source for all positions; only of groups that moved is the target asked, and only what changed is written.
 * {@link GroupSync}'s thread.
 */
final class GroupRound {
    private static final Logger LOG = LoggerFactory.getLogger(GroupRound.class);

    /** All groups are looked at on the target this often, for what its consumers may have done there. */
    private static final long FULL_LOOK_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A source that listed a group before and does not twice in a row is asked whether it was deleted. */
    private static final int MISSES_TO_ASK = 2;

    /** Of a thousand groups that fail for one reason so many show it. */
    private static final int MAX_SAID = 20;

    private final FlowConfig flow;
    private final GroupsConfig config;
    private final TopicSelection selection;
    private final ClusterGroups source;
    private final ClusterGroups target;
    private final Map<WrittenBefore.Place, Written> before;
    private final Runnable alive;
    private final Map<String, FollowedGroup> groups = new TreeMap<>();
    private final Map<String, String> toldFailures = new HashMap<>();
    private boolean isFirst = true;
    private long fullLookNanos;
    private String notice = "";

    /** Where records stand, as of this round. */
    private FlowPositions positions;

    /** The target's groups as it listed them in this round. */
    private Map<String, GroupListing> targetGroups = Map.of();

    /** Incarnations of topics that are no more, as they were last looked for. */
    private TopicIds.Found sourceTopics = TopicIds.Found.NOTHING;

    private TopicIds.Found targetTopics = TopicIds.Found.NOTHING;

    /**
     * @param before what an earlier life wrote
     * @param alive told that the round goes on
     */
    GroupRound(
            FlowConfig flow,
            ClusterGroups source,
            ClusterGroups target,
            Map<WrittenBefore.Place, Written> before,
            Runnable alive) {
        this.flow = flow;
        this.config = flow.positions().groups();
        this.selection = new TopicSelection(flow);
        this.source = source;
        this.target = target;
        this.before = before;
        this.alive = alive;
    }

    /**
     * One round.
     *
     * @throws UnavailableException when a cluster does not answer
     */
    void run(FlowPositions nowPositions, long nowNanos) throws InterruptedException {
        positions = nowPositions;
        if (config.sync() || flow.positions().mirrorMaker().checkpoints()) {
            lookAtGroups(nowNanos);
        } else {
            positions.refresh();
        }
    }

    private void lookAtGroups(long nowNanos) throws InterruptedException {
        Map<String, GroupListing> listed = source.list();
        List<FollowedGroup> present = present(listed, nowNanos);
        boolean isFullLook = isFirst || nowNanos - fullLookNanos >= 0;
        if (!isFullLook) {
            read(present, listed, nowNanos);
            alive.run();
        }
        targetGroups = config.sync() ? target.list() : Map.of();
        List<FollowedGroup> due = new ArrayList<>();
        for (FollowedGroup group : present) {
            boolean isToLookAt = isFullLook
                    || (group.hasPositions() && (group.isDue(nowNanos) || group.isInUse() != isInUse(group)));
            if (isToLookAt && group.backOff().isOver(nowNanos)) {
                due.add(group);
            }
        }
        if (due.isEmpty()) {
            positions.refresh(); // Others are told of it as well.
        }
        for (int from = 0; from < due.size(); from += ClusterGroups.BATCH) {
            readAndLook(due.subList(from, Math.min(due.size(), from + ClusterGroups.BATCH)), listed, nowNanos);
            alive.run();
        }
        if (isFullLook) {
            fullLookNanos =
                    nowNanos + Math.max(FULL_LOOK_NANOS, config.interval().toNanos());
            isFirst = false;
        }
        forgetDeleted(listed.keySet(), nowNanos);
        sayFailures();
    }

    /** Reads where groups stand on the source directly before it is written: what they do in between goes by unseen. */
    private void readAndLook(List<FollowedGroup> batch, Map<String, GroupListing> listed, long nowNanos)
            throws InterruptedException {
        read(batch, listed, nowNanos);
        // After the groups were read: the copy had come at least as far as it is known to have come here.
        positions.refresh();
        List<FollowedGroup> readable = batch.stream()
                .filter(group -> group.hasPositions() && group.backOff().isOver(nowNanos))
                .toList();
        lookForGoneTopics(readable);
        look(readable, nowNanos);
    }

    /** Everything that is to be told, ordered by group, topic and partition. */
    List<GroupPosition> told() {
        List<GroupPosition> told = new ArrayList<>();
        groups.values().forEach(group -> told.addAll(group.told()));
        return told;
    }

    /** What is not right although both clusters answered; empty when nothing is. */
    String notice() {
        return notice;
    }

    private List<FollowedGroup> present(Map<String, GroupListing> listed, long nowNanos) throws InterruptedException {
        List<FollowedGroup> present = new ArrayList<>();
        for (String name : listed.keySet()) {
            if (config.selects(name)) {
                FollowedGroup group = groups.computeIfAbsent(
                        name,
                        added -> new FollowedGroup(
                                added, config.targetName(added, flow.source().name())));
                group.listed();
                present.add(group);
            }
        }
        if (!present.isEmpty()) {
            notice = "";
        } else if (isFirst || nowNanos - fullLookNanos >= 0) {
            notice = whyNone();
        }
        return present;
    }

    private String whyNone() throws InterruptedException {
        return source.seesAllGroups().orElse(true)
                ? ""
                : "cluster " + flow.source().name()
                        + " shows no group that groups.select matches; if there are some, grant"
                        + " DESCRIBE on them, or on the cluster";
    }

    /** Takes note of where groups stand on the source. */
    private void read(List<FollowedGroup> present, Map<String, GroupListing> listed, long nowNanos)
            throws InterruptedException {
        List<FollowedGroup> asked = new ArrayList<>();
        for (FollowedGroup group : present) {
            if (isShared(listed.get(group.name()))) {
                group.is(
                        PositionState.UNSUPPORTED,
                        "a share group has no position that tells what it has read: its records are acknowledged one by one");
            } else if (group.backOff().isOver(nowNanos)) {
                asked.add(group);
            }
        }
        for (int from = 0; from < asked.size(); from += ClusterGroups.BATCH) {
            List<FollowedGroup> batch = asked.subList(from, Math.min(asked.size(), from + ClusterGroups.BATCH));
            ClusterGroups.Answer answer =
                    source.positions(batch.stream().map(FollowedGroup::name).toList());
            for (FollowedGroup group : batch) {
                UnavailableException failure = answer.failed().get(group.name());
                if (failure == null) {
                    standsAt(group, answer.found().get(group.name()), listed.get(group.name()));
                } else {
                    failed(group, failure, nowNanos);
                }
            }
        }
    }

    private static boolean isShared(GroupListing group) {
        return group.type().filter(type -> type == GroupType.SHARE).isPresent();
    }

    private void standsAt(FollowedGroup group, Map<TopicPartition, OffsetAndMetadata> committed, GroupListing listing) {
        group.standsAt(committed);
        boolean isOfConsumers = listing.protocol().isEmpty()
                || listing.protocol().equals("consumer")
                || listing.protocol().equals("streams");
        if (!isOfConsumers && committed.isEmpty()) {
            group.is(
                    PositionState.UNSUPPORTED,
                    "a group of the kind " + listing.protocol()
                            + ", which keeps no positions in Kafka: nothing to move");
        }
    }

    private void failed(FollowedGroup group, UnavailableException failure, long nowNanos) {
        group.failed(failure.getMessage());
        group.backOff().failed(nowNanos);
    }

    private boolean isInUse(FollowedGroup group) {
        GroupListing listing = targetGroups.get(group.targetName());
        return listing != null
                && listing.groupState()
                        .map(state -> state != GroupState.EMPTY && state != GroupState.DEAD)
                        .orElse(false);
    }

    private void lookForGoneTopics(Collection<FollowedGroup> due) throws InterruptedException {
        TopicIds onSource = new TopicIds();
        TopicIds onTarget = new TopicIds();
        for (FollowedGroup group : due) {
            for (FollowedPosition position : group.positions()) {
                // Not once per topic: of one that was created anew some partitions may still be known by the former id.
                positions.translator(position.source).map(Translator::pair).ifPresent(pair -> {
                    onSource.add(pair.source().topic(), pair.sourceTopicId());
                    onTarget.add(pair.targetTopic(), pair.targetTopicId());
                });
            }
        }
        sourceTopics = onSource.find(source.cluster());
        targetTopics = onTarget.find(target.cluster());
    }

    /** Looks where groups stand on the target, and writes what is to be written there. */
    private void look(List<FollowedGroup> batch, long nowNanos) throws InterruptedException {
        ClusterGroups.Answer there = target.positions(
                config.sync() ? batch.stream().map(FollowedGroup::targetName).toList() : List.of());
        Map<String, Map<TopicPartition, OffsetAndMetadata>> writes = new HashMap<>();
        Map<String, Map<TopicPartition, Decision>> decisions = new HashMap<>();
        Map<String, FollowedGroup> byTarget = new HashMap<>();
        for (FollowedGroup group : batch) {
            group.lookedAt();
            group.inUse(isInUse(group));
            UnavailableException failure = there.failed().get(group.targetName());
            if (failure != null) {
                failed(group, failure, nowNanos);
                continue;
            }
            group.backOff().worked();
            byTarget.put(group.targetName(), group);
            decide(group, there.found().getOrDefault(group.targetName(), Map.of()), writes, decisions, nowNanos);
        }
        target.write(
                writes,
                (targetGroup, partition, failure) -> written(
                        byTarget.get(targetGroup),
                        decisions.get(targetGroup).get(partition),
                        writes.get(targetGroup).get(partition),
                        failure,
                        nowNanos));
    }

    /** What is to be written of one position. */
    private record Decision(
            FollowedPosition position, Translator translator, PositionRule.Verdict verdict, long heldOffset) {}

    private void decide(
            FollowedGroup group,
            Map<TopicPartition, OffsetAndMetadata> there,
            Map<String, Map<TopicPartition, OffsetAndMetadata>> writes,
            Map<String, Map<TopicPartition, Decision>> decisions,
            long nowNanos) {
        for (FollowedPosition position : group.positions()) {
            if (!position.backOff.isOver(nowNanos)) {
                continue;
            }
            Optional<Translator> known = positions.translator(position.source);
            if (known.isEmpty()) {
                position.told = notCopied(group, position);
                continue;
            }
            Translator translator = known.get();
            PartitionPair pair = translator.pair();
            OffsetAndMetadata held = there.get(pair.target());
            long heldOffset = held == null ? PositionRule.NONE : held.offset();
            PositionRule.Verdict verdict = verdict(group, position, translator, heldOffset);
            position.isSeen = true;
            if (verdict.write() == PositionRule.NONE && !hasOtherMetadata(verdict, position, held)) {
                tell(group, position, translator, verdict, heldOffset);
                continue;
            }
            String metadata = verdict.isWhole() ? position.committed.metadata() : held == null ? "" : held.metadata();
            long write = verdict.write() == PositionRule.NONE ? heldOffset : verdict.write();
            if (!config.sync()) {
                tell(group, position, translator, unwritten(verdict), heldOffset);
                continue;
            }
            position.attempt = new Written(
                    verdict.state() == PositionState.NOT_YET ? translator.position() : position.committed.offset(),
                    write,
                    verdict.isExact());
            writes.computeIfAbsent(group.targetName(), added -> new HashMap<>())
                    .put(pair.target(), new OffsetAndMetadata(write, Optional.empty(), metadata));
            decisions
                    .computeIfAbsent(group.targetName(), added -> new HashMap<>())
                    .put(pair.target(), new Decision(position, translator, verdict, heldOffset));
        }
    }

    private PositionRule.Verdict verdict(
            FollowedGroup group, FollowedPosition position, Translator translator, long heldOffset) {
        PartitionPair pair = translator.pair();
        if (sourceTopics.gone().contains(pair.sourceTopicId())) {
            return failed(
                    "topic " + pair.source().topic() + " of " + flow.source().name()
                            + " was deleted since it was copied, or created anew: what is known of its offsets holds no more");
        }
        if (targetTopics.gone().contains(pair.targetTopicId())) {
            return failed(
                    "topic " + pair.targetTopic() + " of " + flow.target().name()
                            + " was deleted since it was copied to, or created anew: what is known of its offsets holds no more");
        }
        String hidden = Optional.ofNullable(sourceTopics.hidden().get(pair.sourceTopicId()))
                .orElse(targetTopics.hidden().get(pair.targetTopicId()));
        if (hidden != null) {
            return failed(hidden);
        }
        if (!position.isRecalled) {
            position.isRecalled = true;
            position.written =
                    before.getOrDefault(new WrittenBefore.Place(group.targetName(), pair.target()), Written.NOTHING);
        }
        if (heldOffset == position.attempt.targetOffset()) {
            position.written = position.attempt; // Also where the cluster did not come to say that it was written.
        }
        PositionRule.Verdict verdict = PositionRule.of(
                position.committed.offset(),
                translator,
                new PositionRule.Held(heldOffset, group.isInUse(), position.written));
        if (verdict.state() == PositionState.NOT_YET && !selection.isSelected(position.source.topic())) {
            return new PositionRule.Verdict(
                    PositionState.NOT_REPLICATED,
                    PositionRule.NONE,
                    false,
                    false,
                    "the flow no longer copies this topic, and the group is further on than the copy");
        }
        boolean isRight = verdict.state() == PositionState.SYNCED || verdict.state() == PositionState.INEXACT;
        if (isRight && verdict.write() == PositionRule.NONE && heldOffset < position.written.targetOffset()) {
            // It was set back and the two have met again: from here on it goes forward as it would for the first time.
            position.written = Written.NOTHING;
            position.attempt = Written.NOTHING;
        }
        return verdict;
    }

    private static PositionRule.Verdict failed(String reason) {
        return new PositionRule.Verdict(PositionState.FAILED, PositionRule.NONE, false, false, reason);
    }

    /** Where positions are looked at only, what is not on the target yet stays as it is. */
    private static PositionRule.Verdict unwritten(PositionRule.Verdict verdict) {
        return new PositionRule.Verdict(
                verdict.state() == PositionState.NOT_YET ? PositionState.NOT_YET : PositionState.INEXACT,
                PositionRule.NONE,
                false,
                false,
                verdict.state() == PositionState.NOT_YET ? verdict.reason() : "groups.sync is off: it is not written");
    }

    private static boolean hasOtherMetadata(
            PositionRule.Verdict verdict, FollowedPosition position, OffsetAndMetadata held) {
        return verdict.state() == PositionState.SYNCED
                && held != null
                && held.offset() == position.written.targetOffset()
                && !held.metadata().equals(position.committed.metadata());
    }

    private GroupPosition notCopied(FollowedGroup group, FollowedPosition position) {
        boolean isSelected = selection.isSelected(position.source.topic());
        return new GroupPosition(
                group.name(),
                group.targetName(),
                position.source.topic(),
                position.source.partition(),
                "",
                position.committed.offset(),
                PositionRule.NONE,
                isSelected ? PositionState.NOT_YET : PositionState.NOT_REPLICATED,
                false,
                isSelected
                        ? "nothing is known of the partition's copy yet"
                        : "the flow does not copy this topic; add it to topics.select, or let another flow move the group",
                -1,
                PositionRule.NONE,
                position.committed.metadata());
    }

    private void tell(
            FollowedGroup group,
            FollowedPosition position,
            Translator translator,
            PositionRule.Verdict verdict,
            long targetOffset) {
        long sourceOffset = position.committed.offset();
        boolean isSynced = verdict.state() == PositionState.SYNCED;
        long syncedAt =
                isSynced ? System.currentTimeMillis() : position.told == null ? -1 : position.told.syncedAtMillis();
        position.told = new GroupPosition(
                group.name(),
                group.targetName(),
                position.source.topic(),
                position.source.partition(),
                translator.pair().targetTopic(),
                sourceOffset,
                targetOffset,
                verdict.state(),
                verdict.isExact(),
                verdict.reason(),
                syncedAt,
                isSynced ? 0 : PositionRule.lagRecords(sourceOffset, translator, targetOffset),
                position.committed.metadata());
    }

    private void written(
            FollowedGroup group,
            Decision decision,
            OffsetAndMetadata wrote,
            Optional<UnavailableException> failure,
            long nowNanos) {
        FollowedPosition position = decision.position();
        if (failure.isEmpty()) {
            position.written = position.attempt;
            position.isSeen = false;
            position.backOff.worked();
            tell(group, position, decision.translator(), decision.verdict(), wrote.offset());
            return;
        }
        PositionRule.Verdict verdict;
        if (ClusterGroups.isLive(failure.get())) {
            group.inUse(true);
            verdict = PositionRule.of(
                    position.committed.offset(),
                    decision.translator(),
                    new PositionRule.Held(decision.heldOffset(), true, position.written));
        } else {
            verdict = failed(failure.get().getMessage());
            position.backOff.failed(nowNanos);
        }
        if (!ClusterGroups.isUnreachable(failure.get())) {
            position.attempt = position.written; // It was refused: who ever stands there came by himself.
        }
        tell(group, position, decision.translator(), verdict, decision.heldOffset());
    }

    /** Drops groups that were deleted on the source, by its coordinator's own word; one that only was not listed is kept. */
    private void forgetDeleted(Set<String> listed, long nowNanos) throws InterruptedException {
        Map<String, FollowedGroup> missing = new TreeMap<>();
        for (FollowedGroup group : groups.values()) {
            if (!listed.contains(group.name())
                    && group.missed() >= MISSES_TO_ASK
                    && group.hiddenBackOff().isOver(nowNanos)
                    && missing.size() < ClusterGroups.BATCH) {
                missing.put(group.name(), group);
            }
        }
        ClusterGroups.Gone answer = source.gone(missing.keySet());
        for (FollowedGroup group : missing.values()) {
            UnavailableException failure = answer.failed().get(group.name());
            if (failure != null) {
                boolean isDenied = failure.reason() == UnavailableException.Reason.DENIED;
                group.hidden(
                        "no longer visible on " + flow.source().name()
                                + (isDenied
                                        ? "; grant DESCRIBE on group " + group.name()
                                        : ": " + failure.getMessage()),
                        nowNanos);
            } else if (answer.gone().contains(group.name()) && follow(group)) {
                groups.remove(group.name());
                LOG.info("a group is no longer on the source flow={} group={}", flow.name(), group.name());
            } else {
                group.hiddenBackOff().failed(nowNanos);
            }
        }
    }

    /** Follows a group's deletion on the target; false when it is to be tried again. */
    private boolean follow(FollowedGroup group) throws InterruptedException {
        if (config.onDelete() == GroupDeletion.LEAVE || !config.sync() || !group.isWritten()) {
            return true;
        }
        try {
            if (!isAllOurs(group)) {
                LOG.info(
                        "a group was deleted on the source, and stays on the target: it has positions there that were not"
                                + " written from here flow={} group={} as={}",
                        flow.name(),
                        group.name(),
                        group.targetName());
                return true;
            }
            target.delete(group.targetName());
            LOG.info("deleted a group flow={} group={} as={}", flow.name(), group.name(), group.targetName());
            return true;
        } catch (UnavailableException failure) {
            if (ClusterGroups.isLive(failure) || ClusterGroups.isUnknown(failure)) {
                return true; // Somebody uses it, or it is gone already.
            }
            group.is(
                    PositionState.FAILED,
                    "it was deleted on the source, and cannot be deleted on the target: " + failure.getMessage());
            return false;
        }
    }

    /** Whether a group has no position on the target but those that were written last: a consumer's own would be lost. */
    private boolean isAllOurs(FollowedGroup group) throws InterruptedException {
        Map<TopicPartition, Long> ours = new HashMap<>();
        for (FollowedPosition position : group.positions()) {
            positions
                    .translator(position.source)
                    .ifPresent(translator -> ours.put(translator.pair().target(), position.written.targetOffset()));
        }
        return target.positions(group.targetName()).entrySet().stream()
                .allMatch(held -> held.getValue().offset() == ours.getOrDefault(held.getKey(), PositionRule.NONE));
    }

    /** Says once of each group what is the matter with it. */
    private void sayFailures() {
        Map<String, GroupPosition> failed = new TreeMap<>();
        groups.values().forEach(group -> group.failure().ifPresent(told -> failed.put(group.name(), told)));
        toldFailures.keySet().retainAll(failed.keySet());
        int said = 0;
        for (GroupPosition each : failed.values()) {
            if (!each.reason().equals(toldFailures.put(each.group(), each.reason())) && said++ < MAX_SAID) {
                LOG.warn(
                        "a group's position cannot be kept on the target: {} flow={} group={} topic={} partition={}",
                        each.reason(),
                        flow.name(),
                        each.group(),
                        each.topic(),
                        each.partition());
            }
        }
        if (said > MAX_SAID) {
            LOG.warn("and those of more groups flow={} groups={}", flow.name(), said - MAX_SAID);
        }
    }
}
