package io.replicator.benchmarks.race;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of a suite, saved as one JSON file.
 *
 * @param suite its label
 * @param date of the measurement, UTC
 * @param machine that it ran on
 * @param heats the copies
 * @param latencies of the steady streams
 * @param ceilings of the halves of a copy
 * @param takeovers after kills
 * @param isolations with a partition that cannot be copied
 * @param failOvers of consumer groups
 */
record SuiteResults(
        String suite,
        String date,
        String machine,
        List<HeatResult> heats,
        List<LatencyResult> latencies,
        List<CeilingResult> ceilings,
        List<TakeoverResult> takeovers,
        List<IsolationResult> isolations,
        List<FailOverResult> failOvers) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** A list that a file does not contain was not measured. */
    SuiteResults {
        takeovers = takeovers == null ? List.of() : List.copyOf(takeovers);
        isolations = isolations == null ? List.of() : List.copyOf(isolations);
        failOvers = failOvers == null ? List.of() : List.copyOf(failOvers);
    }

    static SuiteResults now(
            Suite suite, List<HeatResult> heats, List<LatencyResult> latencies, List<CeilingResult> ceilings) {
        return new SuiteResults(
                suite.label(),
                LocalDate.now(ZoneOffset.UTC).toString(),
                Machine.describe(),
                heats,
                latencies,
                ceilings,
                List.of(),
                List.of(),
                List.of());
    }

    /** These results, with those of take-overs. */
    SuiteResults and(List<TakeoverResult> results) {
        return new SuiteResults(suite, date, machine, heats, latencies, ceilings, results, isolations, failOvers);
    }

    /** These results, with those beside a failing partition. */
    SuiteResults beside(List<IsolationResult> results) {
        return new SuiteResults(suite, date, machine, heats, latencies, ceilings, takeovers, results, failOvers);
    }

    /** These results, with those of groups that failed over. */
    SuiteResults after(List<FailOverResult> results) {
        return new SuiteResults(suite, date, machine, heats, latencies, ceilings, takeovers, isolations, results);
    }

    /** These results, with earlier ones of data sets that these do not contain. */
    SuiteResults with(Optional<SuiteResults> before) {
        if (before.isEmpty()) {
            return this;
        }
        Set<String> measured = Stream.concat(
                        heats.stream().map(HeatResult::dataSet),
                        ceilings.stream().map(CeilingResult::dataSet))
                .collect(Collectors.toSet());
        List<HeatResult> allHeats = new ArrayList<>(heats);
        before.get().heats().stream()
                .filter(it -> !measured.contains(it.dataSet()))
                .forEach(allHeats::add);
        List<CeilingResult> allCeilings = new ArrayList<>(ceilings);
        before.get().ceilings().stream()
                .filter(it -> !measured.contains(it.dataSet()))
                .forEach(allCeilings::add);
        return new SuiteResults(
                suite, date, machine, allHeats, latencies, allCeilings, takeovers, isolations, failOvers);
    }

    void save(Path directory) {
        try {
            Files.createDirectories(directory);
            JSON.writeValue(file(directory, suite).toFile(), this);
        } catch (IOException e) {
            throw new UncheckedIOException("results cannot be saved in " + directory, e);
        }
    }

    /** The results that were saved last; empty when there are none. */
    static Optional<SuiteResults> load(Path directory, Suite suite) {
        Path file = file(directory, suite.label());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), SuiteResults.class));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static Path file(Path directory, String label) {
        return directory.resolve(label + ".json");
    }
}
