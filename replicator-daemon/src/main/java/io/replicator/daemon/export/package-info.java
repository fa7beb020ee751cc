/**
 * What the engine counts, in the words of Prometheus and JMX. Each scrape takes one snapshot of the engine and is built
 * from it alone, so that series come and go with topics and nothing is kept for those that are gone.
 */
package io.replicator.daemon.export;
