package io.replicator.preflight;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.GroupDescription;
import io.replicator.cluster.Right;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupsConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the consumer groups whose positions the flow would keep current on the target. What is wrong with them is never an
 * error: records are copied all the same.
 */
final class GroupsCheck {
    private static final int MAX_NAMED = 5;

    /** Enough to see what is missing, without asking a large cluster for everything. */
    private static final int MAX_DESCRIBED = 200;

    private final FlowConfig flow;
    private final Cluster source;
    private final Cluster target;
    private final Findings findings;

    GroupsCheck(FlowConfig flow, Cluster source, Cluster target, Findings findings) {
        this.flow = flow;
        this.source = source;
        this.target = target;
        this.findings = findings;
    }

    void run() throws InterruptedException {
        if (!flow.positions().groups().sync()) {
            return;
        }
        try {
            List<String> names = selected();
            checkSeesAll();
            checkTarget(names);
        } catch (UnavailableException failure) {
            warn(source.name(), "consumer groups cannot be looked at: " + failure.getMessage());
        }
    }

    /** The groups that are selected on the source, by their names on the target: no two come to the same. */
    private List<String> selected() throws InterruptedException {
        GroupsConfig groups = flow.positions().groups();
        List<String> names = source.groupIds().stream()
                .filter(groups::selects)
                .map(group -> groups.targetName(group, flow.source().name()))
                .sorted()
                .toList();
        findings.add(
                Finding.Severity.NOTE,
                Finding.Kind.GROUP,
                target.name(),
                "positions of " + names.size() + " consumer groups are kept fresh"
                        + (names.isEmpty() ? "" : ": " + named(names)));
        return names;
    }

    /** A user who may not see all groups gets an answer with only those that it may see. */
    private void checkSeesAll() throws InterruptedException {
        if (source.rights().lacks(Right.DESCRIBE)) {
            warn(
                    source.name(),
                    "only those consumer groups are seen that this user may DESCRIBE one by one; grant DESCRIBE on the cluster"
                            + " to see all, or set groups.sync = false");
        }
    }

    private void checkTarget(List<String> names) throws InterruptedException {
        List<String> asked = names.stream().limit(MAX_DESCRIBED).toList();
        var answers = target.describeGroups(asked, true);
        List<String> denied = new ArrayList<>();
        for (String group : asked) {
            GroupDescription found = answers.found().get(group);
            UnavailableException failure = answers.failed().get(group);
            // A group that does not exist yet is no trouble.
            boolean isHidden = failure != null && failure.reason() == UnavailableException.Reason.DENIED;
            if (isHidden || (found != null && found.rights().lacks(Right.READ))) {
                denied.add(group);
            }
        }
        if (!denied.isEmpty()) {
            warn(
                    target.name(),
                    "positions of groups " + named(denied)
                            + " cannot be written: grant READ on these groups, or leave them out"
                            + " with groups.exclude");
        }
    }

    private void warn(String cluster, String message) {
        findings.add(Finding.Severity.WARNING, Finding.Kind.GROUP, cluster, message);
    }

    private static String named(List<String> groups) {
        String first = String.join(", ", groups.stream().limit(MAX_NAMED).toList());
        return groups.size() <= MAX_NAMED ? first : first + " and " + (groups.size() - MAX_NAMED) + " more";
    }
}
