package io.replicator.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DemoSettingsTest {
    @AfterEach
    void forget() {
        System.clearProperty("demo.duration");
    }

    @Test
    void shouldTakeADurationAsTheConfigurationDoes() {
        System.setProperty("demo.duration", "5m");

        assertThat(DemoSettings.ofThisJvm().duration()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void shouldRefuseWhatIsNoDuration() {
        System.setProperty("demo.duration", "soon");

        assertThatIllegalArgumentException()
                .isThrownBy(DemoSettings::ofThisJvm)
                .withMessage("demo.duration: 'soon' is not a duration such as 30s or 5m");
    }

    @Test
    void shouldRefuseANumberWithoutAUnit() {
        System.setProperty("demo.duration", "30");

        assertThatIllegalArgumentException()
                .isThrownBy(DemoSettings::ofThisJvm)
                .withMessageContaining("30 ms is too short");
    }
}
