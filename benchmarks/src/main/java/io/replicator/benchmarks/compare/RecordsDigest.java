package io.replicator.benchmarks.compare;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A running SHA-256 of records: their order, timestamps, keys, values and headers. It includes all lengths, so that two different
 * lists of records never give the same bytes.
 */
public final class RecordsDigest {
    private static final int ABSENT = -1;

    /** The number of records, and their digest. */
    public record Result(long records, String digest) {}

    private final MessageDigest sha;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    private long records;

    RecordsDigest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        records++;
        add(record.timestamp());
        add(record.key());
        add(record.value());
        Header[] headers = record.headers().toArray();
        add(headers.length);
        for (Header header : headers) {
            add(header.key().getBytes(StandardCharsets.UTF_8));
            add(header.value());
        }
    }

    /** Ends the digest; can be called once. */
    Result result() {
        return new Result(records, HexFormat.of().formatHex(sha.digest()));
    }

    private void add(long value) {
        sha.update(number.clear().putLong(value).flip());
    }

    private void add(byte[] value) {
        add(value == null ? ABSENT : value.length);
        if (value != null) {
            sha.update(value);
        }
    }
}
