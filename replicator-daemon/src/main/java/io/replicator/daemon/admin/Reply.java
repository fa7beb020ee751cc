package io.replicator.daemon.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * What a page says.
 *
 * @param status of HTTP
 * @param contentType with its character set, which is UTF-8
 * @param body sent in UTF-8
 */
public record Reply(int status, String contentType, String body) {
    private static final String JSON = "application/json";

    /** A JSON document. */
    public static Reply json(int status, String document) {
        return new Reply(status, JSON, document);
    }

    /** {@code {"error":…}}, with a message for a person. */
    static Reply error(int status, String message) {
        return json(
                status,
                JsonNodeFactory.instance.objectNode().put("error", message).toString());
    }
}
