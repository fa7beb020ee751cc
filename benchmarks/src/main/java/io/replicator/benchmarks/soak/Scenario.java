package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.soak.Stage.Layout;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What happens to whom.
 *
 * @param label for the command line, and part of names on the clusters
 * @param title for people
 * @param layout of the clusters
 * @param instances of the daemon
 * @param topics that are copied
 * @param trouble that strikes
 */
record Scenario(String label, String title, Layout layout, int instances, List<SoakTopic> topics, Trouble trouble) {
    static final Scenario KILLS =
            new Scenario("kills", "the daemon is killed", Layout.SMALL, 1, SoakTopic.PLAIN, new Kills());

    static final Scenario SOURCES = new Scenario(
            "sources",
            "the daemon is killed; transactions, aborts, compaction on the source",
            Layout.SMALL,
            1,
            SoakTopic.KINDS,
            new Kills());

    static final Scenario ZOMBIES = new Scenario(
            "zombies",
            "three instances: one frozen, one killed, the frozen one woken",
            Layout.SMALL,
            3,
            SoakTopic.PLAIN,
            new Zombies());

    static final Scenario ROLLING = new Scenario(
            "rolling",
            "three instances restarted one after the other",
            Layout.SMALL,
            3,
            SoakTopic.PLAIN,
            new RollingRestart());

    static final Scenario TARGET = new Scenario(
            "target",
            "brokers of the target killed, frozen, leaders moved",
            Layout.LARGE,
            1,
            SoakTopic.PLAIN,
            new BrokerTrouble(Stage::target));

    static final Scenario SOURCE = new Scenario(
            "source",
            "brokers of the source killed, frozen, leaders moved",
            Layout.LARGE,
            1,
            SoakTopic.PLAIN,
            new BrokerTrouble(Stage::source));

    static final Scenario NETWORK =
            new Scenario("network", "lines cut, stalled, late", Layout.LARGE, 1, SoakTopic.PLAIN, new NetworkTrouble());

    static final List<Scenario> ALL = List.of(KILLS, SOURCES, TARGET, SOURCE, NETWORK, ZOMBIES, ROLLING);

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
