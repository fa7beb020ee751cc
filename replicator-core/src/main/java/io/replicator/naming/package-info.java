/**
 * Names of topics: which topics a flow selects, what their copies are called, what MirrorMaker 2 calls its own, and whether
 * flows would feed themselves. Pure functions of the configuration and of names.
 */
package io.replicator.naming;
