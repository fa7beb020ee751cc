package io.replicator.daemon.admin;

import io.replicator.daemon.document.ErrorDocument;
import io.replicator.daemon.document.Json;

/**
 * The answer of a page.
 *
 * @param status of HTTP
 * @param contentType with its character set, which is UTF-8
 * @param body sent in UTF-8
 */
public record Reply(int status, String contentType, String body) {
    private static final String JSON = "application/json";

    /**
     * A JSON document.
     *
     * @param document one of the records of {@code daemon.document}, or a list of them
     */
    static Reply json(int status, Object document) {
        return new Reply(status, JSON, Json.text(document));
    }

    /** An {@link ErrorDocument}, with a message for a person. */
    static Reply error(int status, String message) {
        return json(status, new ErrorDocument(message));
    }
}
