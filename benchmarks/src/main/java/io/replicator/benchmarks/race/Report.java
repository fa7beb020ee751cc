package io.replicator.benchmarks.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The tables, in Markdown, and the picture, from what was saved. Every figure is the median of the rounds. */
final class Report {
    static final String PICTURE = "throughput.svg";

    private static final String BEGIN = "<!-- benchmark: begin (written by the benchmark) -->";
    private static final String END = "<!-- benchmark: end -->";
    static final String EXACTLY_ONCE = "exactly-once";

    private static final String OURS = ReplicatorContender.LABEL;
    private static final int PERCENT = 100;
    private static final int MEGA = 1_000_000;

    private final Path results;

    Report(Path results) {
        this.results = results;
    }

    /** Everything that was saved. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        for (Suite suite : Suite.ALL) {
            SuiteResults.load(results, suite).ifPresent(saved -> {
                text.append("### %s%n%n%s, %s.%n%n".formatted(suite.title(), saved.machine(), saved.date()));
                if (!saved.heats().isEmpty()) {
                    text.append(suite.kind() == Suite.Kind.DELIVERIES ? deliveries(suite, saved) : heats(suite, saved))
                            .append('\n');
                }
                if (!saved.ceilings().isEmpty()) {
                    text.append(ceilings(suite, saved)).append('\n');
                }
                if (!saved.latencies().isEmpty()) {
                    text.append(latencies(saved)).append('\n');
                }
                if (!saved.isolations().isEmpty()) {
                    text.append(isolations(saved)).append('\n');
                }
                if (!saved.takeovers().isEmpty()) {
                    text.append(takeovers(saved)).append('\n');
                }
                if (!saved.failOvers().isEmpty()) {
                    text.append(failOvers(saved)).append('\n');
                }
            });
        }
        return text.toString();
    }

    /** Writes the picture, and the tables between their marks: one into the first page, all into the second. */
    void write(Path readme, Path page) {
        Optional<SuiteResults> local = SuiteResults.load(results, Suite.LOCAL);
        if (local.isPresent()) {
            replace(readme, summary(local.get()));
            save(results.resolve(PICTURE), new Picture(bars(local.get())).svg());
        }
        replace(page, markdown());
    }

    private String summary(SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(
                text,
                "data, 8 partitions",
                "Replicator",
                "MM2 tuned",
                "MM2 defaults",
                "speed",
                "CPU-s/GB",
                "MM2 tuned",
                "CPU");
        row(text, "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : Suite.LOCAL.dataSets()) {
            List<HeatResult> ours = heats(saved, set.name(), OURS);
            List<HeatResult> tuned = heats(saved, set.name(), MirrorMaker.TUNED.label());
            List<HeatResult> defaults = heats(saved, set.name(), MirrorMaker.DEFAULTS.label());
            if (!ours.isEmpty() && !tuned.isEmpty()) {
                row(
                        text,
                        set.title(),
                        thousands(ours, HeatResult::recordsPerSecond),
                        thousands(tuned, HeatResult::recordsPerSecond),
                        thousands(defaults, HeatResult::recordsPerSecond),
                        times(ours, tuned, HeatResult::recordsPerSecond),
                        decimals(ours, HeatResult::cpuSecondsPerGigabyte),
                        decimals(tuned, HeatResult::cpuSecondsPerGigabyte),
                        part(ours, tuned, HeatResult::cpuSecondsPerGigabyte));
            }
        }
        return text.append("%nRecords/s in thousands. %s, %s.%n".formatted(saved.machine(), saved.date()))
                .toString();
    }

    private static String heats(Suite suite, SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(
                text,
                "data",
                "program",
                "k records/s",
                "MB/s",
                "speed",
                "CPU-s/GB",
                "CPU",
                "CPU-s/M records",
                "brokers' CPU-s/GB",
                "first record s",
                "all s",
                "CPU-s in all",
                "peak MB",
                "idle %");
        row(text, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            List<HeatResult> ours = heats(saved, set.name(), OURS);
            for (String contender : contenders(saved)) {
                List<HeatResult> heats = heats(saved, set.name(), contender);
                if (heats.isEmpty()) {
                    continue;
                }
                boolean other = !contender.equals(OURS) && !ours.isEmpty();
                double idle = Medians.of(heats, HeatResult::idleShare);
                row(
                        text,
                        set.title(),
                        contender,
                        thousands(heats, HeatResult::recordsPerSecond),
                        decimals(heats, HeatResult::megabytesPerSecond),
                        other ? times(ours, heats, HeatResult::recordsPerSecond) : "",
                        decimals(heats, HeatResult::cpuSecondsPerGigabyte),
                        other ? part(ours, heats, HeatResult::cpuSecondsPerGigabyte) : "",
                        decimals(heats, HeatResult::cpuSecondsPerMillionRecords),
                        decimals(heats, HeatResult::brokerCpuSecondsPerGigabyte),
                        decimals(heats, HeatResult::firstSeconds),
                        decimals(heats, HeatResult::totalSeconds),
                        decimals(heats, HeatResult::totalCpuSeconds),
                        format("%,.0f", Medians.of(heats, it -> (double) it.peakMemoryBytes() / MEGA)),
                        idle < 0 ? "" : format("%.1f", idle * PERCENT));
            }
        }
        return text.toString();
    }

