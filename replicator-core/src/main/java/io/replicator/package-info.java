/** Replicator. */
package io.replicator;
