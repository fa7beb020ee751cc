package io.replicator.daemon.mirrormaker;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The properties of MirrorMaker 2 in dedicated mode, in the order of the file. No message of this class contains a value. */
final class MirrorMakerFile {
    static final String CLUSTERS = "clusters";
    static final String ENABLED = "enabled";

    private final Map<String, String> properties;
    private final List<String> clusters;

    private MirrorMakerFile(Map<String, String> properties, List<String> clusters) {
        this.properties = properties;
        this.clusters = clusters;
    }

    /** A flow of the file. */
    record Pair(String source, String target) {
        String prefix() {
            return this + ".";
        }

        @Override
        public String toString() {
            return source + "->" + target;
        }
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException when it is not a properties file
     */
    static MirrorMakerFile read(Reader reader) throws IOException {
        Map<String, String> ordered = new LinkedHashMap<>();
        new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                return ordered.put(key.toString(), value.toString().strip());
            }
        }.load(reader);
        return new MirrorMakerFile(ordered, list(ordered.getOrDefault(CLUSTERS, "")));
    }

    /** Splits a list as Kafka does: at commas, without the spaces. */
    static List<String> list(String value) {
        return Arrays.stream(value.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    Map<String, String> properties() {
        return Collections.unmodifiableMap(properties);
    }

    Optional<String> value(String key) {
        return Optional.ofNullable(properties.get(key));
    }

    List<String> clusters() {
        return clusters;
    }

    /** The enabled flows, in the order of the clusters. */
    List<Pair> enabled() {
        List<Pair> enabled = new ArrayList<>();
        for (String source : clusters) {
            for (String target : clusters) {
                Pair pair = new Pair(source, target);
                boolean isEnabled = Boolean.parseBoolean(properties.get(pair.prefix() + ENABLED));
                if (isEnabled && !source.equals(target)) {
                    enabled.add(pair);
                }
            }
        }
        return enabled;
    }

    /** The flow that a key configures. */
    Optional<Pair> pairOf(String key) {
        return clusters.stream()
                .flatMap(source -> clusters.stream().map(target -> new Pair(source, target)))
                .filter(pair -> key.startsWith(pair.prefix()))
                .max(Comparator.comparingInt(pair -> pair.prefix().length()));
    }

    /** The cluster that a key configures. */
    Optional<String> clusterOf(String key) {
        return clusters.stream()
                .filter(cluster -> key.startsWith(cluster + "."))
                .max(Comparator.comparingInt(String::length));
    }

    /** The value that MirrorMaker 2's connectors use for a flow: its own, or that of the file. */
    Optional<String> valueFor(Pair pair, String key) {
        return value(pair.prefix() + key).or(() -> value(key));
    }
}
