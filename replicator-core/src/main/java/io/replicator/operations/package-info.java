/**
 * Commands on a flow that run beside it or while it is stopped: moving a consumer group, resetting the progress of topics.
 * They use what the flow saved, and share no thread with it. Each plans first, as a pure function, and then acts.
 */
package io.replicator.operations;
