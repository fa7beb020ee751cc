package io.replicator.benchmarks.race;

import java.util.List;

/** The tables of everything that is not a plain copy: latencies, isolation, take-overs, consumer groups. */
final class OtherTables {
    private static final int PERCENT = 100;
    private static final int MEGA = 1_000_000;

    private OtherTables() {}

    static String latencies(SuiteResults saved) {
        Table table = new Table();
        table.row("program", "p50 ms", "p99 ms", "p99.9 ms", "% of a core", "peak MB");
        table.row("---", "--:", "--:", "--:", "--:", "--:");
        saved.latencies().stream()
                .map(LatencyResult::contender)
                .distinct()
                .sorted()
                .forEach(contender -> {
                    List<LatencyResult> results = saved.latencies().stream()
                            .filter(it -> it.contender().equals(contender))
                            .toList();
                    table.row(
                            contender,
                            Table.format("%.1f", Medians.of(results, LatencyResult::p50Millis)),
                            Table.format("%.1f", Medians.of(results, LatencyResult::p99Millis)),
                            Table.format("%.1f", Medians.of(results, LatencyResult::p999Millis)),
                            Table.format("%.0f", PERCENT * Medians.of(results, LatencyResult::cpuShare)),
                            Table.format("%,.0f", Medians.of(results, it -> (double) it.peakMemoryBytes() / MEGA)));
                });
        return table.toString();
    }

    static String isolations(SuiteResults saved) {
        Table table = new Table();
        table.row("wrong with one of 50", "the others, k records/s", "of those without it");
        table.row("---", "--:", "--:");
        double without = isolated(saved, Isolation.NONE.words());
        saved.isolations().stream().map(IsolationResult::what).distinct().forEach(what -> {
            double with = isolated(saved, what);
            table.row(what, Table.format("%,.0f", with / 1e3), Table.format("%.2f", with / without));
        });
        return table.toString();
    }

    private static double isolated(SuiteResults saved, String what) {
        return Medians.of(
                saved.isolations().stream().filter(it -> it.what().equals(what)).toList(),
                IsolationResult::recordsPerSecond);
    }

    static String takeovers(SuiteResults saved) {
        Table table = new Table();
        table.row("killed", "first record s", "every partition s", "all well s", "recovered records");
        table.row("---", "--:", "--:", "--:", "--:");
        saved.takeovers().stream().map(TakeoverResult::what).distinct().forEach(what -> {
            List<TakeoverResult> results = saved.takeovers().stream()
                    .filter(it -> it.what().equals(what))
                    .toList();
            table.row(
                    what,
                    Table.format("%.1f", Medians.of(results, TakeoverResult::firstSeconds)),
                    Table.format("%.1f", Medians.of(results, TakeoverResult::everySeconds)),
                    Table.format("%.1f", Medians.of(results, TakeoverResult::wellSeconds)),
                    Table.format("%,.0f", Medians.of(results, TakeoverResult::recoveredRecords)));
        });
        return table.toString();
    }

    static String failOvers(SuiteResults saved) {
        Table table = new Table();
        table.row(
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
        table.row("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
        saved.failOvers().stream().map(FailOverResult::contender).distinct().forEach(contender -> {
            List<FailOverResult> results = saved.failOvers().stream()
                    .filter(it -> it.contender().equals(contender))
                    .toList();
            table.row(
                    contender,
                    Table.format("%,.0f", Medians.of(results, FailOverResult::positions)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::exact)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::reRead)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::reReadRecords)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::mostReRead)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::skipped)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::skippedRecords)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::unanswered)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::staleMedianMillis)),
                    Table.format("%,.0f", Medians.of(results, FailOverResult::staleMostMillis)));
        });
        return table.toString();
    }
}
