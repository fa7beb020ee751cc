package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** A preflight's look at what the flow's instances share on the target: a consumer group, and the topic it is a group of. */
final class OwnershipCheck {
    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final ClusterTopics topics;
    private final Findings findings;

    OwnershipCheck(FlowConfig flow, ClusterAdmin target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.topics = new ClusterTopics(target);
        this.findings = findings;
    }

    void run() throws InterruptedException {
        checkTopic();
        checkGroup();
    }

    private void checkTopic() throws InterruptedException {
        String name = flow.ownershipTopic();
        var answers = topics.describe(List.of(name), false);
        if (answers.failed().containsKey(name)) {
            findings.add(target.cluster(), answers.failed().get(name));
        } else if (answers.found().containsKey(name)) {
            checkPartitions(answers.found().get(name));
            checkProgress();
        } else {
            var missing = new TopicCreation.Missing(
                    name, flow.shards(), (short) -1, new TopicSettings(Map.of(), Set.of(), List.of()));
            // Brokers that have no default, or one they cannot keep, are asked for fewer replicas when it comes to it.
            new TopicCreation(target, true)
                    .create(List.of(missing)).values().stream()
                            .filter(failure -> !(failure.getCause() instanceof InvalidReplicationFactorException)
                                    && !(failure.getCause() instanceof UnsupportedVersionException))
                            .forEach(failure -> findings.add(target.cluster(), failure));
        }
    }

    private void checkPartitions(TopicDescription topic) {
        int partitions = topic.partitions().size();
        if (partitions != flow.shards()) {
            findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.CONFIGURATION,
                    target.cluster(),
                    "topic " + topic.name() + " has " + partitions + " partitions, but shards = "
                            + flow.shards()
                            + ". If that was changed, put it back: it cannot change once the flow"
                            + " has run. If it was not, somebody changed the topic: delete it, it holds nothing and is made"
                            + " anew");
        }
    }

    /** The topic of the progress is made first: where the other one is, this one was. */
    private void checkProgress() throws InterruptedException {
        String name = flow.offsetsTopic();
        if (topics.describe(List.of(name), false).isUnknown(name)) {
            findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.CONFIGURATION,
                    target.cluster(),
                    "topic " + name + ", which keeps the flow's progress, is missing, but " + flow.ownershipTopic()
                            + " shows that the flow has run; restore it. To begin anew on purpose delete "
                            + flow.ownershipTopic() + " as well, or give the flow another name");
        }
    }

    private void checkGroup() throws InterruptedException {
        String name = flow.ownershipGroup();
        String way = "grant it: the flow's instances share their work as members of this group";
        var options = new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true);
        var answer = target.admin().describeConsumerGroups(List.of(name), options);
        try {
            var group = target.await(answer.describedGroups().get(name), "DESCRIBE", "group " + name);
            if (Rights.lacks(group.authorizedOperations(), AclOperation.READ)) {
                findings.addMissingRight(target.cluster(), "READ", "group " + name, way);
            }
        } catch (UnavailableException failure) {
            // A group that nobody has joined yet is no trouble, nor are brokers too old to tell.
            if (failure.reason() == UnavailableException.Reason.DENIED) {
                findings.addMissingRight(target.cluster(), "READ", "group " + name, way);
            }
        }
    }
}
