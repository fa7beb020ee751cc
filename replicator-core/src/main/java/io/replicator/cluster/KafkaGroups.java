package io.replicator.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaFuture;

/** Consumer groups of a Kafka cluster and their members. */
final class KafkaGroups {
    private final KafkaAdmin admin;

    KafkaGroups(KafkaAdmin admin) {
        this.admin = admin;
    }

    Set<String> ids() throws InterruptedException {
        Set<String> ids = new TreeSet<>();
        for (GroupListing group : admin.await(admin.client().listGroups().all(), "DESCRIBE", "the groups")) {
            ids.add(group.groupId());
        }
        return ids;
    }

    Answers<String, GroupDescription> describe(Collection<String> groups, boolean withRights)
            throws InterruptedException {
        if (groups.isEmpty()) {
            return Answers.none();
        }
        DescribeConsumerGroupsOptions options =
                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(withRights);
        Map<String, KafkaFuture<GroupDescription>> asked = new HashMap<>();
        admin.client()
                .describeConsumerGroups(groups, options)
                .describedGroups()
                .forEach((group, answer) -> asked.put(group, answer.thenApply(KafkaGroups::description)));
        return admin.awaitEach(asked, "DESCRIBE", KafkaGroups::named);
    }

    private static GroupDescription description(ConsumerGroupDescription group) {
        return new GroupDescription(
                group.groupId(),
                group.members().stream().map(KafkaGroups::member).toList(),
                KafkaTopics.rights(group.authorizedOperations()));
    }

    private static GroupDescription.Member member(MemberDescription member) {
        return new GroupDescription.Member(
                member.consumerId(),
                member.groupInstanceId(),
                member.assignment().topicPartitions());
    }

    void removeMember(String group, String instance, String reason) throws InterruptedException {
        RemoveMembersFromConsumerGroupOptions options =
                new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(instance)));
        options.reason(reason);
        admin.await(
                admin.client().removeMembersFromConsumerGroup(group, options).all(), "READ", named(group));
    }

    private static String named(String group) {
        return "group " + group;
    }
}
