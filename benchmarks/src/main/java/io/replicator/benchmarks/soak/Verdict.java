package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.compare.Tally;
import java.util.List;
import java.util.Locale;

/**
 * The result of a scenario.
 *
 * @param scenario that was run
 * @param strikes how often its trouble struck
 * @param seed of the random numbers
 * @param counts of all its topics
 * @param differences descriptions of differing records; none when the topics are equal
 * @param verifyExitCode of {@code replicator verify}
 * @param broken log lines of the daemons that must not appear
 * @param slow what took long, with the status of the daemons at that time
 * @param recovered records that were found on the target after a crash and not written again, as far as the daemons reported
 *     them before they were killed
 * @param ambiguous partitions whose last records had to be compared one by one
 * @param seconds the time it took
 */
record Verdict(
        Scenario scenario,
        int strikes,
        long seed,
        Tally.Counts counts,
        List<String> differences,
        int verifyExitCode,
        List<String> broken,
        List<String> slow,
        long recovered,
        long ambiguous,
        double seconds) {
    /** Whether nothing is wrong. */
    boolean isClean() {
        return counts.isClean() && differences.isEmpty() && verifyExitCode == 0 && broken.isEmpty();
    }

    /** The result in one line. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%-11s %4d strikes  %,10d records  %,d duplicates, %,d lost, %,d out of order, %,d damaged, %,d foreign"
                        + "  bytes %s, verify %d  (%,d recovered, %d ambiguous; %.0f s, seed %d)",
                scenario.label(),
                strikes,
                counts.records(),
                counts.duplicates(),
                counts.lost(),
                counts.disordered(),
                counts.damaged(),
                counts.foreign(),
                differences.isEmpty() ? "equal" : "DIFFERENT",
                verifyExitCode,
                recovered,
                ambiguous,
                seconds,
                seed);
    }

    /** The line, and everything that is wrong. */
    String story() {
        StringBuilder text = new StringBuilder(line());
        counts.told().forEach(each -> text.append("\n    ").append(each));
        differences.forEach(each -> text.append("\n    ").append(each));
        broken.forEach(each -> text.append("\n    ").append(each));
        slow.forEach(each -> text.append("\n    slow: ").append(each));
        return text.toString();
    }
}
