package io.replicator.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** One question of a new admin client, which gives up soon; failures come as Kafka says them. */
final class AdminCall {
    private static final int PATIENCE_MILLIS = 3_000;

    private AdminCall() {}

    static <T> T with(Map<String, Object> clientProperties, Function<Admin, KafkaFuture<T>> call) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put("default.api.timeout.ms", PATIENCE_MILLIS);
        properties.put("request.timeout.ms", PATIENCE_MILLIS);
        try (Admin admin = Admin.create(properties)) {
            return call.apply(admin).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }
}
