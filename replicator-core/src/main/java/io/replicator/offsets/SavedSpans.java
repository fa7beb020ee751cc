package io.replicator.offsets;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Which chunks of partitions may be in the log, as far as this instance read or wrote them: they must be removed one day. */
final class SavedSpans {
    private final Map<TopicPartition, Span> spans = new HashMap<>();

    /** Chunks of runs from the first to behind the last, and coarse ones. */
    private static final class Span {
        private int first;
        private int end;
        private final Set<CoarseRuns.Key> coarse = new HashSet<>();
    }

    private Span of(TopicPartition source) {
        return spans.computeIfAbsent(source, ignored -> new Span());
    }

    /** Chunks of a partition that were read. Those that were removed may still be read. */
    void noteRead(TopicPartition source, int first, int end) {
        if (first < end || spans.containsKey(source)) {
            Span span = of(source);
            span.first = span.first < span.end ? Math.min(span.first, first) : first;
            span.end = Math.max(span.end, end);
        }
    }

    /** Chunks that are about to be written. */
    void noteWritten(Progress progress) {
        Span span = of(progress.pair().source());
        for (RunChunk chunk : progress.changes().chunks()) {
            span.first = span.first < span.end ? Math.min(span.first, chunk.index()) : chunk.index();
            span.end = Math.max(span.end, chunk.index() + 1);
        }
        progress.changes().coarse().forEach(each -> span.coarse.add(each.key()));
    }

    int first(TopicPartition source) {
        Span span = spans.get(source);
        return span == null ? 0 : span.first;
    }

    int end(TopicPartition source) {
        Span span = spans.get(source);
        return span == null ? 0 : span.end;
    }

    Set<CoarseRuns.Key> coarse(TopicPartition source) {
        Span span = spans.get(source);
        return span == null ? Set.of() : span.coarse;
    }

    /** The log holds nothing any more that this progress does not need. */
    void noteRemoved(Progress progress) {
        Span span = of(progress.pair().source());
        span.first = Math.min(span.end, Math.max(span.first, progress.changes().exactChunk()));
        progress.changes().gone().forEach(span.coarse::remove);
    }

    void remove(TopicPartition source) {
        spans.remove(source);
    }
}
