package io.replicator.benchmarks.race;

import io.replicator.benchmarks.race.Arena.Layout;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Measurements that run in one arena and are saved in one file.
 *
 * @param label on the command line and in the file's name
 * @param title for people
 * @param layout of the arena
 * @param dataSets what is copied
 * @param kind what is done
 */
record Suite(String label, String title, Layout layout, List<DataSet> dataSets, Kind kind) {
    /** Kinds of measurements. */
    enum Kind {
        /** Copies, compared with MirrorMaker 2. */
        COPIES,
        /** A steady stream, compared with MirrorMaker 2. */
        STREAM,
        /** Copies and a steady stream, for each value of {@code delivery}. */
        DELIVERIES,
        /** Kills, and the time until the copy continues. */
        TAKEOVERS,
        /** One partition that cannot be copied among many that can. */
        ISOLATION,
        /** Consumer groups that fail over, compared with MirrorMaker 2. */
        FAIL_OVERS
    }

    /** The main table: every data set. */
    static final Suite LOCAL = new Suite("local", "One broker on each side", Layout.plain(), DataSet.ALL, Kind.COPIES);

    /** A steady stream, and the latency of its records. */
    static final Suite LATENCY = new Suite(
            "latency",
            "5,000 records/s of 1 KiB: source acknowledged to target consumed",
            Layout.plain(),
            List.of(),
            Kind.STREAM);

    private static final List<DataSet> FAR = List.of(DataSet.of("1k-none"), DataSet.of("1k-lz4"), DataSet.NARROW);
    private static final List<DataSet> FEW = List.of(DataSet.of("1k-none"), DataSet.of("1k-lz4"));

    static final List<Suite> ALL = List.of(
            LOCAL,
            LATENCY,
            new Suite("wide", "3,000 partitions", Layout.plain(), List.of(DataSet.WIDE), Kind.COPIES),
            new Suite("tls", "TLS on both sides", Layout.plain().withTls(), FEW, Kind.COPIES),
            new Suite(
                    "three-brokers",
                    "Three brokers on each side, replication factor 3",
                    Layout.plain().withBrokers(3),
                    FEW,
                    Kind.COPIES),
            far("wan-0", "The line of the two below, without delay", 0),
            far("wan-50", "50 ms round trip to the target", 50),
            far("wan-100", "100 ms round trip to the target", 100),
            new Suite("delivery", "Ways to deliver", Layout.plain(), FEW, Kind.DELIVERIES),
            new Suite("takeover", "After kill -9", Layout.plain(), List.of(), Kind.TAKEOVERS),
            new Suite(
                    "isolation",
                    "One of 50 partitions that cannot be copied",
                    Layout.plain().withBrokers(3),
                    List.of(),
                    Kind.ISOLATION),
            new Suite(
                    "positions",
                    "100 consumer groups that fail over, looked at every second",
                    Layout.plain(),
                    List.of(),
                    Kind.FAIL_OVERS));

    private static Suite far(String label, String title, int millis) {
        return new Suite(label, title, Layout.plain().withRoundTrip(Duration.ofMillis(millis)), FAR, Kind.COPIES);
    }

    /** The suite with this label. */
    static Suite of(String label) {
        return ALL.stream()
                .filter(suite -> suite.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no suite " + label + "; there are "
                        + ALL.stream().map(Suite::label).collect(Collectors.joining(", "))));
    }
}
