package io.replicator.topics;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;

/**
 * What a target topic does to the copy it holds.
 *
 * @param limits for those who write
 * @param warning what an operator should know, to be read behind the topic's name; empty when there is nothing
 */
record CopySettings(TargetLimits limits, String warning) {
    /** For a topic whose settings we may not read. */
    static final CopySettings UNKNOWN = new CopySettings(TargetLimits.DEFAULT, "");

    static CopySettings of(Config source, Config target) {
        List<SettingsNotice> notices = SettingsCheck.compare(source, target);
        String warning = notices.stream()
                .filter(notice -> notice.severity() == Finding.Severity.WARNING)
                .map(SettingsNotice::words)
                .collect(Collectors.joining("; it "));
        return new CopySettings(TargetLimits.of(target), warning);
    }
}
