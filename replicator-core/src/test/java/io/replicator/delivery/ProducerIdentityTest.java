package io.replicator.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.partition.Fault;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What becomes of answers; the questions are the simulation's. */
class ProducerIdentityTest {
    private final ProducerIdentity identity =
            new ProducerIdentity(3, Optional.of("replicator.test.3"), null, new SplittableRandom(1));

    @Test
    void shouldNotBeGrantedBeforeItIsOnRecord() {
        identity.granted(7, (short) 2, false, 0);

        assertThat(identity.isGranted()).isFalse();
        assertThat(identity.mayFence()).isFalse();
        identity.registered(new Grant(3, 7, (short) 1), Set.of(7L));
        assertThat(identity.isGranted()).isFalse();
        identity.registered(new Grant(3, 7, (short) 2), Set.of(7L, 5L));
        assertThat(identity.isGranted()).isTrue();
        assertThat(identity.grant()).isEqualTo(new Grant(3, 7, (short) 2));
        assertThat(identity.producerIds()).containsExactlyInAnyOrder(5L, 7L);
        assertThat(identity.follows()).isFalse();
    }

    @Test
    void shouldSayWhetherARenewalFollowed() {
        grant(7, 2, false);
        identity.renew();
        assertThat(identity.isGranted()).isFalse();

        grant(7, 3, true);

        assertThat(identity.follows()).isTrue();
        assertThat(identity.grants()).isEqualTo(2);
    }

    @Test
    void shouldGiveUpWhenSomebodyElseWasGrantedSince() {
        grant(7, 2, false);
        identity.renew();

        identity.refused(Fault.FENCED, "PRODUCER_FENCED", 0);

        assertThat(identity.isTaken()).isTrue();
    }

    @Test
    void shouldGiveUpWhenTheIdWasForgottenAndGrantedToSomebodyElse() {
        grant(7, 2, false);
        identity.renew();

        identity.refused(Fault.SEQUENCE_LOST, "INVALID_PRODUCER_ID_MAPPING", 0);

        assertThat(identity.isTaken()).isTrue();
    }

    @Test
    void shouldAskAgainWhenAFirstGrantIsRefused() {
        identity.refused(Fault.FENCED, "PRODUCER_FENCED", 0);

        assertThat(identity.isTaken()).isFalse();
        assertThat(identity.fault()).contains(Fault.TARGET_BROKER_ERROR);
    }

    /** Who comes after the last epoch has another producer id, whose marker would not fence a writer with this one. */
    @Test
    void shouldNotWriteWithTheLastEpochsOfAProducerId() {
        grant(7, ProducerIdentity.FIRST_FENCING_EPOCH, false);
        assertThat(identity.isGranted()).isFalse();
        assertThat(identity.mayFence()).isTrue();
        assertThat(identity.onlyFences()).isTrue();

        identity.giveBack();
        grant(8, 0, false);

        assertThat(identity.isGranted()).isTrue();
        assertThat(identity.onlyFences()).isFalse();
        assertThat(identity.producerId()).isEqualTo(8);
    }

    @Test
    void shouldPassOverTheLastEpochsWhenRenewed() {
        grant(7, ProducerIdentity.FIRST_FENCING_EPOCH - 1, false);
        assertThat(identity.isGranted()).isTrue();
        identity.renew();

        identity.granted(7, ProducerIdentity.FIRST_FENCING_EPOCH, true, 0);
        identity.granted(7, ProducerIdentity.LAST_EPOCH, true, 0);
        assertThat(identity.given()).isEqualTo(1);
        grant(8, 0, true);

        assertThat(identity.isGranted()).isTrue();
        assertThat(identity.follows()).isTrue();
        assertThat(identity.grant()).isEqualTo(new Grant(3, 8, (short) 0));
    }

    private void grant(long producerId, int epoch, boolean follows) {
        identity.granted(producerId, (short) epoch, follows, 0);
        identity.registered(new Grant(3, producerId, (short) epoch), Set.of(producerId));
    }
}
