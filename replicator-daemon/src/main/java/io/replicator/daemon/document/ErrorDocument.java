package io.replicator.daemon.document;

/**
 * Why a request was refused or failed.
 *
 * @param error a message for a person
 */
public record ErrorDocument(String error) {}
