/**
 * What is counted: plain counters and histograms. In: counts of a lane's two threads; each counter has one writing thread. Out:
 * values and copies for the control thread and the daemon, which exports them to Prometheus.
 */
package io.replicator.measure;
