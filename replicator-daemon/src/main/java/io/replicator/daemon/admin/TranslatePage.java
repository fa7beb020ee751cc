package io.replicator.daemon.admin;

import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.daemon.document.TranslationDocument;
import io.replicator.offsets.OffsetLogException;
import io.replicator.positions.Answer;
import io.replicator.positions.PositionQuery;
import io.replicator.positions.PositionQuery.Direction;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;

/**
 * {@code /api/flows/{flow}/translate}: where a position stands on the other side. Any instance answers for all partitions of
 * the flow, from what the flow has saved.
 *
 * <pre>
 *   ?topic=orders&amp;partition=3&amp;offset=1200   one answer: 200, or 409 with the reason why there is none
 *   ?topic=orders&amp;time=2026-11-21T08:00:00Z  a list, of one partition with &amp;partition=3
 *   ?group=billing                           a list
 *   &amp;reverse=true                            the other way: from the target to the source
 * </pre>
 */
public final class TranslatePage implements Page, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Set<String> PARAMETERS =
            new TreeSet<>(Set.of("topic", "partition", "offset", "time", "group", "reverse"));

    private static final String HOW =
            "ask ?topic=T&partition=P&offset=N, ?topic=T&time=TIME or ?group=G, and &reverse=true for the other way";

    private final FlowConfig flow;
    private final ReentrantLock asked = new ReentrantLock();
    private final Map<Direction, PositionQuery> queries = new EnumMap<>(Direction.class);
    private boolean isClosed;

    /** Connects to nothing yet. */
    public TranslatePage(FlowConfig flow) {
        this.flow = flow;
    }

    /** A question that cannot be understood. */
    private static final class BadRequestException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadRequestException(String message) {
            super(message);
        }
    }

    @Override
    public Reply reply(PageRequest request) {
        try {
            boolean isReverse = isReverse(request);
            requireOneQuestion(request);
            // One question at a time: the others must not hold up the threads that health and metrics are answered by.
            if (!asked.tryLock()) {
                return Reply.error(503, "another question is being answered; ask again");
            }
            try {
                return answer(request, isReverse);
            } finally {
                asked.unlock();
            }
        } catch (BadRequestException bad) {
            return Reply.error(400, bad.getMessage());
        }
    }

    private Reply answer(PageRequest request, boolean isReverse) {
        if (isClosed) {
            return Reply.error(503, "the daemon is stopping");
        }
        try {
            PositionQuery query = query(isReverse ? Direction.TO_SOURCE : Direction.TO_TARGET);
            if (request.parameter("group").isPresent()) {
                return list(query.ofGroup(request.parameter("group").get()), isReverse);
            }
            String topic = required(request, "topic");
            if (request.parameter("time").isPresent()) {
                int partition = request.parameter("partition").isPresent() ? (int) number(request, "partition") : -1;
                return list(query.ofTime(topic, partition, time(request)), isReverse);
            }
            TopicPartition partition = new TopicPartition(topic, (int) number(request, "partition"));
            return one(query.ofOffset(partition, number(request, "offset")), isReverse);
        } catch (RefusedException unknown) {
            return Reply.error(404, unknown.getMessage());
        } catch (UnavailableException failure) {
            return Reply.error(503, failure.getMessage());
        } catch (OffsetLogException failure) {
            close(queries);
            return Reply.error(503, failure.getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Reply.error(503, "the daemon is stopping");
        }
    }

    private static boolean isReverse(PageRequest request) {
        String reverse = request.parameter("reverse").orElse("false");
        if (!reverse.equals("true") && !reverse.equals("false")) {
            throw new BadRequestException("reverse must be true or false, not " + reverse);
        }
        return reverse.equals("true");
    }

    /** What is left over would be an answer to another question. */
    private static void requireOneQuestion(PageRequest request) {
        requireKnown(request);
        boolean isGroup = request.parameter("group").isPresent();
        boolean isTime = request.parameter("time").isPresent();
        boolean isOffset = request.parameter("offset").isPresent();
        if ((isTime && isOffset)
                || (isGroup
                        && (isTime
                                || isOffset
                                || request.parameter("topic").isPresent()
                                || request.parameter("partition").isPresent()))) {
            throw new BadRequestException(HOW);
        }
    }

    /** What the flow has saved, read up to now. */
    private PositionQuery query(Direction direction) throws InterruptedException {
        PositionQuery query = queries.get(direction);
        if (query == null) {
            query = PositionQuery.open(flow, direction, TIMEOUT);
            queries.put(direction, query);
        } else {
            query.refresh();
        }
        return query;
    }

    private static Reply one(Answer answer, boolean isReverse) {
        int status = answer.translated() < 0 ? 409 : 200;
        return Reply.json(status, TranslationDocument.of(answer, isReverse));
    }

    private static Reply list(List<Answer> answers, boolean isReverse) {
        return Reply.json(
                200,
                answers.stream()
                        .map(answer -> TranslationDocument.of(answer, isReverse))
                        .toList());
    }

    private static void requireKnown(PageRequest request) {
        for (String name : request.parameters().keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw new BadRequestException(
                        "unknown parameter " + name + "; known are " + String.join(", ", PARAMETERS));
            }
        }
    }

    private static String required(PageRequest request, String name) {
        return request.parameter(name)
                .orElseThrow(() -> new BadRequestException("parameter " + name + " is missing; " + HOW));
    }

    private static long number(PageRequest request, String name) {
        String text = required(request, name);
        long most = name.equals("partition") ? Integer.MAX_VALUE : Long.MAX_VALUE;
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as of those that are out of bounds.
        }
        throw new BadRequestException(name + " must be a number from 0 on, not " + text);
    }

    private static Instant time(PageRequest request) {
        String text = required(request, "time");
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new BadRequestException("time must be one such as 2026-11-21T08:00:00Z, not " + text);
        }
    }

    private static void close(Map<Direction, PositionQuery> queries) {
        queries.values().forEach(PositionQuery::close);
        queries.clear();
    }

    @Override
    public void close() {
        asked.lock();
        try {
            isClosed = true;
            close(queries);
        } finally {
            asked.unlock();
        }
    }
}
