package io.replicator.daemon.cli;

import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.daemon.settings.Settings;
import io.replicator.daemon.settings.SettingsFile;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every command that reads the configuration. */
final class SettingsOptions {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration file (HOCON). reference.conf describes every key.")
    private Path file = Path.of("");

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key of the configuration, such as -D replicator.lanes=2. May be repeated.")
    private List<String> overrides = List.of();

    Settings read() throws BadSettingsException {
        return SettingsFile.read(file, overrides);
    }
}
