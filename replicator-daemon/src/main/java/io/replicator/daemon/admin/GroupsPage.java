package io.replicator.daemon.admin;

import io.replicator.daemon.document.GroupsDocument;
import io.replicator.positions.GroupsStatus;
import java.util.function.Supplier;

/** {@code /api/flows/{flow}/groups}: a {@link GroupsDocument}. */
public final class GroupsPage implements Page {
    private final Supplier<GroupsStatus> groups;

    public GroupsPage(Supplier<GroupsStatus> groups) {
        this.groups = groups;
    }

    @Override
    public Reply reply(PageRequest request) {
        return Reply.json(200, GroupsDocument.of(groups.get()));
    }
}
