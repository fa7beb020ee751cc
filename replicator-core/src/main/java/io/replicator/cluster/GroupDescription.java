package io.replicator.cluster;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer group as its coordinator describes it.
 *
 * @param rights what this user may do with it; unknown unless they were asked for
 */
public record GroupDescription(String id, List<Member> members, Rights rights) {
    public GroupDescription {
        members = List.copyOf(members);
    }

    /**
     * One member.
     *
     * @param id given by the coordinator
     * @param instance the name it was configured with, if any (KIP-345)
     * @param assigned the partitions that it has
     */
    public record Member(String id, Optional<String> instance, Set<TopicPartition> assigned) {
        public Member {
            assigned = Set.copyOf(assigned);
        }
    }
}
