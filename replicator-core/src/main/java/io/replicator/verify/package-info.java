/**
 * Compares source and target record by record, by the offset map. Comes in: the progress in the flow's offset log, and both
 * clusters' records as any consumer sees them. Goes out: the differences. It shares no thread and no state with a running
 * flow, and needs none.
 */
package io.replicator.verify;
