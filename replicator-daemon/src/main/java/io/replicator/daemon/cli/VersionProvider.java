package io.replicator.daemon.cli;

import io.replicator.daemon.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {Version.current().toString()};
    }
}