    private static String ceilings(Suite suite, SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(
                text,
                "data",
                "fetch only, k records/s",
                "produce only, k records/s",
                "whole copy, k records/s",
                "of produce only");
        row(text, "---", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            double copy = Medians.of(heats(saved, set.name(), OURS), HeatResult::recordsPerSecond);
            double fetch = ceiling(saved, set.name(), CeilingResult.FETCH);
            double produce = ceiling(saved, set.name(), CeilingResult.PRODUCE);
            if (!Double.isNaN(produce)) {
                row(
                        text,
                        set.title(),
                        format("%,.0f", fetch / 1e3),
                        format("%,.0f", produce / 1e3),
                        format("%,.0f", copy / 1e3),
                        format("%.2f", copy / produce));
            }
        }
        return text.toString();
    }

    private static String latencies(SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(text, "program", "p50 ms", "p99 ms", "p99.9 ms", "% of a core", "peak MB");
        row(text, "---", "--:", "--:", "--:", "--:", "--:");
        saved.latencies().stream()
                .map(LatencyResult::contender)
                .distinct()
                .sorted()
                .forEach(contender -> {
                    List<LatencyResult> results = saved.latencies().stream()
                            .filter(it -> it.contender().equals(contender))
                            .toList();
                    row(
                            text,
                            contender,
                            format("%.1f", Medians.of(results, LatencyResult::p50Millis)),
                            format("%.1f", Medians.of(results, LatencyResult::p99Millis)),
                            format("%.1f", Medians.of(results, LatencyResult::p999Millis)),
                            format("%.0f", PERCENT * Medians.of(results, LatencyResult::cpuShare)),
                            format("%,.0f", Medians.of(results, it -> (double) it.peakMemoryBytes() / MEGA)));
                });
        return text.toString();
    }

    private static String deliveries(Suite suite, SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(
                text,
                "data",
                "delivery",
                "k records/s",
                "speed",
                "CPU-s/GB",
                "brokers' CPU-s/GB",
                "first record s",
                "peak MB");
        row(text, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            List<HeatResult> exactly = heats(saved, set.name(), EXACTLY_ONCE);
            for (String delivery : contenders(saved)) {
                List<HeatResult> heats = heats(saved, set.name(), delivery);
                if (!heats.isEmpty()) {
                    row(
                            text,
                            set.title(),
                            delivery,
                            thousands(heats, HeatResult::recordsPerSecond),
                            format(
                                    "%.2f",
                                    Medians.of(heats, HeatResult::recordsPerSecond)
                                            / Medians.of(exactly, HeatResult::recordsPerSecond)),
                            decimals(heats, HeatResult::cpuSecondsPerGigabyte),
                            decimals(heats, HeatResult::brokerCpuSecondsPerGigabyte),
                            decimals(heats, HeatResult::firstSeconds),
                            format("%,.0f", Medians.of(heats, it -> (double) it.peakMemoryBytes() / MEGA)));
                }
            }
        }
        return text.toString();
    }

    private static String isolations(SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(text, "wrong with one of 50", "the others, k records/s", "of those without it");
        row(text, "---", "--:", "--:");
        double without = isolated(saved, Isolation.NONE.words());
        saved.isolations().stream().map(IsolationResult::what).distinct().forEach(what -> {
            double with = isolated(saved, what);
            row(text, what, format("%,.0f", with / 1e3), format("%.2f", with / without));
        });
        return text.toString();
    }

    private static double isolated(SuiteResults saved, String what) {
        return Medians.of(
                saved.isolations().stream().filter(it -> it.what().equals(what)).toList(),
                IsolationResult::recordsPerSecond);
    }

    private static String takeovers(SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(text, "killed", "first record s", "every partition s", "all well s", "recovered records");
        row(text, "---", "--:", "--:", "--:", "--:");
        saved.takeovers().stream().map(TakeoverResult::what).distinct().forEach(what -> {
            List<TakeoverResult> results = saved.takeovers().stream()
                    .filter(it -> it.what().equals(what))
                    .toList();
            row(
                    text,
                    what,
                    format("%.1f", Medians.of(results, TakeoverResult::firstSeconds)),
                    format("%.1f", Medians.of(results, TakeoverResult::everySeconds)),
                    format("%.1f", Medians.of(results, TakeoverResult::wellSeconds)),
                    format("%,.0f", Medians.of(results, TakeoverResult::recoveredRecords)));
        });
        return text.toString();
    }

