/**
 * What is counted: plain counters and histograms with one writer each, read by whoever reports. The path writes; the
 * daemon reads and speaks Prometheus.
 */
package io.replicator.measure;
