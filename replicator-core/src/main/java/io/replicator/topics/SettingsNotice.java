package io.replicator.topics;

/**
 * What a setting of a target topic does to the copy it holds.
 *
 * @param severity how much it matters
 * @param words what happens and what to do, to be read behind the topic's name
 */
record SettingsNotice(Finding.Severity severity, String words) {
    /** A whole sentence about a topic of a cluster. */
    static String sentence(String topic, String cluster, String words) {
        return "topic " + topic + " of cluster " + cluster + " " + words;
    }
}
