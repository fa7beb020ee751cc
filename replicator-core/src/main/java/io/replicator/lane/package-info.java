/**
 * One path, alive: a fetcher and a producer on two threads, the partitions they serve, and the only judge of errors.
 */
package io.replicator.lane;
