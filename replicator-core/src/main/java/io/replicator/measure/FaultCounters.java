package io.replicator.measure;

import io.replicator.partition.Fault;
import java.util.EnumMap;
import java.util.Map;

/** How often each fault occurred; one thread counts, any thread reads. */
public final class FaultCounters {
    private final Map<Fault, Counter> counters = new EnumMap<>(Fault.class);

    public FaultCounters() {
        for (Fault fault : Fault.values()) {
            counters.put(fault, new Counter());
        }
    }

    /** The one writer. */
    public void count(Fault fault) {
        counters.get(fault).increment();
    }

    /** Any thread: adds the counts to {@code sums}; faults that never occurred are left out. */
    public void addTo(Map<Fault, Long> sums) {
        counters.forEach((fault, counter) -> {
            if (counter.value() > 0) {
                sums.merge(fault, counter.value(), Long::sum);
            }
        });
    }
}
