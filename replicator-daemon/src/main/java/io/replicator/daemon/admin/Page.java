package io.replicator.daemon.admin;

/** Answers GET for one path. Called by any thread, several at once. */
@FunctionalInterface
public interface Page {
    /** What the page says now. */
    Reply reply(PageRequest request);
}
