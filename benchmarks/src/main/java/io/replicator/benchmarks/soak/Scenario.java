package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.soak.Stage.Layout;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A test under one kind of trouble.
 *
 * @param label on the command line, and part of the names of topics
 * @param title for people
 * @param layout of the clusters
 * @param instances of the daemon
 * @param topics that are copied
 * @param trouble that strikes
 * @param settings of the daemon
 */
record Scenario(
        String label,
        String title,
        Layout layout,
        int instances,
        List<SoakTopic> topics,
        Trouble trouble,
        List<String> settings) {
    private static final String SESSION = "replicator.session-timeout=6s";
    private static final List<String> CLASSIC = List.of(SESSION, "replicator.ownership-protocol=classic");
    private static final List<String> KIP_848 = List.of(SESSION, "replicator.ownership-protocol=consumer");

    static final List<Scenario> ALL = List.of(
            one("kills", "the daemon is killed", Layout.SMALL, SoakTopic.PLAIN, new Kills()),
            one(
                    "sources",
                    "the daemon is killed; transactions, aborts, compaction on the source",
                    Layout.SMALL,
                    SoakTopic.KINDS,
                    new Kills()),
            three("zombies", "one instance frozen, another killed, the frozen one woken", new Zombies(), CLASSIC),
            three("zombies-848", "the same by KIP-848", new Zombies(), KIP_848),
            three("rolling", "instances restarted one after the other", new RollingRestart(), CLASSIC),
            three("rolling-848", "the same by KIP-848", new RollingRestart(), KIP_848),
            one(
                    "target",
                    "brokers of the target killed, frozen, leaders moved",
                    Layout.LARGE,
                    SoakTopic.PLAIN,
                    new BrokerTrouble(Stage::target)),
            one(
                    "source",
                    "brokers of the source killed, frozen, leaders moved",
                    Layout.LARGE,
                    SoakTopic.PLAIN,
                    new BrokerTrouble(Stage::source)),
            one("network", "lines cut, stalled, late", Layout.LARGE, SoakTopic.PLAIN, new NetworkTrouble()));

    private static Scenario one(String label, String title, Layout layout, List<SoakTopic> topics, Trouble trouble) {
        return new Scenario(label, title, layout, 1, topics, trouble, List.of());
    }

    private static Scenario three(String label, String title, Trouble trouble, List<String> settings) {
        return new Scenario(label, title, Layout.SMALL, 3, SoakTopic.PLAIN, trouble, settings);
    }

    /** By its label. */
    static Scenario of(String label) {
        return ALL.stream()
                .filter(scenario -> scenario.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario " + label + "; there are " + labels()));
    }

    static String labels() {
        return ALL.stream().map(Scenario::label).collect(Collectors.joining(", "));
    }

    /** The topics whose copy must be the same, byte for byte. */
    Stream<SoakTopic> equalTopics() {
        return topics.stream().filter(topic -> !topic.isCompacted());
    }

    @Override
    public String toString() {
        return label;
    }
}
