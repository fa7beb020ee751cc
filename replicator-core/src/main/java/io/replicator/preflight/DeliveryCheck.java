package io.replicator.preflight;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.Right;
import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.TopicRequest;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.topics.TopicCreation;
import io.replicator.topics.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what the flow keeps on the target for itself: its progress and its producer identities. */
final class DeliveryCheck {
    private static final String TRANSACTION_STATE = "__transaction_state";

    private final FlowConfig flow;
    private final Cluster target;
    private final Findings findings;

    DeliveryCheck(FlowConfig flow, Cluster target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.findings = findings;
    }

    void run() throws InterruptedException {
        var answers = target.describeTopics(List.of(flow.offsetsTopic(), TRANSACTION_STATE), true);
        checkOffsetsTopic(answers);
        boolean mayExist = !answers.isUnknown(TRANSACTION_STATE);
        // Where that topic does not exist yet, a question about a transaction would make the brokers create it.
        if (flow.delivery().isFenced() && mayExist) {
            checkTransactionalIds();
        }
    }

    private void checkOffsetsTopic(Answers<String, TopicDescription> answers) throws InterruptedException {
        String name = flow.offsetsTopic();
        if (answers.failed().containsKey(name)) {
            findings.add(target.name(), answers.failed().get(name));
        } else if (answers.found().containsKey(name)) {
            checkRights(answers.found().get(name));
        } else {
            var settings =
                    new TopicSettings(Map.of(SettingKeys.CLEANUP_POLICY, SettingKeys.COMPACT), Set.of(), List.of());
            var missing = new TopicCreation.Missing(name, 1, TopicRequest.DEFAULT_REPLICAS, settings);
            findings.addRefusedCreation(target.name(), new TopicCreation(target, true).create(List.of(missing)));
        }
    }

    private void checkRights(TopicDescription topic) {
        for (Right right : List.of(Right.READ, Right.WRITE)) {
            if (topic.rights().lacks(right)) {
                findings.addMissingRight(
                        target.name(),
                        right.name(),
                        "topic " + topic.name(),
                        "grant it: the flow's progress is kept there");
            }
        }
    }

    private void checkTransactionalIds() throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int shard = 0; shard < flow.shards(); shard++) {
            ids.add(flow.transactionalId(shard));
        }
        var failed = target.transactions(ids).failed();
        for (String id : ids) {
            UnavailableException failure = failed.get(id);
            // An identity that was never used is no trouble.
            if (failure != null) {
                if (failure.reason() == UnavailableException.Reason.DENIED) {
                    findings.addMissingRight(
                            target.name(),
                            "WRITE and DESCRIBE",
                            "TransactionalId " + id,
                            "grant both on the prefix replicator." + flow.name() + ". or set delivery = at-least-once");
                    return;
                }
                if (failure.error() == ClusterError.NOT_SUPPORTED) {
                    findings.add(
                            Finding.Severity.WARNING,
                            Finding.Kind.CONFIGURATION,
                            target.name(),
                            "the brokers of " + target.name()
                                    + " cannot say whether they have transactions, as those"
                                    + " of Kafka since 3.0 can; where there are none, delivery = exactly-once cannot"
                                    + " start: set delivery = at-least-once then");
                    return;
                }
            }
        }
    }
}
