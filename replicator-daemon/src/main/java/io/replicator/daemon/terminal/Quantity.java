package io.replicator.daemon.terminal;

import java.util.Locale;

/** Numbers in a short form for people. */
public final class Quantity {
    private static final String[] DECIMAL = {"", " k", " M", " G", " T"};
    private static final int STEP = 1000;
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Quantity() {}

    /** {@code 999}, {@code 12.3 k}, {@code 4.56 M}: three significant digits. */
    public static String count(double number) {
        double rest = number;
        int step = 0;
        while (rest >= STEP && step < DECIMAL.length - 1) {
            rest /= STEP;
            step++;
        }
        if (step == 0) {
            return String.format(Locale.ROOT, "%.0f", rest);
        }
        String digits = rest >= 100 ? "%.0f" : rest >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits, rest) + DECIMAL[step];
    }

    /** {@code 12.3 MB/s}. */
    public static String bytesPerSecond(double bytes) {
        String count = count(bytes);
        return count + (count.contains(" ") ? "B/s" : " B/s");
    }

    /** {@code 42s}, {@code 3m05s}, {@code 2h10m}, {@code 5d03h}; a dash for an unknown time. */
    public static String duration(long seconds) {
        if (seconds < 0) {
            return "-";
        }
        if (seconds < MINUTE) {
            return seconds + "s";
        }
        if (seconds < HOUR) {
            return String.format(Locale.ROOT, "%dm%02ds", seconds / MINUTE, seconds % MINUTE);
        }
        if (seconds < DAY) {
            return String.format(Locale.ROOT, "%dh%02dm", seconds / HOUR, seconds % HOUR / MINUTE);
        }
        return String.format(Locale.ROOT, "%dd%02dh", seconds / DAY, seconds % DAY / HOUR);
    }
}
