package io.replicator.daemon.admin;

import java.util.Map;
import java.util.Optional;

/**
 * A request for a page.
 *
 * @param accept the request's Accept header, empty for none
 * @param parameters of the query, the first value of each name
 */
public record PageRequest(String accept, Map<String, String> parameters) {
    public PageRequest {
        parameters = Map.copyOf(parameters);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isBlank());
    }
}
