package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.compare.Tally;
import java.util.List;
import java.util.Locale;

/**
 * What came of a scenario.
 *
 * @param scenario that was played
 * @param strikes of its trouble
 * @param seed they came from
 * @param counts of all its topics
 * @param differences between the topics' bytes, in words; none when they are equal
 * @param verifyExitCode of {@code replicator verify}
 * @param broken what the daemons said that they must never say
 * @param slow what took long, and what the daemons said of it meanwhile
 * @param recovered records that were found on the target after a crash and not written again, as far as daemons lived to
 *     tell
 * @param ambiguous partitions whose tail could not be matched
 * @param seconds it took
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
    /** Whether all is as it was promised. */
    boolean isClean() {
        return counts.isClean() && differences.isEmpty() && verifyExitCode == 0 && broken.isEmpty();
    }

    /** In one line. */
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

    /** The line, and what is wrong. */
    String story() {
        StringBuilder text = new StringBuilder(line());
        counts.told().forEach(each -> text.append("\n    ").append(each));
        differences.forEach(each -> text.append("\n    ").append(each));
        broken.forEach(each -> text.append("\n    ").append(each));
        slow.forEach(each -> text.append("\n    slow: ").append(each));
        return text.toString();
    }
}
