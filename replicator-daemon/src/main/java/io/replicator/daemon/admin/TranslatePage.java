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
 * {@code /api/flows/{flow}/translate}: translates positions between source and target. Any instance answers for all partitions
 * of the flow, from the saved progress.
 *
 * <pre>
 *   ?topic=orders&amp;partition=3&amp;offset=1200   one answer: 200, or 409 with the reason when there is none
 *   ?topic=orders&amp;time=2026-11-21T08:00:00Z  a list, of one partition with &amp;partition=3
 *   ?group=billing                           a list
 *   &amp;reverse=true                            from the target to the source
 * </pre>
 */
public final class TranslatePage implements Page, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Set<String> PARAMETERS =
            new TreeSet<>(Set.of("topic", "partition", "offset", "time", "group", "reverse"));

    private static final String USAGE =
            "use ?topic=T&partition=P&offset=N, ?topic=T&time=TIME or ?group=G; &reverse=true translates to the source";

    private final FlowConfig flow;
    private final ReentrantLock inUse = new ReentrantLock();
    private final Map<Direction, PositionQuery> queries = new EnumMap<>(Direction.class);
    private boolean isClosed;

    /** Does not connect yet. */
    public TranslatePage(FlowConfig flow) {
        this.flow = flow;
    }

    /** The parameters are wrong. */
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
            requireValidParameters(request);
            // One request at a time: others must not block the threads that answer health and metrics.
            if (!inUse.tryLock()) {
                return Reply.error(503, "another request is being answered; try again");
            }
            try {
                return answer(request, isReverse);
            } finally {
                inUse.unlock();
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

    /** Other combinations are refused: a parameter that is ignored would lead to a wrong answer. */
    private static void requireValidParameters(PageRequest request) {
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
            throw new BadRequestException(USAGE);
        }
    }

    /** The saved progress, read up to now. */
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
                        "unknown parameter " + name + "; known parameters are " + String.join(", ", PARAMETERS));
            }
        }
    }

    private static String required(PageRequest request, String name) {
        return request.parameter(name)
                .orElseThrow(() -> new BadRequestException("parameter " + name + " is missing; " + USAGE));
    }

    private static long number(PageRequest request, String name) {
        String text = required(request, name);
        long max = name.equals("partition") ? Integer.MAX_VALUE : Long.MAX_VALUE;
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number that is out of range.
        }
        throw new BadRequestException(name + " must be a number of at least 0, not " + text);
    }

    private static Instant time(PageRequest request) {
        String text = required(request, "time");
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new BadRequestException("time must be a time such as 2026-11-21T08:00:00Z, not " + text);
        }
    }

    private static void close(Map<Direction, PositionQuery> queries) {
        queries.values().forEach(PositionQuery::close);
        queries.clear();
    }

    @Override
    public void close() {
        inUse.lock();
        try {
            isClosed = true;
            close(queries);
        } finally {
            inUse.unlock();
        }
    }
}
