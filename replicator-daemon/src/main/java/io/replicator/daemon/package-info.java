/** Replicator. */
package io.replicator.daemon;
