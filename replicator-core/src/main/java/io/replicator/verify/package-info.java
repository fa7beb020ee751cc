/**
 * Source and target compared, record by record, through the offset map. In come the progress of the flow's offset log and
 * both clusters' records, as any consumer sees them; out go the differences. It shares no thread and no state with the
 * way of the data, and may run beside a daemon or without one.
 */
package io.replicator.verify;
