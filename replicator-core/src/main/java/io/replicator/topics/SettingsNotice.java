package io.replicator.topics;

/**
 * What a setting of a target topic does to the copy it holds.
 *
 * @param isWarning whether the copy is likely not as wanted; otherwise it is good to know
 * @param words what happens and what to do, to be read behind the topic's name
 */
public record SettingsNotice(boolean isWarning, String words) {
    /** A whole sentence about a topic of a cluster. */
    public static String sentence(String topic, String cluster, String words) {
        return "topic " + topic + " of cluster " + cluster + " " + words;
    }
}
