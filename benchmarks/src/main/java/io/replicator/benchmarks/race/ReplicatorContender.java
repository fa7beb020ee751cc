package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Replicator's distribution, with its default settings.
 *
 * @param label its name on the command line and in the results
 * @param distribution its directory
 * @param settings additional ones, as {@code key=value}, to try something
 */
record ReplicatorContender(String label, Path distribution, List<String> settings) implements Contender {
    static final String LABEL = "replicator";

    /** The same with this value of {@code delivery}, which is also its label. */
    ReplicatorContender delivering(String way) {
        return new ReplicatorContender(way, distribution, settingsAnd("replicator.flow-defaults.delivery=" + way));
    }

    /** The same with this value of {@code groups.interval}. */
    ReplicatorContender syncingEvery(String interval) {
        return new ReplicatorContender(
                label, distribution, settingsAnd("replicator.flow-defaults.groups.interval=" + interval));
    }

    private List<String> settingsAnd(String setting) {
        List<String> more = new ArrayList<>(settings);
        more.add(setting);
        return more;
    }

    @Override
    public String targetTopic(Task task) {
        return task.id() + "." + task.topic();
    }

    @Override
    public String leftovers(Task task) {
        return "replicator[.]" + task.id() + "[.].*";
    }

    @Override
    public List<String> prepare(Task task, Path directory) {
        Path file = directory.resolve("replicator.conf");
        write(file, configuration(task.arena(), task.id(), task.topic(), task.id() + ".{topic}"));
        List<String> command = new ArrayList<>();
        command.addAll(List.of(distribution.resolve("bin/replicator").toString(), "run", "-c", file.toString()));
        settings.forEach(setting -> command.addAll(List.of("-D", setting)));
        return command;
    }

    /** A configuration of the daemon that copies a topic. */
    static String configuration(Arena arena, String flow, String topic, String rename) {
        return """
                replicator {
                  clusters {
                    source { %s }
                    target { %s }
                  }
                  flows {
                    %s { source = source, target = target, topics { select = ["%s"], rename = "%s" } }
                  }
                  admin { listen = "127.0.0.1:0" }
                }
                """.formatted(cluster(arena.source()), cluster(arena.target()), flow, topic, rename);
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    private static String cluster(KafkaCluster cluster) {
        Map<String, Object> client = new TreeMap<>(cluster.clientProperties());
        Object servers = client.remove("bootstrap.servers");
        String properties = client.entrySet().stream()
                .map(each -> "\"%s\" = \"%s\"".formatted(each.getKey(), each.getValue()))
                .collect(Collectors.joining(", "));
        return "bootstrap-servers = \"%s\", client { %s }".formatted(servers, properties);
    }
}
