package io.replicator.benchmarks.race;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Fifty topics of one partition each, of which one cannot be copied. It measures how long the others take. The daemon has copied
 * a few records of each; it is frozen while the other records are written and the failure is caused, so that in every round it
 * has the same work to do when it continues.
 */
enum Isolation {
    /** For comparison: the one topic has no records, and nothing fails. */
    NONE("nothing"),
    RECORD_TOO_LARGE("a record too large for the target"),
    TARGET_DELETED("its target topic was deleted"),
    NO_LEADER("nobody leads it on the source");

    private static final int TOPICS = 50;
    private static final int RECORDS = 30_000;
    private static final int MIN_RECORDS = 1_000;
    private static final int VALUE_BYTES = 1 << 10;
    private static final int LARGE_BYTES = 100_000;
    private static final String TARGET_LIMIT = "50000";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** The source broker that leads the other partitions, and the one that leads the partition that loses its leader. */
    private static final int PRESENT = 0;

    private static final int ABSENT = 2;

    private final String words;

    Isolation(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    IsolationResult measure(
            Arena arena,
            Path distribution,
            List<String> settings,
            Path directory,
            String name,
            int round,
            double scale) {
        int records = Math.max(MIN_RECORDS, (int) (RECORDS * scale));
        List<String> others = new ArrayList<>();
        for (int i = 0; i < TOPICS - 1; i++) {
            others.add(name + "-" + i);
        }
        String one = name + "-failing";
        create(arena, others, one);
        Path file = directory.resolve("replicator.conf");
        ReplicatorContender.write(file, ReplicatorContender.configuration(arena, name, name + "-.*", "{topic}"));
        try (Instance daemon = new Instance("isolation", distribution, file, directory)) {
            settings.forEach(daemon::with);
            // It is frozen for longer than the default session timeout.
            daemon.with("replicator.session-timeout=5m");
            daemon.start();
            awaitFirst(arena, others, one, daemon);
            Map<String, Long> before = ends(arena, others);
            daemon.freeze();
            try {
                others.forEach(topic -> write(arena, topic, records, VALUE_BYTES));
                spoil(arena, one, records);
            } finally {
                daemon.wake();
            }
            long startNanos = System.nanoTime();
            Await.until(PATIENCE, () -> areCopied(arena, before, records), daemon::lastOfLog);
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            return new IsolationResult(words, round, (long) records * others.size(), seconds);
        } finally {
            if (!arena.source().broker(ABSENT).isRunning()) {
                arena.source().broker(ABSENT).start();
                arena.source().awaitReady();
            }
        }
    }

    private void create(Arena arena, List<String> others, String one) {
        List<NewTopic> topics = new ArrayList<>();
        others.forEach(topic -> topics.add(new NewTopic(topic, Map.of(0, List.of(PRESENT)))));
        topics.add(new NewTopic(one, Map.of(0, List.of(this == NO_LEADER ? ABSENT : PRESENT))));
        await(arena.source().admin().createTopics(topics).all());
    }

    private static void write(Arena arena, String topic, int records, int valueBytes) {
        Load.to(arena.source(), topic)
                .records(RecordShape.values(valueBytes))
                .batches(BatchShape.of(Codec.LZ4))
                .write(records);
    }

    /** Waits until one record of each is copied: all topics exist, and all partitions run. */
    private static void awaitFirst(Arena arena, List<String> others, String one, Instance daemon) {
        List<String> all = new ArrayList<>(others);
        all.add(one);
        all.forEach(topic -> write(arena, topic, 1, VALUE_BYTES));
        Await.until(
                PATIENCE,
                () -> daemon.status()
                        .map(status -> status.path("flows").path(0))
                        .filter(flow -> flow.path("caughtUp").asBoolean()
                                && flow.path("partitions").size() == all.size())
                        .isPresent(),
                daemon::lastOfLog);
    }

    private void spoil(Arena arena, String one, int records) {
        Admin target = arena.target().admin();
        switch (this) {
            case NONE -> {}
            case RECORD_TOO_LARGE -> {
                ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, one);
                AlterConfigOp smaller =
                        new AlterConfigOp(new ConfigEntry("max.message.bytes", TARGET_LIMIT), AlterConfigOp.OpType.SET);
                await(target.incrementalAlterConfigs(Map.of(topic, List.of(smaller)))
                        .all());
                write(arena, one, Math.max(1, records / (LARGE_BYTES / VALUE_BYTES)), LARGE_BYTES);
            }
            case TARGET_DELETED -> {
                write(arena, one, records, VALUE_BYTES);
                await(target.deleteTopics(List.of(one)).all());
            }
            case NO_LEADER -> write(arena, one, records, VALUE_BYTES);
        }
        // This broker is stopped in every round, or the CPU would have less to do in some.
        arena.source().broker(ABSENT).stop();
    }

    private static boolean areCopied(Arena arena, Map<String, Long> before, int records) {
        Map<String, Long> now = ends(arena, before.keySet());
        return before.entrySet().stream().allMatch(topic -> now.get(topic.getKey()) >= topic.getValue() + records);
    }

    private static Map<String, Long> ends(Arena arena, Collection<String> topics) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        topics.forEach(topic -> asked.put(new TopicPartition(topic, 0), OffsetSpec.latest()));
        Map<String, Long> ends = new HashMap<>();
        await(arena.target().admin().listOffsets(asked).all())
                .forEach((partition, end) -> ends.put(partition.topic(), end.offset()));
        return ends;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
