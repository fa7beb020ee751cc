/** How the process speaks to systemd, when systemd started it. */
package io.replicator.daemon.service;
