package io.replicator.benchmarks.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The tables in Markdown, and the picture, from the saved results. Every figure is the median of the rounds. */
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

    /** The tables of all saved results. */
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
                    text.append(OtherTables.latencies(saved)).append('\n');
                }
                if (!saved.isolations().isEmpty()) {
                    text.append(OtherTables.isolations(saved)).append('\n');
                }
                if (!saved.takeovers().isEmpty()) {
                    text.append(OtherTables.takeovers(saved)).append('\n');
                }
                if (!saved.failOvers().isEmpty()) {
                    text.append(OtherTables.failOvers(saved)).append('\n');
                }
            });
        }
        return text.toString();
    }

    /** Writes the picture, and the tables between their marks: one table into the first page, all tables into the second. */
    void write(Path readme, Path page) {
        Optional<SuiteResults> local = SuiteResults.load(results, Suite.LOCAL);
        if (local.isPresent()) {
            replace(readme, summary(local.get()));
            save(results.resolve(PICTURE), new Picture(bars(local.get())).svg());
        }
        replace(page, markdown());
    }

    private String summary(SuiteResults saved) {
        Table table = new Table();
        table.row(
                "data, 8 partitions",
                "Replicator",
                "MM2 tuned",
                "MM2 defaults",
                "speed",
                "CPU-s/GB",
                "MM2 tuned",
                "CPU");
        table.row("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : Suite.LOCAL.dataSets()) {
            List<HeatResult> ours = heats(saved, set.name(), OURS);
            List<HeatResult> tuned = heats(saved, set.name(), MirrorMaker.TUNED.label());
            List<HeatResult> defaults = heats(saved, set.name(), MirrorMaker.DEFAULTS.label());
            if (!ours.isEmpty() && !tuned.isEmpty()) {
                table.row(
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
        return table + "%nRecords/s in thousands. %s, %s.%n".formatted(saved.machine(), saved.date());
    }

    private static String heats(Suite suite, SuiteResults saved) {
        Table table = new Table();
        table.row(
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
        table.row("---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            List<HeatResult> ours = heats(saved, set.name(), OURS);
            for (String contender : contenders(saved)) {
                List<HeatResult> heats = heats(saved, set.name(), contender);
                if (heats.isEmpty()) {
                    continue;
                }
                boolean other = !contender.equals(OURS) && !ours.isEmpty();
                double idle = Medians.of(heats, HeatResult::idleShare);
                table.row(
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
                        Table.format("%,.0f", Medians.of(heats, it -> (double) it.peakMemoryBytes() / MEGA)),
                        idle < 0 ? "" : Table.format("%.1f", idle * PERCENT));
            }
        }
        return table.toString();
    }

    private static String ceilings(Suite suite, SuiteResults saved) {
        Table table = new Table();
        table.row(
                "data",
                "fetch only, k records/s",
                "produce only, k records/s",
                "whole copy, k records/s",
                "of produce only");
        table.row("---", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            double copy = Medians.of(heats(saved, set.name(), OURS), HeatResult::recordsPerSecond);
            double fetch = ceiling(saved, set.name(), CeilingResult.FETCH);
            double produce = ceiling(saved, set.name(), CeilingResult.PRODUCE);
            if (!Double.isNaN(produce)) {
                table.row(
                        set.title(),
                        Table.format("%,.0f", fetch / 1e3),
                        Table.format("%,.0f", produce / 1e3),
                        Table.format("%,.0f", copy / 1e3),
                        Table.format("%.2f", copy / produce));
            }
        }
        return table.toString();
    }

    private static String deliveries(Suite suite, SuiteResults saved) {
        Table table = new Table();
        table.row(
                "data",
                "delivery",
                "k records/s",
                "speed",
                "CPU-s/GB",
                "brokers' CPU-s/GB",
                "first record s",
                "peak MB");
        table.row("---", "---", "--:", "--:", "--:", "--:", "--:", "--:");
        for (DataSet set : suite.dataSets()) {
            List<HeatResult> exactly = heats(saved, set.name(), EXACTLY_ONCE);
            for (String delivery : contenders(saved)) {
                List<HeatResult> heats = heats(saved, set.name(), delivery);
                if (!heats.isEmpty()) {
                    table.row(
                            set.title(),
                            delivery,
                            thousands(heats, HeatResult::recordsPerSecond),
                            Table.format(
                                    "%.2f",
                                    Medians.of(heats, HeatResult::recordsPerSecond)
                                            / Medians.of(exactly, HeatResult::recordsPerSecond)),
                            decimals(heats, HeatResult::cpuSecondsPerGigabyte),
                            decimals(heats, HeatResult::brokerCpuSecondsPerGigabyte),
                            decimals(heats, HeatResult::firstSeconds),
                            Table.format("%,.0f", Medians.of(heats, it -> (double) it.peakMemoryBytes() / MEGA)));
                }
            }
        }
        return table.toString();
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
        return heats.isEmpty() ? "" : Table.format("%,.0f", Medians.of(heats, figure) / 1e3);
    }

    private static String decimals(List<HeatResult> heats, ToDoubleFunction<HeatResult> figure) {
        return heats.isEmpty() ? "" : Table.format("%,.1f", Medians.of(heats, figure));
    }

    /** Our figure as a multiple of theirs. */
    private static String times(List<HeatResult> ours, List<HeatResult> theirs, ToDoubleFunction<HeatResult> figure) {
        return Table.format("%.1f ×", Medians.of(ours, figure) / Medians.of(theirs, figure));
    }

    /** Our figure as a fraction of theirs. */
    private static String part(List<HeatResult> ours, List<HeatResult> theirs, ToDoubleFunction<HeatResult> figure) {
        return Table.format("1/%.1f", Medians.of(theirs, figure) / Medians.of(ours, figure));
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
