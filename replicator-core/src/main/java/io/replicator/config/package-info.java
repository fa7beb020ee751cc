/**
 * What is wanted: records that were checked when they were built. Nothing here parses text or knows where a value came
 * from; the daemon reads the file and points at the line.
 */
package io.replicator.config;
