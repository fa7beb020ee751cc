package io.replicator.daemon.settings;

import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.PositionsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the keys of a flow about positions: {@code groups}, {@code mirrormaker}, {@code offset-map}. */
final class PositionsBinder {
    private static final List<String> PLACEHOLDERS = List.of("group", "source");
    private static final Duration VALID_INTERVAL = Duration.ofSeconds(1);

    private final Section flow;

    PositionsBinder(Section flow) {
        this.flow = flow;
    }

    /** The configuration, or nothing when there is a mistake. */
    Optional<PositionsConfig> bind() {
        Optional<GroupsConfig> groups = groups();
        Optional<MirrorMakerConfig> mirrorMaker = mirrorMaker();
        Section map = flow.section("offset-map");
        Optional<Integer> maxRuns = map.accepted(
                "max-runs",
                map.integer("max-runs", "a number of runs"),
                runs -> new PositionsConfig(PositionsConfig.NONE.groups(), PositionsConfig.NONE.mirrorMaker(), runs));
        map.finish();
        if (groups.isEmpty() || mirrorMaker.isEmpty() || maxRuns.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new PositionsConfig(groups.get(), mirrorMaker.get(), maxRuns.get()));
    }

    private Optional<GroupsConfig> groups() {
        Section groups = flow.section("groups");
        Optional<List<Pattern>> select = groups.patterns("select");
        Optional<List<Pattern>> exclude = groups.patterns("exclude");
        Optional<String> rename = groups.accepted(
                "rename",
                groups.text("rename", "a text that contains {group}"),
                text -> valid(Placeholders.requireKnown("rename", text, PLACEHOLDERS), VALID_INTERVAL));
        Optional<Boolean> sync = groups.flag("sync");
        Optional<Duration> interval =
                groups.accepted("interval", groups.duration("interval"), duration -> valid("{group}", duration));
        Optional<GroupDeletion> onDelete = groups.oneOf(
                "on-delete", Map.of("leave", GroupDeletion.LEAVE, "delete", GroupDeletion.DELETE), "leave or delete");
        groups.finish();
        if (select.isEmpty()
                || exclude.isEmpty()
                || rename.isEmpty()
                || sync.isEmpty()
                || interval.isEmpty()
                || onDelete.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new GroupsConfig(
                select.get(), exclude.get(), rename.get(), sync.get(), interval.get(), onDelete.get()));
    }

    private static GroupsConfig valid(String rename, Duration interval) {
        return new GroupsConfig(List.of(), List.of(), rename, true, interval, GroupDeletion.LEAVE);
    }

    private Optional<MirrorMakerConfig> mirrorMaker() {
        Section mirrorMaker = flow.section("mirrormaker");
        Optional<Boolean> offsetSyncs = mirrorMaker.flag("offset-syncs");
        Optional<MirrorMakerConfig.Side> location = mirrorMaker.oneOf(
                "offset-syncs-location",
                Map.of("source", MirrorMakerConfig.Side.SOURCE, "target", MirrorMakerConfig.Side.TARGET),
                "source or target");
        Optional<Boolean> checkpoints = mirrorMaker.flag("checkpoints");
        Optional<Boolean> heartbeats = mirrorMaker.flag("heartbeats");
        Optional<Duration> interval = mirrorMaker.accepted(
                "heartbeats-interval",
                mirrorMaker.duration("heartbeats-interval"),
                duration -> new MirrorMakerConfig(false, MirrorMakerConfig.Side.SOURCE, false, true, duration));
        mirrorMaker.finish();
        if (offsetSyncs.isEmpty()
                || location.isEmpty()
                || checkpoints.isEmpty()
                || heartbeats.isEmpty()
                || interval.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MirrorMakerConfig(
                offsetSyncs.get(), location.get(), checkpoints.get(), heartbeats.get(), interval.get()));
    }
}
