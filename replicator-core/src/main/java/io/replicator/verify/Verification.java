package io.replicator.verify;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.ReaderOptions;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.OffsetLogReader;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares what a flow copied with its source, record by record, by the offset map that the flow saved: count, order, key,
 * value, headers, timestamp. A daemon may copy at the same time; the records that are compared are those that were saved as
 * copied when the verification started.
 */
public final class Verification {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final FlowConfig flow;
    private final VerificationFindings findings;

    private Verification(FlowConfig flow, VerificationFindings findings) {
        this.flow = flow;
        this.findings = findings;
    }

    /**
     * Compares, and returns when everything is compared.
     *
     * @param sourceTopics which of the flow's source topics to compare, by name
     * @param threads how many partition sets are read at once; each has a connection to every broker, and some 30 MiB
     * @param progress called now and then, never by two threads at once
     * @param differences called with each difference as it is found, never by two threads at once
     * @throws VerificationException when a cluster does not answer or refuses, or nothing was copied yet
     * @throws InterruptedException when the calling thread was interrupted; all work has ended then
     */
    public static VerificationReport run(
            FlowConfig flow,
            Predicate<String> sourceTopics,
            int threads,
            Consumer<VerificationProgress> progress,
            Consumer<Difference> differences)
            throws InterruptedException {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " must be at least 1");
        }
        return new Verification(flow, new VerificationFindings(progress, differences)).run(sourceTopics, threads);
    }

    private VerificationReport run(Predicate<String> sourceTopics, int threads) throws InterruptedException {
        try {
            return verify(sourceTopics, threads);
        } catch (UnavailableException failure) {
            throw VerificationException.of(failure);
        } catch (RefusedException refused) {
            throw new VerificationException(refused.getMessage(), refused, false);
        }
    }

    private VerificationReport verify(Predicate<String> sourceTopics, int threads) throws InterruptedException {
        List<SavedProgress> saved = saved(sourceTopics);
        Queue<PartitionComparison> comparisons = new ConcurrentLinkedQueue<>(plan(saved));
        compare(comparisons, Math.min(threads, Math.max(1, comparisons.size())));
        return findings.report();
    }

    private List<SavedProgress> saved(Predicate<String> sourceTopics) throws InterruptedException {
        SavedState state = load();
        String where = flow.offsetsTopic() + " on " + flow.target().name();
        if (state.partitions().isEmpty()) {
            throw new VerificationException(
                    "flow " + flow.name() + " has no saved progress in " + where + ": nothing was copied yet",
                    null,
                    false);
        }
        List<SavedProgress> saved = new ArrayList<>(state.partitions().values());
        saved.removeIf(each -> !sourceTopics.test(each.pair().source().topic()));
        if (saved.isEmpty()) {
            throw new VerificationException(
                    "flow " + flow.name() + " has no saved progress of the topics asked for in " + where, null, false);
        }
        saved.sort(Comparator.comparing(
                        (SavedProgress each) -> each.pair().source().topic())
                .thenComparing(each -> each.pair().source().partition()));
        return saved;
    }

    private SavedState load() throws InterruptedException {
        try (OffsetLogReader log = OffsetLogReader.open(flow, TIMEOUT)) {
            return log.load();
        } catch (OffsetLogException e) {
            throw new VerificationException(e.getMessage(), e, e.isTransient());
        }
    }

    private List<PartitionComparison> plan(List<SavedProgress> saved) throws InterruptedException {
        ClusterSnapshot source = snapshot(
                flow.source(),
                flow.isolation(),
                saved.stream().map(each -> each.pair().source()).toList());
        ClusterSnapshot target = snapshot(
                flow.target(),
                targetIsolation(),
                saved.stream().map(each -> each.pair().target()).toList());
        ComparisonPlan plan = new ComparisonPlan(source, target, findings);
        return saved.stream().flatMap(each -> plan.plan(each).stream()).toList();
    }

    private ClusterSnapshot snapshot(ClusterConfig cluster, Isolation isolation, List<TopicPartition> partitions)
            throws InterruptedException {
        try (Cluster opened = KafkaCluster.open(cluster, clientId("view"), TIMEOUT)) {
            return ClusterSnapshot.of(opened, partitions, isolation, findings);
        }
    }

    private void compare(Queue<PartitionComparison> comparisons, int workers) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(workers, task -> new Thread(task, "replicator-verify"));
        try {
            var running = new ExecutorCompletionService<Void>(threads);
            for (int worker = 0; worker < workers; worker++) {
                int number = worker;
                running.submit(() -> compare(comparisons, clientId(Integer.toString(number))));
            }
            for (int worker = 0; worker < workers; worker++) {
                running.take().get();
            }
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } finally {
            threads.shutdownNow(); // Interrupts the remaining workers, so that none reports anything any more.
            threads.awaitTermination(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Void compare(Queue<PartitionComparison> comparisons, String clientId) throws InterruptedException {
        try (Cluster sourceCluster = KafkaCluster.openLater(flow.source(), clientId, TIMEOUT);
                Cluster targetCluster = KafkaCluster.openLater(flow.target(), clientId, TIMEOUT);
                LogReader source = reader(sourceCluster, flow.isolation(), clientId);
                LogReader target = reader(targetCluster, targetIsolation(), clientId)) {
            return new ComparisonWorker(comparisons, source, target).call();
        }
    }

    /**
     * The target is read as its readers do by default, unless the flow writes in transactions: those readers are expected to
     * read committed records only.
     */
    private Isolation targetIsolation() {
        return flow.delivery() == Delivery.TRANSACTIONAL ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
    }

    private static LogReader reader(Cluster cluster, Isolation isolation, String clientId) {
        return new LogReader(
                cluster.reader(new ReaderOptions(clientId, isolation, ReaderOptions.OutOfRange.REPORT, TIMEOUT)));
    }

    private String clientId(String part) {
        return "replicator-" + flow.name() + "-verify-" + part;
    }

    private static RuntimeException thrown(Throwable cause) throws InterruptedException {
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }
}
