/** Notifies systemd, when systemd started the process. */
package io.replicator.daemon.service;
