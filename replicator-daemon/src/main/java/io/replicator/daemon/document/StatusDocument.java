package io.replicator.daemon.document;

import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * {@code /api/status}: every flow with its partitions. Numbers are -1 while they are not known. The {@code status} command
 * reads this document, also from a daemon of another version.
 *
 * @param version of the daemon
 * @param instance the name of this instance
 * @param flows in the order of the configuration
 */
public record StatusDocument(String version, String instance, List<FlowDocument> flows) {
    public StatusDocument {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(instance, "instance");
        flows = flows == null ? List.of() : List.copyOf(flows);
    }

    /**
     * The document of a snapshot.
     *
     * @param groups the consumer groups of a flow, by its name
     */
    public static StatusDocument of(
            String version, String instance, List<FlowStatus> flows, Function<String, GroupsStatus> groups) {
        return new StatusDocument(
                version,
                instance,
                flows.stream()
                        .map(flow -> FlowDocument.of(flow, groups.apply(flow.name())))
                        .toList());
    }
}
