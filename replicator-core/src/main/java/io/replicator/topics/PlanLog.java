package io.replicator.topics;

import io.replicator.agent.LogOncePerKey;
import io.replicator.config.FlowConfig;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what is new in a plan, compared with the plan before. One thread. */
final class PlanLog {
    private static final Logger LOG = LoggerFactory.getLogger(TopicPlanner.class);

    /** The log names so many; the plan has them all. */
    private static final int MAX_PROBLEMS = 20;

    /** They are many where a broker's default is the cause, and then all alike. */
    private static final int MAX_SETTINGS = 5;

    private final FlowConfig flow;
    private final LogOncePerKey<String> problems = new LogOncePerKey<>();
    private final LogOncePerKey<String> settings = new LogOncePerKey<>();
    private final LogOncePerKey<String> unmatched = new LogOncePerKey<>();

    PlanLog(FlowConfig flow) {
        this.flow = flow;
    }

    /** Logs problems by source topic. */
    void problems(Map<String, TopicProblem> now) {
        Map<String, String> reasons = new HashMap<>();
        now.forEach((topic, problem) -> reasons.put(topic, problem.reason()));
        LogOncePerKey.Changes<String> changes = problems.observe(reasons);
        changes.news().stream()
                .limit(MAX_PROBLEMS)
                .map(now::get)
                .forEach(problem -> LOG.warn(
                        "Topic is not copied: {} flow={} topic={} resumesWhen=\"{}\"",
                        problem.reason(),
                        flow.name(),
                        problem.topic(),
                        problem.resumesWhen()));
        if (changes.news().size() > MAX_PROBLEMS) {
            LOG.warn(
                    "More topics are not copied flow={} topics={}",
                    flow.name(),
                    changes.news().size() - MAX_PROBLEMS);
        }
        if (!changes.ended().isEmpty()) {
            LOG.info(
                    "Topics have no problem any more flow={} topics={}",
                    flow.name(),
                    changes.ended().size());
        }
    }

    /** Logs what target topics' settings do to their copies, by their names there. The records are copied all the same. */
    void settings(Map<String, String> warnings) {
        LogOncePerKey.Changes<String> changes = settings.observe(warnings);
        String target = flow.target().name();
        changes.news().stream()
                .limit(MAX_SETTINGS)
                .forEach(name ->
                        LOG.warn("{} flow={}", SettingsNotice.sentence(name, target, warnings.get(name)), flow.name()));
        if (changes.news().size() > MAX_SETTINGS) {
            LOG.warn(
                    "and {} more topics of cluster {} have settings that do not suit their copies; the command check"
                            + " lists them all flow={}",
                    changes.news().size() - MAX_SETTINGS,
                    target,
                    flow.name());
        }
        if (!changes.ended().isEmpty()) {
            LOG.info(
                    "Settings warned of before are gone flow={} topics={}",
                    flow.name(),
                    changes.ended().size());
        }
    }

    /**
     * Logs entries of {@code select} that match none of the source's topics.
     *
     * @param entries with a sentence about each
     */
    void unmatched(Map<String, String> entries) {
        unmatched.observe(entries).news().forEach(entry -> LOG.warn("{} flow={}", entries.get(entry), flow.name()));
    }
}
