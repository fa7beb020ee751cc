/**
 * From a file, overrides and the environment to {@link io.replicator.daemon.settings.Settings}. Text comes in; checked
 * records or the list of all mistakes, each with its line, go out. Runs on the thread that starts the process, before
 * any thread of the engine. The value of a client property is a secret: it goes into the record and nowhere else.
 */
package io.replicator.daemon.settings;
