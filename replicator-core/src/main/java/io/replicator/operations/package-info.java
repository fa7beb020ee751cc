/** Commands on a flow that run beside it or while it is stopped. They use the flow's saved state, and no thread of its own. */
package io.replicator.operations;
