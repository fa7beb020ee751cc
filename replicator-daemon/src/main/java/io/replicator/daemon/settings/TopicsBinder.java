package io.replicator.daemon.settings;

import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the {@code topics} of a flow. */
final class TopicsBinder {
    private static final List<String> PLACEHOLDERS = List.of("topic", "source");

    private static final String FROM_SOURCE = "source";
    private static final Set<String> FROM_BROKER = Set.of("broker", "broker-default", "-1");

    private static final List<Pattern> VALID_PATTERNS = List.of(Pattern.compile("a"));
    private static final Duration VALID_DURATION = Duration.ofSeconds(1);

    private final Section topics;

    TopicsBinder(Section topics) {
        this.topics = topics;
    }

    /** The configuration, or nothing when there is a mistake. */
    Optional<TopicsConfig> bind() {
        Optional<List<Pattern>> select = topics.accepted("select", topics.patterns("select"), TopicsBinder::valid);
        Optional<List<Pattern>> exclude = topics.patterns("exclude");
        Optional<String> rename = topics.accepted(
                "rename",
                topics.text("rename", "a text that contains {topic}"),
                text -> valid(Placeholders.requireKnown("rename", text, PLACEHOLDERS), VALID_DURATION));
        Optional<StartFrom> start = topics.parsed(
                "start", "earliest, latest, mirrormaker or a time such as 2026-11-21T08:00:00Z", TopicsBinder::start);
        Optional<Duration> refresh = topics.accepted(
                "refresh-interval", topics.duration("refresh-interval"), interval -> valid("{topic}", interval));
        Section create = topics.section("create");
        Optional<Boolean> enabled = create.flag("enabled");
        Optional<ReplicationFactor> factor =
                create.parsed("replication-factor", "source, broker or a number from 1 to 32767", TopicsBinder::factor);
        create.finish();
        topics.finish();
        if (select.isEmpty()
                || exclude.isEmpty()
                || rename.isEmpty()
                || start.isEmpty()
                || refresh.isEmpty()
                || enabled.isEmpty()
                || factor.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new TopicsConfig(
                select.get(), exclude.get(), rename.get(), start.get(), refresh.get(), enabled.get(), factor.get()));
    }

    private static StartFrom start(String text) {
        if (text.equals("earliest")) {
            return new StartFrom.Earliest();
        }
        if (text.equals("latest")) {
            return new StartFrom.Latest();
        }
        if (text.equals("mirrormaker")) {
            return new StartFrom.MirrorMaker();
        }
        return new StartFrom.At(time(text));
    }

    /** A time with its zone, or a day, meaning midnight UTC. */
    private static Instant time(String text) {
        if (text.length() == "2026-11-21".length()) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException notInUtc) {
            return OffsetDateTime.parse(text).toInstant();
        }
    }

    private static ReplicationFactor factor(String text) {
        if (text.equals(FROM_SOURCE)) {
            return new ReplicationFactor.AsSource();
        }
        if (FROM_BROKER.contains(text)) {
            return new ReplicationFactor.BrokerDefault();
        }
        return new ReplicationFactor.Fixed(Short.parseShort(text));
    }

    private static TopicsConfig valid(List<Pattern> select, String rename, Duration refreshInterval) {
        return new TopicsConfig(
                select,
                List.of(),
                rename,
                new StartFrom.Earliest(),
                refreshInterval,
                true,
                new ReplicationFactor.AsSource());
    }

    private static void valid(List<Pattern> select) {
        valid(select, "{topic}", VALID_DURATION);
    }

    private static void valid(String rename, Duration refreshInterval) {
        valid(VALID_PATTERNS, rename, refreshInterval);
    }

    /** A correct configuration. */
    static TopicsConfig valid() {
        return valid(VALID_PATTERNS, "{topic}", VALID_DURATION);
    }
}
