package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import org.junit.jupiter.api.Test;

class TargetTroubleTest {
    @Test
    void shouldNameTheRightThatAProducerIdNeeds() {
        Health denied = TargetTrouble.noAnonymousIdentity(
                "west", Fault.TARGET_NOT_AUTHORIZED, "a producer id", "CLUSTER_AUTHORIZATION_FAILED");

        assertThat(denied.state()).isEqualTo(PartitionState.FAILED);
        assertThat(denied.reason()).contains("west", "CLUSTER_AUTHORIZATION_FAILED");
        assertThat(denied.resumesWhen())
                .contains("IDEMPOTENT_WRITE on the cluster", "2.8")
                .doesNotContain("at-least-once", "WRITE on a producer id");
    }

    @Test
    void shouldNameTheRightOnATransactionalId() {
        Health denied = TargetTrouble.noIdentity(
                "west", Fault.TARGET_NOT_AUTHORIZED, "transactional id replicator.orders.3", "denied");

        assertThat(denied.resumesWhen())
                .contains("WRITE on transactional id replicator.orders.3", "delivery = at-least-once");
    }

    /** The control plane takes it back within half a minute, or another instance has it: nobody needs to act. */
    @Test
    void shouldWaitForAShardThatWasTaken() {
        Health taken = TargetTrouble.taken(3);

        assertThat(taken.state()).isEqualTo(PartitionState.WAITING);
        assertThat(taken.reason()).contains("shard 3");
    }
}
