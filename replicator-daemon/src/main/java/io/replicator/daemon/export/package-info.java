/**
 * Exports the engine's metrics to Prometheus and JMX. Each scrape is built from one snapshot of the engine, so that series
 * appear and disappear with their topics.
 */
package io.replicator.daemon.export;
