package io.replicator.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.testkit.ClusterBuilder;
import io.replicator.testkit.KafkaCluster;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

final class ClustersTest {
    private static final String PROPERTY = "replicator.testkit.clusters";

    private Optional<String> before = Optional.empty();

    @BeforeEach
    void remember() {
        before = Optional.ofNullable(System.getProperty(PROPERTY));
    }

    @AfterEach
    void restore() {
        before.ifPresentOrElse(value -> System.setProperty(PROPERTY, value), () -> System.clearProperty(PROPERTY));
    }

    @Test
    void shouldHaveLocalClustersEverywhere() {
        System.setProperty(PROPERTY, "local");

        assertThatCode(Clusters::assumeAvailable).doesNotThrowAnyException();
    }

    /** With an engine there is nothing to skip, without one there is: both are right, and must agree. */
    @Test
    void shouldSkipWithOneSentenceWhereNoEngineAnswers() {
        System.setProperty(PROPERTY, "testcontainers");

        Optional<String> reason = ClusterBuilder.whyUnavailable();

        if (reason.isPresent()) {
            assertThat(reason.get()).startsWith("no Docker engine answers").doesNotContain("\n");
            assertThatThrownBy(Clusters::assumeAvailable)
                    .isInstanceOf(TestAbortedException.class)
                    .hasMessage(reason.get());
            assertThatThrownBy(() -> KafkaCluster.builder().start()).hasMessage(reason.get());
        } else {
            assertThatCode(Clusters::assumeAvailable).doesNotThrowAnyException();
        }
    }

    @Test
    void shouldRefuseAPlaceItDoesNotKnow() {
        System.setProperty(PROPERTY, "cloud");

        assertThatThrownBy(Clusters::assumeAvailable)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be local or testcontainers");
    }
}
