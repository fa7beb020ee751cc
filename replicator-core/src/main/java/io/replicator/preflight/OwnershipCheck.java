package io.replicator.preflight;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.GroupDescription;
import io.replicator.cluster.Right;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.TopicRequest;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.topics.TopicCreation;
import io.replicator.topics.TopicSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what the flow's instances share on the target: a consumer group, and the topic that it consumes. */
final class OwnershipCheck {
    private final FlowConfig flow;
    private final Cluster target;
    private final Findings findings;

    OwnershipCheck(FlowConfig flow, Cluster target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.findings = findings;
    }

    void run() throws InterruptedException {
        checkTopic();
        checkGroup();
    }

    private void checkTopic() throws InterruptedException {
        String name = flow.ownershipTopic();
        var answers = target.describeTopics(List.of(name), false);
        if (answers.failed().containsKey(name)) {
            findings.add(target.name(), answers.failed().get(name));
        } else if (answers.found().containsKey(name)) {
            checkPartitions(answers.found().get(name));
            checkProgress();
        } else {
            var missing = new TopicCreation.Missing(
                    name,
                    flow.shards(),
                    TopicRequest.DEFAULT_REPLICAS,
                    new TopicSettings(Map.of(), Set.of(), List.of()));
            findings.addRefusedCreation(target.name(), new TopicCreation(target, true).create(List.of(missing)));
        }
    }

    private void checkPartitions(TopicDescription topic) {
        int partitions = topic.partitions().size();
        if (partitions != flow.shards()) {
            findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.CONFIGURATION,
                    target.name(),
                    "topic " + topic.name() + " has " + partitions + " partitions, but shards = "
                            + flow.shards()
                            + ". If that was changed, put it back: it cannot change once the flow"
                            + " has run. If it was not, somebody changed the topic: delete it, it holds nothing and is"
                            + " created again");
        }
    }

    /** The topic of the progress is created first: where the other one exists, this one did. */
    private void checkProgress() throws InterruptedException {
        String name = flow.offsetsTopic();
        if (target.describeTopics(List.of(name), false).isUnknown(name)) {
            findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.CONFIGURATION,
                    target.name(),
                    "topic " + name + ", which keeps the flow's progress, is missing, but " + flow.ownershipTopic()
                            + " shows that the flow has run; restore it. To start from the beginning on purpose delete "
                            + flow.ownershipTopic() + " as well, or give the flow another name");
        }
    }

    private void checkGroup() throws InterruptedException {
        String name = flow.ownershipGroup();
        String way = "grant it: the flow's instances share their work as members of this group";
        var answers = target.describeGroups(List.of(name), true);
        GroupDescription group = answers.found().get(name);
        UnavailableException failure = answers.failed().get(name);
        // A group that nobody has joined yet is no trouble, nor are brokers too old to say.
        boolean isDenied = failure != null && failure.reason() == UnavailableException.Reason.DENIED;
        if (isDenied || (group != null && group.rights().lacks(Right.READ))) {
            findings.addMissingRight(target.name(), "READ", "group " + name, way);
        }
    }
}
