package io.replicator.benchmarks.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

final class ReportTest {
    private static final String MARKS =
            "before\n<!-- benchmark: begin (written by the benchmark) -->\nold\n<!-- benchmark: end -->\nafter\n";

    @TempDir
    private Path directory;

    @Test
    void shouldShowMediansAndRatios() throws Exception {
        save(heat("replicator", 1, 4), heat("replicator", 2, 2), heat("replicator", 3, 90), heat("mm2-tuned", 1, 8));
        Path readme = Files.writeString(directory.resolve("README.md"), MARKS);
        Path page = Files.writeString(directory.resolve("page.md"), MARKS);

        new Report(directory).write(readme, page);

        // Medians: 4 s of 1,000,000 records and of CPU beside 8 s.
        assertThat(readme).content().contains("| 1 KiB, none | 250 | 125 |  | 2.0 × | 4.0 | 8.0 | 1/2.0 |");
        assertThat(readme).content().startsWith("before\n").endsWith("after\n").doesNotContain("old");
        assertThat(page).content().contains("One broker on each side").contains("| mm2-tuned | 125 |");
    }

    @Test
    void shouldDrawAPictureThatIsXml() throws Exception {
        save(heat("replicator", 1, 4), heat("mm2-tuned", 1, 8));
        Path page = Files.writeString(directory.resolve("page.md"), MARKS);

        new Report(directory).write(page, page);

        String svg = Files.readString(directory.resolve(Report.PICTURE));
        var document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("text").getLength()).isGreaterThan(8);
        assertThat(svg).contains(">250<").contains(">125<");
    }

    @Test
    void shouldRefuseAPageWithoutMarks() throws Exception {
        save(heat("replicator", 1, 4));
        Path page = Files.writeString(directory.resolve("page.md"), "nothing here");

        assertThatThrownBy(() -> new Report(directory).write(page, page)).hasMessageContaining("lacks the marks");
    }

    @Test
    void shouldKeepWhatWasMeasuredBeforeOfOtherData() {
        save(heat("replicator", 1, 4));
        HeatResult other = new HeatResult("1k-lz4", "replicator", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1);

        SuiteResults.now(Suite.LOCAL, List.of(other), List.of(), List.of())
                .with(SuiteResults.load(directory, Suite.LOCAL))
                .save(directory);

        assertThat(SuiteResults.load(directory, Suite.LOCAL).orElseThrow().heats())
                .containsExactly(other, heat("replicator", 1, 4));
    }

    @Test
    void shouldReadThePeakFromTheKernelsWords() {
        assertThat(ProcessMeter.peakMemoryBytes(List.of("VmPeak:\t  99 kB", "VmHWM:\t    2048 kB", "Threads:\t3")))
                .isEqualTo(2 << 20);
    }

    private void save(HeatResult... heats) {
        SuiteResults.now(Suite.LOCAL, List.of(heats), List.of(), List.of()).save(directory);
    }

    private static HeatResult heat(String contender, int round, double seconds) {
        return new HeatResult(
                "1k-none",
                contender,
                round,
                1_000_000,
                1_000_000_000,
                1,
                seconds + 1,
                1_000_000,
                seconds,
                seconds + 1,
                seconds,
                seconds,
                1,
                -1);
    }
}
