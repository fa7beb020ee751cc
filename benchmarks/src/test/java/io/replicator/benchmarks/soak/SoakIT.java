package io.replicator.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.benchmarks.soak.Stage.Layout;
import io.replicator.testkit.junit.ClusterExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few minutes of the soak, more of them with {@code -Psoak}: kills, zombies, hand-overs. */
@ExtendWith(ClusterExtension.class)
final class SoakIT {
    private static final Path DISTRIBUTION = Path.of("..", "replicator-daemon", "target", "replicator");
    private static final Path LOGS = Path.of("target", "soak");

    private static Stage stage;

    @BeforeAll
    static void start() {
        stage = Stage.start(Layout.SMALL, Path.of(System.getProperty("java.io.tmpdir")));
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    @ParameterizedTest
    @CsvSource({"kills, 2, 4", "sources, 1, 3", "zombies, 1, 1", "rolling-848, 1, 1"})
    void shouldHoldEveryRecordOnceInOrder(String label, int few, int many) {
        long seed = Long.getLong("soak.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));

        Verdict verdict = Run.play(
                Scenario.of(label),
                stage,
                DISTRIBUTION.toAbsolutePath().normalize(),
                LOGS.toAbsolutePath().resolve(label + "-" + seed),
                Boolean.getBoolean("soak.many") ? many : few,
                seed,
                List.of());

        System.out.println(verdict.story());
        assertThat(verdict.isClean()).as(verdict.story()).isTrue();
    }
}
