/** How an event of the log becomes one line on stderr. Runs on the thread that logs. */
package io.replicator.daemon.logs;
