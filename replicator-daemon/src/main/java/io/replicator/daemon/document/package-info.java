/**
 * The JSON documents that the daemon serves and the commands print, as records. The components' names are the names in the
 * JSON, in the same order; both are a promise to scripts and dashboards. A value that is not known is {@code null}, unless
 * the document says otherwise. {@link io.replicator.daemon.document.Json} turns a document into text and back.
 */
package io.replicator.daemon.document;
