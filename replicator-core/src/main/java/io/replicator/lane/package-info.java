/** One path, alive: a fetcher and a producer on two threads, linked by a ring, and the partitions they serve. */
package io.replicator.lane;
