package io.replicator.topics;

import io.replicator.cluster.Settings;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the settings of a target topic do to the copy it holds.
 *
 * @param limits for those who write
 * @param warning what an operator should know, to be read behind the topic's name; empty when there is nothing
 */
record CopySettings(TargetLimits limits, String warning) {
    /** For a topic whose settings this user may not read. */
    static final CopySettings UNKNOWN = new CopySettings(TargetLimits.DEFAULT, "");

    static CopySettings of(Settings source, Settings target) {
        List<SettingsNotice> notices = SettingsCheck.compare(source, target);
        String warning = notices.stream()
                .filter(SettingsNotice::isWarning)
                .map(SettingsNotice::words)
                .collect(Collectors.joining("; it "));
        return new CopySettings(TargetLimits.of(target), warning);
    }
}
