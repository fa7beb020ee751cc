package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** A preflight's look at what the flow keeps on the target for itself: its progress and its producer identities. */
final class DeliveryCheck {
    private static final String TRANSACTION_STATE = "__transaction_state";

    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final ClusterTopics topics;
    private final Findings findings;

    DeliveryCheck(FlowConfig flow, ClusterAdmin target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.topics = new ClusterTopics(target);
        this.findings = findings;
    }

    void run() throws InterruptedException {
        var answers = topics.describe(List.of(flow.offsetsTopic(), TRANSACTION_STATE), true);
        checkOffsetsTopic(answers);
        boolean mayExist = !answers.isUnknown(TRANSACTION_STATE);
        // Where there is no such topic yet, asking about a transaction would make the brokers create it.
        if (flow.delivery().isFenced() && mayExist) {
            checkTransactionalIds();
        }
    }

    private void checkOffsetsTopic(Answers<TopicDescription> answers) throws InterruptedException {
        String name = flow.offsetsTopic();
        if (answers.failed().containsKey(name)) {
            findings.add(target.cluster(), answers.failed().get(name));
        } else if (answers.found().containsKey(name)) {
            checkRights(answers.found().get(name));
        } else {
            var settings = new TopicSettings(
                    Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT), Set.of(), List.of());
            var missing = new TopicCreation.Missing(name, 1, (short) -1, settings);
            // Brokers that have no default, or one they cannot keep, are asked for fewer replicas when it comes to it.
            new TopicCreation(target, true)
                    .create(List.of(missing)).values().stream()
                            .filter(failure -> !(failure.getCause() instanceof InvalidReplicationFactorException)
                                    && !(failure.getCause() instanceof UnsupportedVersionException))
                            .forEach(failure -> findings.add(target.cluster(), failure));
        }
    }

    private void checkRights(TopicDescription topic) {
        for (AclOperation right : List.of(AclOperation.READ, AclOperation.WRITE)) {
            if (Rights.lacks(topic.authorizedOperations(), right)) {
                findings.addMissingRight(
                        target.cluster(),
                        right.name(),
                        "topic " + topic.name(),
                        "grant it: the flow's progress is kept there");
            }
        }
    }

    private void checkTransactionalIds() throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int group = 0; group < flow.shards(); group++) {
            ids.add(flow.transactionalId(group));
        }
        var answers = target.admin().describeTransactions(ids);
        for (String id : ids) {
            try {
                target.await(answers.description(id), "DESCRIBE", "TransactionalId " + id);
            } catch (UnavailableException failure) {
                // An identity that was never used, or brokers too old to tell, are no trouble.
                if (failure.reason() == UnavailableException.Reason.DENIED) {
                    findings.addMissingRight(
                            target.cluster(),
                            "WRITE and DESCRIBE",
                            "TransactionalId " + id,
                            "grant both on the prefix replicator." + flow.name() + ". or set delivery = at-least-once");
                    return;
                }
                if (failure.getCause() instanceof UnsupportedVersionException) {
                    findings.add(
                            Finding.Severity.WARNING,
                            Finding.Kind.CONFIGURATION,
                            target.cluster(),
                            "the brokers of " + target.cluster()
                                    + " cannot say whether they have transactions, as those"
                                    + " of Kafka since 3.0 can; where there are none, delivery = exactly-once cannot"
                                    + " start: set delivery = at-least-once then");
                    return;
                }
            }
        }
    }
}
