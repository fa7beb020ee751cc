package io.replicator.benchmarks.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.mirrormaker.Checkpoint;
import io.replicator.mirrormaker.Heartbeat;
import io.replicator.mirrormaker.OffsetSync;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That connect-mirror reads what we write, and we what it writes, byte by byte: with its own classes and schemas. */
class WireFormatsTest {
    private static final int SEEDS = 200;

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldWriteOffsetSyncsAsConnectMirrorDoes(int seed) {
        Random random = new Random(seed);
        OffsetSync ours = new OffsetSync(partition(random), random.nextLong(), random.nextLong());

        org.apache.kafka.connect.mirror.OffsetSync theirs =
                org.apache.kafka.connect.mirror.OffsetSync.deserializeRecord(record(ours.key(), ours.value()));

        assertThat(theirs.topicPartition()).isEqualTo(ours.source());
        assertThat(theirs.upstreamOffset()).isEqualTo(ours.sourceOffset());
        assertThat(theirs.downstreamOffset()).isEqualTo(ours.targetOffset());
        Struct key = new Struct(org.apache.kafka.connect.mirror.OffsetSync.KEY_SCHEMA)
                .set(
                        org.apache.kafka.connect.mirror.OffsetSync.TOPIC_KEY,
                        ours.source().topic())
                .set(
                        org.apache.kafka.connect.mirror.OffsetSync.PARTITION_KEY,
                        ours.source().partition());
        Struct value = new Struct(org.apache.kafka.connect.mirror.OffsetSync.VALUE_SCHEMA)
                .set(org.apache.kafka.connect.mirror.OffsetSync.UPSTREAM_OFFSET_KEY, ours.sourceOffset())
                .set(org.apache.kafka.connect.mirror.OffsetSync.DOWNSTREAM_OFFSET_KEY, ours.targetOffset());
        assertThat(ours.key()).isEqualTo(bytes(key));
        assertThat(ours.value()).isEqualTo(bytes(value));
        assertThat(OffsetSync.read(bytes(key), bytes(value))).contains(ours);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldWriteCheckpointsAsConnectMirrorDoes(int seed) {
        Random random = new Random(seed);
        Checkpoint ours =
                new Checkpoint(text(random), partition(random), random.nextLong(), random.nextLong(), text(random));

        org.apache.kafka.connect.mirror.Checkpoint theirs =
                org.apache.kafka.connect.mirror.Checkpoint.deserializeRecord(record(ours.key(), ours.value()));

        assertThat(theirs)
                .isEqualTo(new org.apache.kafka.connect.mirror.Checkpoint(
                        ours.group(), ours.target(), ours.sourceOffset(), ours.targetOffset(), ours.metadata()));
        Struct key = new Struct(org.apache.kafka.connect.mirror.Checkpoint.KEY_SCHEMA)
                .set(org.apache.kafka.connect.mirror.Checkpoint.CONSUMER_GROUP_ID_KEY, ours.group())
                .set(
                        org.apache.kafka.connect.mirror.Checkpoint.TOPIC_KEY,
                        ours.target().topic())
                .set(
                        org.apache.kafka.connect.mirror.Checkpoint.PARTITION_KEY,
                        ours.target().partition());
        Struct header = new Struct(org.apache.kafka.connect.mirror.Checkpoint.HEADER_SCHEMA)
                .set(
                        org.apache.kafka.connect.mirror.Checkpoint.VERSION_KEY,
                        org.apache.kafka.connect.mirror.Checkpoint.VERSION);
        Struct value = new Struct(org.apache.kafka.connect.mirror.Checkpoint.VALUE_SCHEMA_V0)
                .set(org.apache.kafka.connect.mirror.Checkpoint.UPSTREAM_OFFSET_KEY, ours.sourceOffset())
                .set(org.apache.kafka.connect.mirror.Checkpoint.DOWNSTREAM_OFFSET_KEY, ours.targetOffset())
                .set(org.apache.kafka.connect.mirror.Checkpoint.METADATA_KEY, ours.metadata());
        assertThat(ours.key()).isEqualTo(bytes(key));
        assertThat(ours.value()).isEqualTo(bytes(header, value));
        assertThat(Checkpoint.read(bytes(key), bytes(header, value))).contains(ours);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldWriteHeartbeatsAsConnectMirrorDoes(int seed) {
        Random random = new Random(seed);
        Heartbeat ours = new Heartbeat(text(random), text(random), random.nextLong());

        org.apache.kafka.connect.mirror.Heartbeat theirs =
                org.apache.kafka.connect.mirror.Heartbeat.deserializeRecord(record(ours.key(), ours.value()));

        assertThat(theirs.sourceClusterAlias()).isEqualTo(ours.source());
        assertThat(theirs.targetClusterAlias()).isEqualTo(ours.target());
        assertThat(theirs.timestamp()).isEqualTo(ours.timestampMillis());
        Struct key = new Struct(org.apache.kafka.connect.mirror.Heartbeat.KEY_SCHEMA)
                .set(org.apache.kafka.connect.mirror.Heartbeat.SOURCE_CLUSTER_ALIAS_KEY, ours.source())
                .set(org.apache.kafka.connect.mirror.Heartbeat.TARGET_CLUSTER_ALIAS_KEY, ours.target());
        Struct header = new Struct(org.apache.kafka.connect.mirror.Heartbeat.HEADER_SCHEMA)
                .set(
                        org.apache.kafka.connect.mirror.Heartbeat.VERSION_KEY,
                        org.apache.kafka.connect.mirror.Heartbeat.VERSION);
        Struct value = new Struct(org.apache.kafka.connect.mirror.Heartbeat.VALUE_SCHEMA_V0)
                .set(org.apache.kafka.connect.mirror.Heartbeat.TIMESTAMP_KEY, ours.timestampMillis());
        assertThat(ours.key()).isEqualTo(bytes(key));
        assertThat(ours.value()).isEqualTo(bytes(header, value));
        assertThat(Heartbeat.read(bytes(key), bytes(header, value))).contains(ours);
    }

    private static TopicPartition partition(Random random) {
        return new TopicPartition(text(random), random.nextInt(Integer.MAX_VALUE));
    }

    /** Of any characters, for group names and metadata may be anything. */
    private static String text(Random random) {
        return random.ints(random.nextInt(40), 1, 0xD7FF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static byte[] bytes(Struct... structs) {
        int size = 0;
        for (Struct struct : structs) {
            size += struct.sizeOf();
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        for (Struct struct : structs) {
            Schema schema = struct.schema();
            schema.write(buffer, struct);
        }
        return buffer.array();
    }

    private static ConsumerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
        return new ConsumerRecord<>("topic", 0, 0, key, value);
    }
}
