/**
 * Reads a file, overrides and the environment into {@link io.replicator.daemon.settings.Settings}. Text comes in; checked
 * records go out, or the list of all mistakes, each with its line. Runs on the thread that starts the process, before any
 * thread of the engine. The value of a client property may be a secret: it is stored in the record and shown nowhere.
 */
package io.replicator.daemon.settings;
