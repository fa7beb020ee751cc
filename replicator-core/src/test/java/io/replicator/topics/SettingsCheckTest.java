package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsCheckTest {
    private static Settings config(Map<String, String> values) {
        return Settings.of(values);
    }

    @ParameterizedTest
    @CsvSource({
        "max.message.bytes, 2000, 1000, WARNING",
        "message.timestamp.type, CreateTime, LogAppendTime, WARNING",
        "message.timestamp.before.max.ms, 5, 5, NOTE",
        "message.timestamp.after.max.ms, 5, 5, NOTE",
        "cleanup.policy, delete, compact, WARNING",
        "retention.ms, 2000, 1000, NOTE",
        "retention.ms, -1, 1000, NOTE",
        "retention.bytes, 2000, 1000, NOTE",
        "compression.type, producer, zstd, WARNING",
        "compression.type, gzip, zstd, WARNING",
        "compression.type, zstd, uncompressed, WARNING",
    })
    void shouldSayWhatTheTargetWouldChangeOrRefuse(String key, String source, String target, String severity) {
        var found = SettingsCheck.compare(config(Map.of(key, source)), config(Map.of(key, target)));

        assertThat(found).extracting(SettingsNotice::isWarning).containsExactly(severity.equals("WARNING"));
        assertThat(found.get(0).words()).contains(key);
    }

    @ParameterizedTest
    @CsvSource({
        "max.message.bytes, 1000, 2000",
        "message.timestamp.type, LogAppendTime, CreateTime",
        "cleanup.policy, compact, delete",
        "retention.ms, 1000, -1",
        "compression.type, zstd, producer",
        "compression.type, zstd, zstd",
    })
    void shouldKeepQuietAboutWhatDoesNoHarm(String key, String source, String target) {
        assertThat(SettingsCheck.compare(config(Map.of(key, source)), config(Map.of(key, target))))
                .isEmpty();
    }

    @Test
    void shouldNotSpeakOfRetentionWhereNothingIsDeleted() {
        var compacted = Map.of("cleanup.policy", "compact", "retention.ms", "1");

        assertThat(SettingsCheck.compare(
                        config(Map.of("cleanup.policy", "compact", "retention.ms", "2")), config(compacted)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"max.message.bytes, 1000", "cleanup.policy, compact", "retention.ms, 1000"})
    void shouldNotCompareWithWhatTheSourceDoesNotTell(String key, String target) {
        assertThat(SettingsCheck.compare(config(Map.of()), config(Map.of(key, target))))
                .isEmpty();
    }

    @Test
    void shouldSayWhatIsSoWhateverTheSourceIs() {
        var target = config(Map.of("message.timestamp.type", "LogAppendTime", "compression.type", "lz4"));

        assertThat(SettingsCheck.compare(config(Map.of()), target)).hasSize(2);
        assertThat(CopySettings.of(config(Map.of()), target).warning())
                .startsWith("replaces timestamps")
                .contains("CreateTime on it; it is stored with lz4: its brokers")
                .endsWith("compression.type=producer on it");
    }

    @Test
    void shouldWarnOfNothingThatIsOnlyGoodToKnow() {
        var source = config(Map.of("retention.ms", "2000"));

        assertThat(CopySettings.of(source, config(Map.of("retention.ms", "1000")))
                        .warning())
                .isEmpty();
    }
}
