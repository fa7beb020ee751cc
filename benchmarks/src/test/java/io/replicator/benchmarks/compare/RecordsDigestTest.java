package io.replicator.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordsDigestTest {
    private static final int RECORDS = 1_000;

    @Test
    void shouldBeTheSameForTheSameRecordsAtOtherOffsets() {
        assertThat(digest(records(0))).isEqualTo(digest(records(500)));
    }

    @Test
    void shouldNoticeOneRecordMissingInTenMillion() {
        int missing = 7_654_321;
        RecordsDigest whole = new RecordsDigest();
        RecordsDigest lacking = new RecordsDigest();
        for (int i = 0; i < 10_000_000; i++) {
            ConsumerRecord<byte[], byte[]> record = record(i, number(i), "h");
            whole.add(record);
            if (i != missing) {
                lacking.add(record);
            }
        }

        assertThat(lacking.result()).isNotEqualTo(whole.result());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldNoticeEveryKindOfMistakeAnywhere(long seed) {
        int at = new SplittableRandom(seed).nextInt(RECORDS - 1);

        assertNoticed(records -> records.remove(at));
        assertNoticed(records -> records.add(at, records.get(at)));
        assertNoticed(records -> Collections.swap(records, at, at + 1));
        assertNoticed(records -> records.set(at, record(at, number(at), "other")));
        assertNoticed(records -> records.set(at, record(at, number(at + 1), "h")));
        assertNoticed(records -> records.set(at, record(at, null, "h")));
        assertNoticed(records -> records.set(at, record(at + 1, number(at), "h")));
    }

    @Test
    void shouldTellAbsentFromEmpty() {
        assertThat(digest(List.of(record(0, null, "h")))).isNotEqualTo(digest(List.of(record(0, new byte[0], "h"))));
    }

    private static void assertNoticed(Consumer<List<ConsumerRecord<byte[], byte[]>>> mistake) {
        List<ConsumerRecord<byte[], byte[]>> records = records(0);
        mistake.accept(records);
        assertThat(digest(records).digest()).isNotEqualTo(digest(records(0)).digest());
    }

    private static RecordsDigest.Result digest(List<ConsumerRecord<byte[], byte[]>> records) {
        RecordsDigest digest = new RecordsDigest();
        records.forEach(digest::add);
        return digest.result();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(long firstOffset) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(record(firstOffset + i, i, number(i), "h"));
        }
        return records;
    }

    private static ConsumerRecord<byte[], byte[]> record(long timestamp, byte[] value, String header) {
        return record(timestamp, timestamp, value, header);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long timestamp, byte[] value, String header) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("header", header.getBytes(StandardCharsets.UTF_8));
        int size = value == null ? 0 : value.length;
        return new ConsumerRecord<>(
                "t", 0, offset, timestamp, TimestampType.CREATE_TIME, 0, size, null, value, headers, Optional.empty());
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }
}
