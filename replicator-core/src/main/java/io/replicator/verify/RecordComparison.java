package io.replicator.verify;

import java.util.Arrays;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What a reader could tell apart in two records: all but their offsets, and the type of the timestamp. */
final class RecordComparison {
    private RecordComparison() {}

    /** What is different, for a person, without the contents; empty when nothing is. */
    static String differences(ConsumerRecord<byte[], byte[]> source, ConsumerRecord<byte[], byte[]> target) {
        StringBuilder what = new StringBuilder();
        if (!Arrays.equals(source.key(), target.key())) {
            add(what, "key differs: " + size(source.key()) + ", target " + size(target.key()));
        }
        if (!Arrays.equals(source.value(), target.value())) {
            add(what, "value differs: " + size(source.value()) + ", target " + size(target.value()));
        }
        if (source.timestamp() != target.timestamp()) {
            add(what, "timestamp differs: " + source.timestamp() + ", target " + target.timestamp());
        }
        addHeaders(what, source.headers().toArray(), target.headers().toArray());
        return what.toString();
    }

    private static void addHeaders(StringBuilder what, Header[] source, Header[] target) {
        if (source.length != target.length) {
            add(what, "headers differ: " + source.length + ", target " + target.length);
            return;
        }
        for (int i = 0; i < source.length; i++) {
            boolean isSame = Objects.equals(source[i].key(), target[i].key())
                    && Arrays.equals(source[i].value(), target[i].value());
            if (!isSame) {
                add(what, "header " + i + " differs");
            }
        }
    }

    private static void add(StringBuilder what, String difference) {
        what.append(what.isEmpty() ? "" : "; ").append(difference);
    }

    private static String size(byte[] bytes) {
        return bytes == null ? "null" : bytes.length + " bytes";
    }

    /** Bytes of key, value and headers. */
    static long sizeInBytes(ConsumerRecord<byte[], byte[]> record) {
        long bytes = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            bytes += header.key().length() + length(header.value());
        }
        return bytes;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
