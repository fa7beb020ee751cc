package io.replicator.testkit.junit;

import io.replicator.testkit.ClusterBuilder;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** Whether the clusters that the system property asks for can be had here. */
public final class Clusters {
    private Clusters() {}

    /** Skips the test, with one sentence, where clusters would run in containers and no engine answers. */
    public static void assumeAvailable() {
        Optional<String> reason = ClusterBuilder.whyUnavailable();
        if (reason.isPresent()) {
            throw new TestAbortedException(reason.get());
        }
    }
}
