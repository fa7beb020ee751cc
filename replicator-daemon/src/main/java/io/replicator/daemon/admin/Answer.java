package io.replicator.daemon.admin;

/**
 * What a page says.
 *
 * @param status of HTTP
 * @param contentType with its character set, which is UTF-8
 * @param body sent in UTF-8
 */
public record Answer(int status, String contentType, String body) {
    private static final String JSON = "application/json";

    /** A JSON document. */
    public static Answer json(int status, String document) {
        return new Answer(status, JSON, document);
    }
}
