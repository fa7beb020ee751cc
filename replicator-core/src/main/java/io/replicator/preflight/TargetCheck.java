package io.replicator.preflight;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.Right;
import io.replicator.cluster.Settings;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.topics.MissingTopics;
import io.replicator.topics.SettingsCheck;
import io.replicator.topics.SettingsNotice;
import io.replicator.topics.TopicCreation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Checks the target: what exists, what would be created or grown, and whether it may be written. */
final class TargetCheck {
    private final FlowConfig flow;
    private final Cluster target;
    private final Cluster source;
    private final MissingTopics missingTopics;
    private final TopicCreation creation;
    private final Findings findings;

    TargetCheck(FlowConfig flow, Cluster source, Cluster target, Findings findings) {
        this.flow = flow;
        this.target = target;
        this.source = source;
        this.missingTopics = new MissingTopics(flow, target, source);
        this.creation = new TopicCreation(target, true);
        this.findings = findings;
    }

    List<TopicLine> run(SourceCheck.Result seen) throws InterruptedException {
        var answers = target.describeTopics(seen.pairs().values(), true);
        answers.failed().values().forEach(failure -> findings.add(target.name(), failure));
        checkMissing(seen, answers);
        checkExisting(seen, answers.found());
        checkSettings(seen, answers.found());
        List<TopicLine> lines = new ArrayList<>();
        seen.pairs().forEach((topic, name) -> lines.add(line(seen, topic, name, answers)));
        return lines;
    }

    private TopicLine line(
            SourceCheck.Result seen, String topic, String name, Answers<String, TopicDescription> answers) {
        int partitions = seen.topics().get(topic).partitions().size();
        TopicDescription found = answers.found().get(name);
        int existing = found == null ? 0 : found.partitions().size();
        return new TopicLine(
                topic,
                name,
                partitions,
                existing,
                seen.records().getOrDefault(topic, 0L),
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

    private void checkMissing(SourceCheck.Result seen, Answers<String, TopicDescription> answers)
            throws InterruptedException {
        Set<String> missing = new TreeSet<>();
        seen.pairs().forEach((topic, name) -> {
            if (answers.isUnknown(name)) {
                missing.add(topic);
            }
        });
        if (!flow.topics().createEnabled()) {
            missing.forEach(topic -> findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.TOPIC,
                    target.name(),
                    "topic " + seen.pairs().get(topic) + " is missing on " + target.name()
                            + " and topics.create.enabled is false; create it, or exclude " + topic));
            return;
        }
        if (missing.isEmpty()) {
            return;
        }
        var requests = missingTopics.requests(missing, seen.topics(), seen.pairs());
        requests.problems()
                .values()
                .forEach(failure -> findings.add(flow.source().name(), failure));
        creation.create(requests.topics().values()).values().forEach(failure -> findings.add(target.name(), failure));
        for (var request : requests.topics().values()) {
            request.settings()
                    .notes()
                    .forEach(note -> findings.add(
                            Finding.Severity.NOTE,
                            Finding.Kind.TOPIC,
                            target.name(),
                            "topic " + request.name() + " will be created: " + note));
        }
        requests.notices().forEach((topic, notices) -> tell(seen.pairs().get(topic) + " (once created)", notices));
    }

    private void checkExisting(SourceCheck.Result seen, Map<String, TopicDescription> found)
            throws InterruptedException {
        Map<String, Integer> growing = new HashMap<>();
        seen.pairs().forEach((topic, name) -> {
            if (found.containsKey(name)) {
                checkWrite(found.get(name));
                int wanted = seen.topics().get(topic).partitions().size();
                int existing = found.get(name).partitions().size();
                if (existing < wanted) {
                    growing.put(name, wanted);
                }
                if (existing > wanted) {
                    findings.add(
                            Finding.Severity.NOTE,
                            Finding.Kind.TOPIC,
                            target.name(),
                            "topic " + name + " has " + existing + " partitions, its source " + wanted
                                    + ": those from " + wanted
                                    + " on stay as they are, and producers that place keys by"
                                    + " hash would place them otherwise");
                }
            }
        });
        creation.grow(growing).values().forEach(failure -> findings.add(target.name(), failure));
    }

    private void checkWrite(TopicDescription topic) {
        if (topic.rights().lacks(Right.WRITE)) {
            findings.addMissingRight(target.name(), "WRITE", "topic " + topic.name(), "grant it, or exclude the topic");
        }
        // What this flow wrote before a restart, after its last saved progress, is read from the topic itself.
        if (flow.delivery().isFenced() && topic.rights().lacks(Right.READ)) {
            findings.addMissingRight(
                    target.name(),
                    "READ",
                    "topic " + topic.name(),
                    "grant it, or exclude the topic, or set delivery = at-least-once");
        }
    }

    private void checkSettings(SourceCheck.Result seen, Map<String, TopicDescription> found)
            throws InterruptedException {
        Set<String> readable = new TreeSet<>();
        seen.pairs().forEach((topic, name) -> {
            if (found.containsKey(name)) {
                readable.add(topic);
            }
        });
        if (readable.isEmpty()) {
            return;
        }
        var sourceSettings = source.topicSettings(readable);
        var targetSettings = target.topicSettings(found.keySet());
        tellUnreadable(flow.source().name(), sourceSettings.failed());
        tellUnreadable(target.name(), targetSettings.failed());
        for (String topic : readable) {
            String name = seen.pairs().get(topic);
            var own = sourceSettings.found().getOrDefault(topic, Settings.NONE);
            var other = targetSettings.found().get(name);
            if (other != null) {
                tell(name, SettingsCheck.compare(own, other));
            }
        }
    }

    private void tell(String name, List<SettingsNotice> notices) {
        notices.forEach(notice -> findings.add(
                notice.isWarning() ? Finding.Severity.WARNING : Finding.Severity.NOTE,
                Finding.Kind.TOPIC,
                target.name(),
                SettingsNotice.sentence(name, target.name(), notice.words())));
    }

    private void tellUnreadable(String cluster, Map<String, UnavailableException> failed) {
        failed.values()
                .forEach(failure -> findings.add(
                        Finding.Severity.WARNING,
                        Finding.Kind.PERMISSION,
                        cluster,
                        failure.getMessage()
                                + "; what it does not show is not compared, and Kafka's defaults are assumed"));
    }
}
