/** Replicator. */
package io.replicator.testkit;
