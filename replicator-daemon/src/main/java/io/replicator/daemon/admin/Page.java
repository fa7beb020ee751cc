package io.replicator.daemon.admin;

/** Answers GET for one path. Called by several threads at the same time. */
@FunctionalInterface
public interface Page {
    /** The page as it is now. */
    Reply reply(PageRequest request);
}
