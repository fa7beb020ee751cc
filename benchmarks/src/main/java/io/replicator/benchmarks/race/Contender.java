package io.replicator.benchmarks.race;

import java.nio.file.Path;
import java.util.List;

/** A program that copies a topic, started as its users start it. */
interface Contender {
    /** For the command line and the results. */
    String label();

    /** What it calls the topic on the target. */
    String targetTopic(Task task);

    /** Writes what it needs to know into {@code directory}, and says how it is started. */
    List<String> prepare(Task task, Path directory);

    /** What it leaves on the clusters besides the target topic, as a regular expression of topic names. */
    String leftovers(Task task);

    /**
     * What is to be copied.
     *
     * @param id unlike any other's: letters and digits
     * @param arena where
     * @param topic on the source
     * @param codec of the source's batches, as Kafka names it
     */
    record Task(String id, Arena arena, String topic, String codec) {}
}
