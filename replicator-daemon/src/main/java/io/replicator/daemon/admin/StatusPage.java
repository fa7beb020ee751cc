package io.replicator.daemon.admin;

import io.replicator.daemon.document.StatusDocument;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code /api/status}: a {@link StatusDocument}. */
public final class StatusPage implements Page {
    private final String version;
    private final String instance;
    private final Supplier<List<FlowStatus>> flows;
    private final Function<String, GroupsStatus> groups;

    /**
     * @param flows a snapshot of every flow
     * @param groups the consumer groups of a flow, by its name
     */
    public StatusPage(
            String version, String instance, Supplier<List<FlowStatus>> flows, Function<String, GroupsStatus> groups) {
        this.version = version;
        this.instance = instance;
        this.flows = flows;
        this.groups = groups;
    }

    @Override
    public Reply reply(PageRequest request) {
        return Reply.json(200, StatusDocument.of(version, instance, flows.get(), groups));
    }
}
