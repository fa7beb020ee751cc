package io.replicator.benchmarks.race;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A bar chart as SVG: records per second on the left, CPU time per gigabyte on the right. */
final class Picture {
    private static final int WIDTH = 960;
    private static final int TITLE_WIDTH = 190;
    private static final int PANEL_WIDTH = 300;
    private static final int PANEL_GAP = 80;
    private static final int TOP = 64;
    private static final int BAR = 13;
    private static final int BAR_GAP = 2;
    private static final int ROW_GAP = 16;
    private static final int BARS = 3;
    private static final int ROW = BARS * (BAR + BAR_GAP) + ROW_GAP;
    private static final int LEGEND_STEP = 150;
    private static final List<String> COLOURS = List.of("#1a7f5a", "#7d8590", "#c9ced6");
    private static final List<String> NAMES = List.of("Replicator", "MirrorMaker 2 tuned", "MirrorMaker 2 defaults");

    /** The figures of one program; {@code NaN} when not measured. */
    record Bar(double recordsPerSecond, double cpuSecondsPerGigabyte) {}

    /** The three programs on one kind of data. */
    record Bars(String title, Bar replicator, Bar tuned, Bar defaults) {
        List<Bar> all() {
            return List.of(replicator, tuned, defaults);
        }
    }

    private final List<Bars> rows;

    Picture(List<Bars> rows) {
        this.rows = rows;
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        int height = TOP + rows.size() * ROW;
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        .formatted(WIDTH, height));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        int right = TITLE_WIDTH + PANEL_WIDTH + PANEL_GAP;
        for (int i = 0; i < NAMES.size(); i++) {
            int x = TITLE_WIDTH + i * LEGEND_STEP;
            svg.append("<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"%s\"/>".formatted(x, COLOURS.get(i)));
            text(svg, x + 18, 20, "start", "#24292f", NAMES.get(i));
        }
        text(
                svg,
                TITLE_WIDTH,
                TOP - 14,
                "start",
                "#57606a",
                "thousand records/s, each kind on its own scale (longer is better)");
        text(svg, right, TOP - 14, "start", "#57606a", "CPU-seconds per GB (shorter is better)");
        double maxCpu = rows.stream()
                .flatMap(row -> row.all().stream())
                .mapToDouble(Bar::cpuSecondsPerGigabyte)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        for (int g = 0; g < rows.size(); g++) {
            Bars row = rows.get(g);
            int y = TOP + g * ROW;
            text(svg, TITLE_WIDTH - 10, y + ROW / 2 - ROW_GAP / 2 + 4, "end", "#24292f", row.title());
            double maxRecords = row.all().stream()
                    .mapToDouble(Bar::recordsPerSecond)
                    .filter(Double::isFinite)
                    .max()
                    .orElse(1);
            panel(svg, TITLE_WIDTH, y, row, it -> it.recordsPerSecond() / 1e3, maxRecords / 1e3, "%,.0f");
            panel(svg, right, y, row, Bar::cpuSecondsPerGigabyte, maxCpu, "%.1f");
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(
            StringBuilder svg, int x, int y, Bars row, ToDoubleFunction<Bar> figure, double most, String pattern) {
        for (int i = 0; i < BARS; i++) {
            double value = figure.applyAsDouble(row.all().get(i));
            if (Double.isFinite(value)) {
                int top = y + i * (BAR + BAR_GAP);
                double width = Math.max(1, value / most * PANEL_WIDTH);
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                        x,
                        top,
                        width,
                        BAR,
                        COLOURS.get(i)));
                text(
                        svg,
                        (int) (x + width + 6),
                        top + BAR - 2,
                        "start",
                        "#24292f",
                        String.format(Locale.ROOT, pattern, value));
            }
        }
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String colour, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n"
                .formatted(x, y, anchor, colour, text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
