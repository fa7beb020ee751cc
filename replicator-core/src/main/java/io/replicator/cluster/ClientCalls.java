package io.replicator.cluster;

import io.replicator.agent.Interruption;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Calls of Kafka's consumers and producers, whose failures are judged as those of the Admin client are. */
final class ClientCalls {
    private final ClusterFaults faults;

    ClientCalls(ClusterFaults faults) {
        this.faults = faults;
    }

    /** A call that returns something. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws InterruptedException;
    }

    /** A call that returns nothing. */
    @FunctionalInterface
    interface Action {
        void run();
    }

    /**
     * Calls a client.
     *
     * @param operation Kafka's name of the right it needs, such as READ
     * @param resource what it is about, such as {@code topic orders}
     * @throws UnavailableException with a message for a person
     */
    <T> T call(String operation, String resource, Call<T> call) throws InterruptedException {
        try {
            return call.call();
        } catch (InterruptException interrupted) {
            throw Interruption.of(interrupted);
        } catch (KafkaException failure) {
            throw faults.of(failure, operation, resource);
        }
    }

    void run(String operation, String resource, Action action) throws InterruptedException {
        call(operation, resource, () -> {
            action.run();
            return null;
        });
    }

    /**
     * Makes a client.
     *
     * @throws RefusedException when the client properties are wrong
     * @throws UnavailableException when no bootstrap server has an address
     */
    <T> T open(Supplier<T> client) {
        try {
            return client.get();
        } catch (KafkaException failure) {
            throw faults.atStart(failure);
        }
    }
}
