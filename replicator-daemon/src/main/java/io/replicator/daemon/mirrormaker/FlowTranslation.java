package io.replicator.daemon.mirrormaker;

import io.replicator.daemon.mirrormaker.MirrorMakerFile.Pair;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** One flow of MirrorMaker 2 as a flow of the daemon: what its file sets, and the defaults of MirrorMaker 2 for the rest. */
final class FlowTranslation {
    private static final String DEFAULT_POLICY = "org.apache.kafka.connect.mirror.DefaultReplicationPolicy";
    private static final String READ_COMMITTED = "read_committed";

    private final MirrorMakerFile file;
    private final Pair pair;

    FlowTranslation(MirrorMakerFile file, Pair pair) {
        this.file = file;
        this.pair = pair;
    }

    /** The flow's name, with only the characters that a topic's name may have. */
    String name() {
        return (pair.source() + "-to-" + pair.target()).replaceAll("[^a-zA-Z0-9._-]", "_");
    }

    void write(Hocon out) {
        out.open(name());
        out.text("source", pair.source());
        out.text("target", pair.target());
        topics(out);
        isolation(out);
        groups(out);
        records(out);
        out.close();
    }

    private void topics(Hocon out) {
        out.open("topics");
        patterns(out, "select", list("topics", ".*"));
        out.comment(
                "Internal topics of MirrorMaker 2, topics that it never copies, and topics that come from the target.");
        Set<String> exclude = new LinkedHashSet<>(list("topics.exclude", "mm2.*\\.internal,.*\\.replica,__.*"));
        exclude.addAll(List.of("__.*", "[.].*", "mm2.*[.]internal", ".*[.]checkpoints[.]internal"));
        exclude.add("(.*" + Pattern.quote(separator()) + ")?heartbeats");
        if (!separator().equals(".")) {
            exclude.add("mm2.*" + Pattern.quote(separator() + "internal"));
            exclude.add(".*" + Pattern.quote(separator() + "checkpoints" + separator() + "internal"));
        }
        if (!isIdentity()) {
            exclude.add("(.*" + Pattern.quote(separator()) + ")?" + Pattern.quote(pair.target() + separator()) + ".*");
        }
        patterns(out, "exclude", exclude);
        if (!isIdentity() && !ConnectorKeys.isDefault(policy())) {
            out.comment(
                    "CHECK THIS: the replication policy is a custom class, which is not supported. Write here how it names the");
            out.comment("target topics; a partition whose target topic does not exist is not taken over.");
        }
        out.text("rename", isIdentity() ? "{topic}" : "{source}" + separator() + "{topic}");
        out.comment("Starts exactly after the last record that MirrorMaker 2 copied. Stop MirrorMaker 2 first.");
        out.raw("start", "mirrormaker");
        seconds("refresh.topics.interval.seconds").ifPresent(time -> out.raw("refresh-interval", time));
        out.open("create");
        number("replication.factor")
                .ifPresentOrElse(
                        factor -> out.raw("replication-factor", factor.equals("-1") ? "broker" : factor), () -> {
                            out.comment("MirrorMaker 2's default; source takes the source topic's.");
                            out.raw("replication-factor", "2");
                        });
        out.close();
        out.close();
    }

    /** By default MirrorMaker 2 also copies aborted records; so does the flow, because the take-over compares both copies. */
    private void isolation(Hocon out) {
        boolean isCommitted =
                consumer(ClientKeys.ISOLATION).map(READ_COMMITTED::equals).orElse(false);
        if (!isCommitted) {
            out.comment(
                    "As MirrorMaker 2 does: also copies records of aborted transactions. read-committed skips them.");
        }
        out.raw("isolation", isCommitted ? "read-committed" : "read-uncommitted");
        if (file.valueFor(pair, "exactly.once.source.support")
                .map("enabled"::equals)
                .orElse(false)) {
            out.raw("delivery", "exactly-once");
        }
    }

    private Optional<String> consumer(String key) {
        return file.value(pair.prefix() + "source.consumer." + key)
                .or(() -> file.value(pair.prefix() + "consumer." + key))
                .or(() -> file.value(pair.prefix() + "consumer.override." + key))
                .or(() -> file.value(pair.source() + ".consumer." + key));
    }

    private void groups(Hocon out) {
        out.open("groups");
        patterns(out, "select", list("groups", ".*"));
        Set<String> exclude = new LinkedHashSet<>(list("groups.exclude", "console-consumer-.*,connect-.*,__.*"));
        exclude.add("replicator-.*");
        patterns(out, "exclude", exclude);
        if (file.valueFor(pair, "sync.group.offsets.enabled").isEmpty()) {
            out.comment("MirrorMaker 2's default; true syncs the groups' positions to the target.");
        }
        out.raw("sync", flag("sync.group.offsets.enabled", false));
        seconds("sync.group.offsets.interval.seconds").ifPresent(time -> out.raw("interval", time));
        out.close();
    }

    private void records(Hocon out) {
        out.open("mirrormaker");
        out.raw("offset-syncs", flag("emit.offset-syncs.enabled", true));
        out.raw(
                "offset-syncs-location",
                file.valueFor(pair, "offset-syncs.topic.location")
                        .map(place -> place.toLowerCase(Locale.ROOT))
                        .filter("target"::equals)
                        .orElse("source"));
        out.raw("checkpoints", flag("emit.checkpoints.enabled", true));
        out.raw("heartbeats", flag("emit.heartbeats.enabled", true));
        seconds("emit.heartbeats.interval.seconds").ifPresent(time -> out.raw("heartbeats-interval", time));
        out.close();
    }

    private void patterns(Hocon out, String key, Iterable<String> patterns) {
        List<String> valid = new ArrayList<>();
        for (String pattern : patterns) {
            try {
                valid.add(Pattern.compile(pattern).pattern());
            } catch (PatternSyntaxException wrong) {
                out.comment("CHECK THIS: one entry of " + key + " is not a valid regular expression and was left out: "
                        + pattern.replaceAll("\\p{Cntrl}", "?"));
            }
        }
        out.texts(key, valid);
    }

    private List<String> list(String key, String byDefault) {
        return MirrorMakerFile.list(file.valueFor(pair, key).orElse(byDefault));
    }

    private String flag(String key, boolean byDefault) {
        return Boolean.toString(
                file.valueFor(pair, key).map(Boolean::parseBoolean).orElse(byDefault));
    }

    private Optional<String> number(String key) {
        return file.valueFor(pair, key).filter(value -> value.matches("-?[0-9]{1,9}"));
    }

    /** Values that disable something in MirrorMaker 2, such as 0, are not translated. */
    private Optional<String> seconds(String key) {
        return number(key)
                .filter(value -> !value.startsWith("-") && !value.matches("0+"))
                .map(value -> value + "s");
    }

    private boolean isIdentity() {
        return ConnectorKeys.isIdentity(policy());
    }

    private String policy() {
        return file.valueFor(pair, "replication.policy.class").orElse(DEFAULT_POLICY);
    }

    private String separator() {
        return file.valueFor(pair, "replication.policy.separator").orElse(".");
    }
}
