/**
 * Who may write: the producer identity of each partition group. Used by the producer's thread.
 */
package io.replicator.delivery;
