/**
 * One source partition and its copy, as every stage sees it: what it is doing, what is wrong with it and what the remedy
 * is. The stages tell each other about a partition only through this package, the ring and the memory pool.
 */
package io.replicator.partition;