    private static String failOvers(SuiteResults saved) {
        StringBuilder text = new StringBuilder();
        row(
                text,
                "program",
                "positions",
                "exact",
                "re-read",
                "records",
                "at most",
                "skipped",
                "records",
                "no answer",
                "stale ms",
                "at most");
        row(text, "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        saved.failOvers().stream().map(FailOverResult::contender).distinct().forEach(contender -> {
            List<FailOverResult> results = saved.failOvers().stream()
                    .filter(it -> it.contender().equals(contender))
                    .toList();
            row(
                    text,
                    contender,
                    format("%,.0f", Medians.of(results, FailOverResult::positions)),
                    format("%,.0f", Medians.of(results, FailOverResult::exact)),
                    format("%,.0f", Medians.of(results, FailOverResult::reRead)),
                    format("%,.0f", Medians.of(results, FailOverResult::reReadRecords)),
                    format("%,.0f", Medians.of(results, FailOverResult::mostReRead)),
                    format("%,.0f", Medians.of(results, FailOverResult::skipped)),
                    format("%,.0f", Medians.of(results, FailOverResult::skippedRecords)),
                    format("%,.0f", Medians.of(results, FailOverResult::unanswered)),
                    format("%,.0f", Medians.of(results, FailOverResult::staleMedianMillis)),
                    format("%,.0f", Medians.of(results, FailOverResult::staleMostMillis)));
        });
        return text.toString();
    }

    private static List<Picture.Bars> bars(SuiteResults saved) {
        return Suite.LOCAL.dataSets().stream()
                .filter(set -> !heats(saved, set.name(), OURS).isEmpty()
                        && !heats(saved, set.name(), MirrorMaker.TUNED.label()).isEmpty())
                .map(set -> new Picture.Bars(
                        set.title(),
                        bar(saved, set, OURS),
                        bar(saved, set, MirrorMaker.TUNED.label()),
                        bar(saved, set, MirrorMaker.DEFAULTS.label())))
                .toList();
    }

    private static Picture.Bar bar(SuiteResults saved, DataSet set, String contender) {
        List<HeatResult> heats = heats(saved, set.name(), contender);
        return new Picture.Bar(
                Medians.of(heats, HeatResult::recordsPerSecond), Medians.of(heats, HeatResult::cpuSecondsPerGigabyte));
    }

    private static List<String> contenders(SuiteResults saved) {
        return saved.heats().stream()
                .map(HeatResult::contender)
                .distinct()
                .sorted((one, other) -> Boolean.compare(other.equals(OURS), one.equals(OURS)))
                .toList();
    }

    private static List<HeatResult> heats(SuiteResults saved, String dataSet, String contender) {
        return saved.heats().stream()
                .filter(it -> it.dataSet().equals(dataSet) && it.contender().equals(contender))
                .toList();
    }

    private static double ceiling(SuiteResults saved, String dataSet, String half) {
        return Medians.of(
                saved.ceilings().stream()
                        .filter(it -> it.dataSet().equals(dataSet) && it.half().equals(half))
                        .toList(),
                CeilingResult::recordsPerSecond);
    }

    private static String thousands(List<HeatResult> heats, ToDoubleFunction<HeatResult> figure) {
        return heats.isEmpty() ? "" : format("%,.0f", Medians.of(heats, figure) / 1e3);
    }

    private static String decimals(List<HeatResult> heats, ToDoubleFunction<HeatResult> figure) {
        return heats.isEmpty() ? "" : format("%,.1f", Medians.of(heats, figure));
    }

    /** How many times theirs ours is. */
    private static String times(List<HeatResult> ours, List<HeatResult> theirs, ToDoubleFunction<HeatResult> figure) {
        return format("%.1f ×", Medians.of(ours, figure) / Medians.of(theirs, figure));
    }

    /** Which part of theirs ours is. */
    private static String part(List<HeatResult> ours, List<HeatResult> theirs, ToDoubleFunction<HeatResult> figure) {
        return format("1/%.1f", Medians.of(theirs, figure) / Medians.of(ours, figure));
    }

    private static String format(String pattern, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, pattern, value);
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", Arrays.asList(cells))).append(" |\n");
    }

    private static void replace(Path page, String tables) {
        try {
            String text = Files.readString(page);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new IllegalStateException(page + " lacks the marks " + BEGIN + " and " + END);
            }
            save(page, text.substring(0, begin) + BEGIN + "\n" + tables.strip() + "\n" + text.substring(end));
        } catch (IOException e) {
            throw new UncheckedIOException(page + " cannot be read", e);
        }
    }

    private static void save(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
