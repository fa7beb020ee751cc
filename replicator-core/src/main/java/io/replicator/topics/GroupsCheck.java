package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.acl.AclOperation;

/**
 * A preflight's look at the consumer groups whose positions the flow would keep fresh on the target. What is wrong with them
 * is never an error: records are copied all the same.
 */
final class GroupsCheck {
    private static final int MAX_NAMED = 5;

    /** Enough to see what is missing, without asking a large cluster for everything. */
    private static final int MAX_DESCRIBED = 200;

    private final FlowConfig flow;
    private final ClusterAdmin source;
    private final ClusterAdmin target;
    private final Findings findings;

    GroupsCheck(FlowConfig flow, ClusterAdmin source, ClusterAdmin target, Findings findings) {
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
            warn(source.cluster(), "consumer groups cannot be looked at: " + failure.getMessage());
        }
    }

    /** The groups that are selected on the source, by their names on the target: no two come to the same. */
    private List<String> selected() throws InterruptedException {
        GroupsConfig groups = flow.positions().groups();
        List<String> names = source.await(source.admin().listGroups().all(), "DESCRIBE", "the groups").stream()
                .map(GroupListing::groupId)
                .filter(groups::selects)
                .map(group -> groups.targetName(group, flow.source().name()))
                .sorted()
                .toList();
        findings.add(
                Finding.Severity.NOTE,
                Finding.Kind.GROUP,
                target.cluster(),
                "positions of " + names.size() + " consumer groups are kept fresh"
                        + (names.isEmpty() ? "" : ": " + named(names)));
        return names;
    }

    /** Who may not see all groups is told of those that he may see, and of no others. */
    private void checkSeesAll() throws InterruptedException {
        Set<AclOperation> rights = source.await(
                source.admin()
                        .describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
                        .authorizedOperations(),
                "DESCRIBE",
                "the cluster");
        if (Rights.lacks(rights, AclOperation.DESCRIBE)) {
            warn(
                    source.cluster(),
                    "only those consumer groups are seen that this user may DESCRIBE one by one; grant DESCRIBE on the cluster"
                            + " to see all, or set groups.sync = false");
        }
    }

    private void checkTarget(List<String> names) throws InterruptedException {
        List<String> asked = names.stream().limit(MAX_DESCRIBED).toList();
        var answer = target.admin()
                .describeConsumerGroups(asked, new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true));
        List<String> denied = new ArrayList<>();
        for (String group : asked) {
            try {
                var described = target.await(answer.describedGroups().get(group), "DESCRIBE", "group " + group);
                if (Rights.lacks(described.authorizedOperations(), AclOperation.READ)) {
                    denied.add(group);
                }
            } catch (UnavailableException failure) {
                // A group that is not there yet is no trouble.
                if (failure.reason() == UnavailableException.Reason.DENIED) {
                    denied.add(group);
                }
            }
        }
        if (!denied.isEmpty()) {
            warn(
                    target.cluster(),
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
