package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which consumer groups a flow moves along with its topics, and how.
 *
 * @param select a group is looked at when one of these matches its whole name
 * @param exclude unless one of these does
 * @param rename the group's name on the target; {@code {group}} and {@code {source}} stand for the group and the source
 *     cluster
 * @param sync whether the groups' positions are kept fresh on the target
 * @param interval how often; a fail-over is exact to this interval
 * @param onDelete what becomes of a group on the target that was deleted on the source
 */
public record GroupsConfig(
        List<Pattern> select,
        List<Pattern> exclude,
        String rename,
        boolean sync,
        Duration interval,
        GroupDeletion onDelete) {
    private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

    public GroupsConfig {
        select = List.copyOf(select);
        exclude = List.copyOf(exclude);
        Require.that(rename.contains("{group}"), "groups.rename", rename, "must contain {group}");
        Require.that(interval.compareTo(MIN_INTERVAL) >= 0, "groups.interval", interval, "must be at least 100 ms");
    }

    /** Whether a group of the source is one of these. */
    public boolean selects(String group) {
        return select.stream().anyMatch(pattern -> pattern.matcher(group).matches())
                && exclude.stream().noneMatch(pattern -> pattern.matcher(group).matches());
    }

    /** The group's name on the target. */
    public String targetName(String group, String sourceCluster) {
        return rename.replace("{source}", sourceCluster).replace("{group}", group);
    }
}
