package io.replicator.benchmarks.race;

import java.nio.file.Path;
import java.util.List;

/** A program that copies a topic, started in the way in which its users start it. */
interface Contender {
    /** Its name on the command line and in the results. */
    String label();

    /** The name of the topic on the target. */
    String targetTopic(Task task);

    /** Writes its configuration into {@code directory}, and returns the command that starts it. */
    List<String> prepare(Task task, Path directory);

    /** A regular expression that matches the topics that it leaves on the clusters, besides the target topic. */
    String leftovers(Task task);

    /**
     * A topic to copy.
     *
     * @param id unique, of letters and digits
     * @param arena the clusters
     * @param topic on the source
     * @param codec the compression of the source's batches, by Kafka's name
     */
    record Task(String id, Arena arena, String topic, String codec) {}
}
