package io.replicator.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.OwnershipProtocol;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProtocolChoiceTest {
    private static final Duration SESSION = Duration.ofSeconds(10);

    @Test
    void shouldKeepTheClassicProtocolWhereBrokersTakeLongerToFindADeath() {
        var chosen = ProtocolChoice.choose(SESSION, times(45_000, 5_000));

        assertThat(chosen.protocol()).isEqualTo(OwnershipProtocol.CLASSIC);
        assertThat(chosen.reason()).contains("45000", "5000");
    }

    @Test
    void shouldTakeTheNewProtocolWhereBrokersAreAsQuick() {
        assertThat(ProtocolChoice.choose(SESSION, times(10_000, 2_000)).protocol())
                .isEqualTo(OwnershipProtocol.CONSUMER);
        assertThat(ProtocolChoice.choose(SESSION, times(10_000, 2_001)).protocol())
                .isEqualTo(OwnershipProtocol.CLASSIC);
        assertThat(ProtocolChoice.choose(Duration.ofSeconds(60), times(45_000, 5_000))
                        .protocol())
                .isEqualTo(OwnershipProtocol.CONSUMER);
    }

    @Test
    void shouldKeepTheClassicProtocolWhereBrokersDoNotTell() {
        assertThat(ProtocolChoice.choose(SESSION, Optional.empty()).protocol()).isEqualTo(OwnershipProtocol.CLASSIC);
    }

    private static Optional<ProtocolChoice.BrokerTimes> times(long sessionMillis, long heartbeatMillis) {
        return Optional.of(
                new ProtocolChoice.BrokerTimes(Duration.ofMillis(sessionMillis), Duration.ofMillis(heartbeatMillis)));
    }
}
