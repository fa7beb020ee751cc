package io.replicator.benchmarks.race;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/** Deletes what a measurement leaves on a cluster. */
final class Topics {
    private Topics() {}

    /** Deletes all topics whose whole name matches. */
    static void delete(Admin admin, String pattern) {
        try {
            List<String> topics = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.matches(pattern))
                    .collect(Collectors.toList());
            admin.deleteTopics(topics).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("topics " + pattern + " cannot be deleted", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
