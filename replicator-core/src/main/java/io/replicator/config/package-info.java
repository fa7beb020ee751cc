/**
 * The configuration as records that are checked when they are built. Nothing here parses text or knows where a value came
 * from; the daemon reads the file and reports the line of a mistake.
 */
package io.replicator.config;
