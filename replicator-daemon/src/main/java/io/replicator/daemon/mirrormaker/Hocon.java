package io.replicator.daemon.mirrormaker;

import com.typesafe.config.ConfigUtil;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes HOCON as a person would: indented, with comments, and with quotes only where they are necessary. */
final class Hocon {
    private static final String INDENT = "  ";
    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z0-9_-]+");

    private final StringBuilder text = new StringBuilder();
    private int depth;

    void open(String name) {
        line(name(name) + " {");
        depth++;
    }

    void close() {
        depth--;
        line("}");
    }

    /** Writes a value that needs no quotes: a number, a flag, a word, a time. */
    void raw(String name, String value) {
        line(name(name) + " = " + value);
    }

    void text(String name, String value) {
        line(name(name) + " = " + ConfigUtil.quoteString(value));
    }

    void texts(String name, List<String> values) {
        line(name(name) + " = "
                + values.stream().map(ConfigUtil::quoteString).collect(Collectors.joining(", ", "[", "]")));
    }

    void comment(String words) {
        line("# " + words);
    }

    void empty() {
        text.append('\n');
    }

    private void line(String line) {
        text.append(INDENT.repeat(depth)).append(line).append('\n');
    }

    private static String name(String name) {
        return PLAIN.matcher(name).matches() ? name : ConfigUtil.quoteString(name);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
