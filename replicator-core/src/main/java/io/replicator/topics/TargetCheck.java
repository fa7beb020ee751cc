package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;

/** A preflight's look at the target: what exists, what would be created or grown, and whether it may be written. */
final class TargetCheck {
    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final ClusterTopics sourceTopics;
    private final ClusterTopics targetTopics;
    private final MissingTopics missingTopics;
    private final TopicCreation creation;
    private final Findings findings;

    TargetCheck(FlowConfig flow, ClusterAdmin source, ClusterAdmin target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.sourceTopics = new ClusterTopics(source);
        this.targetTopics = new ClusterTopics(target);
        this.missingTopics = new MissingTopics(flow, target, sourceTopics);
        this.creation = new TopicCreation(target, true);
        this.findings = findings;
    }

    List<TopicLine> run(SourceCheck.Result source) throws InterruptedException {
        var answers = targetTopics.describe(source.pairs().values(), true);
        answers.failed().values().forEach(failure -> findings.add(target.cluster(), failure));
        checkMissing(source, answers);
        checkExisting(source, answers.found());
        checkSettings(source, answers.found());
        List<TopicLine> lines = new ArrayList<>();
        source.pairs().forEach((topic, name) -> lines.add(line(source, topic, name, answers)));
        return lines;
    }

    private TopicLine line(SourceCheck.Result source, String topic, String name, Answers<TopicDescription> answers) {
        int partitions = source.topics().get(topic).partitions().size();
        TopicDescription found = answers.found().get(name);
        int existing = found == null ? 0 : found.partitions().size();
        return new TopicLine(
                topic,
                name,
                partitions,
                existing,
                source.records().getOrDefault(topic, 0L),
                note(partitions, existing, answers.failed().containsKey(name)));
    }

    private String note(int partitions, int existing, boolean isHidden) {
        if (isHidden) {
            return "the target does not show it";
        }
        if (existing == 0) {
            return flow.topics().createEnabled() ? "will be created" : "missing on the target";
        }
        return existing < partitions ? "will grow from " + existing + " to " + partitions + " partitions" : "";
    }

    private void checkMissing(SourceCheck.Result source, Answers<TopicDescription> answers)
            throws InterruptedException {
        Set<String> missing = new TreeSet<>();
        source.pairs().forEach((topic, name) -> {
            if (answers.isUnknown(name)) {
                missing.add(topic);
            }
        });
        if (!flow.topics().createEnabled()) {
            missing.forEach(topic -> findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.TOPIC,
                    target.cluster(),
                    "topic " + source.pairs().get(topic) + " is missing on " + target.cluster()
                            + " and topics.create.enabled is false; create it, or exclude " + topic));
            return;
        }
        if (missing.isEmpty()) {
            return;
        }
        var requests = missingTopics.requests(missing, source.topics(), source.pairs());
        requests.problems()
                .values()
                .forEach(failure -> findings.add(flow.source().name(), failure));
        creation.create(requests.topics().values())
                .values()
                .forEach(failure -> findings.add(target.cluster(), failure));
        for (var request : requests.topics().values()) {
            request.settings()
                    .notes()
                    .forEach(note -> findings.add(
                            Finding.Severity.NOTE,
                            Finding.Kind.TOPIC,
                            target.cluster(),
                            "topic " + request.name() + " will be created: " + note));
        }
        requests.notices().forEach((topic, notices) -> tell(source.pairs().get(topic) + " (once created)", notices));
    }

    private void checkExisting(SourceCheck.Result source, Map<String, TopicDescription> found)
            throws InterruptedException {
        Map<String, Integer> growing = new HashMap<>();
        source.pairs().forEach((topic, name) -> {
            if (found.containsKey(name)) {
                checkWrite(found.get(name));
                int wanted = source.topics().get(topic).partitions().size();
                int existing = found.get(name).partitions().size();
                if (existing < wanted) {
                    growing.put(name, wanted);
                }
                if (existing > wanted) {
                    findings.add(
                            Finding.Severity.NOTE,
                            Finding.Kind.TOPIC,
                            target.cluster(),
                            "topic " + name + " has " + existing + " partitions, its source " + wanted
                                    + ": those from " + wanted
                                    + " on stay as they are, and producers that place keys by"
                                    + " hash would place them otherwise");
                }
            }
        });
        creation.grow(growing).values().forEach(failure -> findings.add(target.cluster(), failure));
    }

    private void checkWrite(TopicDescription topic) {
        if (Rights.lacks(topic.authorizedOperations(), AclOperation.WRITE)) {
            findings.addMissingRight(
                    target.cluster(), "WRITE", "topic " + topic.name(), "grant it, or exclude the topic");
        }
        // What an earlier life wrote after its last saved progress is read from the topic itself.
        if (flow.delivery().isFenced() && Rights.lacks(topic.authorizedOperations(), AclOperation.READ)) {
            findings.addMissingRight(
                    target.cluster(),
                    "READ",
                    "topic " + topic.name(),
                    "grant it, or exclude the topic, or set delivery = at-least-once");
        }
    }

    private void checkSettings(SourceCheck.Result source, Map<String, TopicDescription> found)
            throws InterruptedException {
        Set<String> readable = new TreeSet<>();
        source.pairs().forEach((topic, name) -> {
            if (found.containsKey(name)) {
                readable.add(topic);
            }
        });
        if (readable.isEmpty()) {
            return;
        }
        var sourceSettings = sourceTopics.settings(readable);
        var targetSettings = targetTopics.settings(found.keySet());
        tellUnreadable(flow.source().name(), sourceSettings.failed());
        tellUnreadable(target.cluster(), targetSettings.failed());
        for (String topic : readable) {
            String name = source.pairs().get(topic);
            var own = sourceSettings.found().getOrDefault(topic, new Config(List.of()));
            var other = targetSettings.found().get(name);
            if (other != null) {
                tell(name, SettingsCheck.compare(own, other));
            }
        }
    }

    private void tell(String name, List<SettingsNotice> notices) {
        notices.forEach(notice -> findings.add(
                notice.severity(),
                Finding.Kind.TOPIC,
                target.cluster(),
                SettingsNotice.sentence(name, target.cluster(), notice.words())));
    }

    private void tellUnreadable(String cluster, Map<String, UnavailableException> failed) {
        failed.values()
                .forEach(failure -> findings.add(
                        Finding.Severity.WARNING,
                        Finding.Kind.PERMISSION,
                        cluster,
                        failure.getMessage()
                                + "; what it does not tell is not compared, and Kafka's defaults are assumed"));
    }
}
