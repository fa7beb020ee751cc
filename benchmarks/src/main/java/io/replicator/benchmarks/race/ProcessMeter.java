package io.replicator.benchmarks.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The CPU time and memory of a process, as the operating system counts them. */
final class ProcessMeter {
    private static final String PEAK = "VmHWM:";

    private ProcessMeter() {}

    /** The user and system time of all its threads since its start. */
    static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Its largest resident memory in bytes; 0 on systems other than Linux, which do not report it. */
    static long peakMemoryBytes(ProcessHandle process) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return peakMemoryBytes(Files.readAllLines(status));
        } catch (IOException e) {
            throw new UncheckedIOException(status + " cannot be read", e);
        }
    }

    static long peakMemoryBytes(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith(PEAK))
                .map(line -> line.substring(PEAK.length()).replace("kB", "").trim())
                .mapToLong(kibibytes -> Long.parseLong(kibibytes) << 10)
                .findFirst()
                .orElse(0);
    }
}
