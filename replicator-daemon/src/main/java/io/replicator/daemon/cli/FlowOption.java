package io.replicator.daemon.cli;

import io.replicator.NearestName;
import io.replicator.config.FlowConfig;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option of every command that works on one flow. */
final class FlowOption {
    @Option(
            names = "--flow",
            paramLabel = "FLOW",
            description = "The flow. Not needed when the configuration has only one.")
    private String name = "";

    /** The flow with that name. */
    FlowConfig choose(List<FlowConfig> all, CommandSpec spec) {
        List<String> names = all.stream().map(FlowConfig::name).toList();
        if (name.isEmpty() && all.size() == 1) {
            return all.get(0);
        }
        if (name.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--flow is missing; there are: " + String.join(", ", names));
        }
        return all.stream()
                .filter(flow -> flow.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no flow " + name + "; there are: " + String.join(", ", names)
                                + NearestName.hint(name, names)));
    }
}
