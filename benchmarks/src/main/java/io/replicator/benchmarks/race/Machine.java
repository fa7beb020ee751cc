package io.replicator.benchmarks.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The machine on which everything is measured. */
final class Machine {
    private static final String MEMORY = "MemTotal:";
    private static final String MODEL = "model name";
    private static final int KIBIBYTES_PER_GIBIBYTE = 1 << 20;

    private Machine() {}

    /** In one line: processors, memory, system, Java. */
    static String describe() {
        return "%d cores%s%s, %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        first("/proc/cpuinfo", MODEL)
                                .map(line -> " (" + line.replaceFirst("^:", "").trim() + ")")
                                .orElse(""),
                        first("/proc/meminfo", MEMORY)
                                .map(Machine::gibibytes)
                                .map(gibibytes -> ", " + gibibytes + " GiB")
                                .orElse(""),
                        System.getProperty("os.name"),
                        System.getProperty("java.version"));
    }

    private static long gibibytes(String kibibytes) {
        return Math.round(Double.parseDouble(kibibytes.replace("kB", "").trim()) / KIBIBYTES_PER_GIBIBYTE);
    }

    private static Optional<String> first(String file, String key) {
        Path path = Path.of(file);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(key)).findFirst().map(line -> line.substring(key.length())
                    .trim());
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read", e);
        }
    }
}
