/** Turns a log event into one line on stderr. Runs on the thread that logs. */
package io.replicator.daemon.logs;
