package io.replicator.daemon.terminal;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Lines at the bottom of the terminal that stderr writes to, redrawn in place. While the screen is open it replaces
 * {@link System#err}, so that other output, such as the log, appears above those lines. Safe for use by any thread.
 */
public final class Screen implements AutoCloseable {
    /** Set by the start script, which can find out whether stderr is a terminal; the JVM cannot. */
    private static final String TERMINAL = "replicator.terminal";

    private static final int DEFAULT_WIDTH = 80;
    private static final int STTY_MILLIS = 500;
    private static final String ERASE_BELOW = "\u001B[J";

    private final PrintStream terminal;
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private int drawn;
    private boolean closed;
    private List<String> lines = List.of();

    private Screen(PrintStream terminal) {
        this.terminal = terminal;
    }

    /** Opens the screen, when stderr is a terminal that can move its cursor. */
    public static Optional<Screen> open() {
        boolean isTerminal = Boolean.getBoolean(TERMINAL) && !"dumb".equals(System.getenv("TERM"));
        if (!isTerminal) {
            return Optional.empty();
        }
        Screen screen = over(System.err);
        System.setErr(new PrintStream(screen.new Above(), true, StandardCharsets.UTF_8));
        return Optional.of(screen);
    }

    /** A screen that draws on any stream. */
    static Screen over(PrintStream terminal) {
        return new Screen(terminal);
    }

    /** Whether the user wants colours (no-color.org). */
    public static boolean wantsColours() {
        String no = System.getenv("NO_COLOR");
        return no == null || no.isEmpty();
    }

    /** The terminal's current width; 80 when it is not known. */
    public static int width() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/tty")))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(STTY_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroy();
                return DEFAULT_WIDTH;
            }
            try (InputStream answer = stty.getInputStream()) {
                String[] size = new String(answer.readAllBytes(), StandardCharsets.US_ASCII)
                        .strip()
                        .split(" ");
                int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
                return columns > 0 ? columns : DEFAULT_WIDTH;
            }
        } catch (IOException | NumberFormatException e) {
            return DEFAULT_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DEFAULT_WIDTH;
        }
    }

    /** Replaces the drawn lines; does nothing after {@link #close}. */
    public synchronized void draw(List<String> newLines) {
        if (closed) {
            return;
        }
        lines = List.copyOf(newLines);
        terminal.print(erased() + drawing());
        terminal.flush();
    }

    /** Leaves the drawn lines where they are, and restores System.err. */
    @Override
    public synchronized void close() {
        if (unfinished.size() > 0) {
            print("\n".getBytes(StandardCharsets.UTF_8));
        }
        closed = true;
        lines = List.of();
        drawn = 0;
        System.setErr(terminal);
    }

    /** Prints complete lines above the drawn ones; an incomplete line waits for its end. */
    synchronized void print(byte[] text) {
        unfinished.writeBytes(text);
        byte[] all = unfinished.toByteArray();
        int end = all.length;
        while (end > 0 && all[end - 1] != '\n') {
            end--;
        }
        if (end == 0) {
            return;
        }
        unfinished.reset();
        unfinished.write(all, end, all.length - end);
        terminal.print(erased() + new String(all, 0, end, StandardCharsets.UTF_8) + drawing());
        terminal.flush();
    }

    private String erased() {
        String up = drawn == 0 ? "" : "\u001B[" + drawn + "F";
        drawn = 0;
        return up + ERASE_BELOW;
    }

    private String drawing() {
        drawn = lines.size();
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    private final class Above extends OutputStream {
        @Override
        public void write(int b) {
            print(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] text, int offset, int length) {
            print(Arrays.copyOfRange(text, offset, offset + length));
        }
    }
}
