package io.replicator.daemon.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Reports keys that a file sets twice; the library would silently keep the last value. It reports only plain values: objects
 * are merged, and a value with a substitution, with {@code +=}, or after an {@code include} may use the earlier value on
 * purpose. It parses only keys, braces, quotes and comments of HOCON, and ignores a key that it cannot parse.
 */
final class RepeatedKeys {
    private final String text;
    private final String source;
    private final Mistakes mistakes;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Deque<String> prefixes = new ArrayDeque<>();
    private int at;
    private int line = 1;

    private RepeatedKeys(String text, String source, Mistakes mistakes) {
        this.text = text;
        this.source = source;
        this.mistakes = mistakes;
    }

    static void report(String text, String source, Mistakes mistakes) {
        new RepeatedKeys(text, source, mistakes).fields();
    }

    /** Reads fields up to the end of the text. */
    private void fields() {
        prefixes.push("");
        while (at < text.length() && !prefixes.isEmpty()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) || c == ',' || c == '\uFEFF') {
                step();
            } else if (isComment()) {
                skipLine();
            } else if (c == '{') {
                prefixes.push(prefixes.size() == 1 && lines.isEmpty() ? "" : UNSURE);
                step();
            } else if (c == '}') {
                prefixes.pop();
                step();
            } else {
                field();
            }
        }
    }

    /** Reads one key and what follows it: an object, which is entered, or a value, which is skipped. */
    private void field() {
        int start = at;
        int fieldLine = line;
        while (at < text.length() && "=:{\n}".indexOf(text.charAt(at)) < 0 && !isComment()) {
            if (text.charAt(at) == '+' && text.startsWith("+=", at)) {
                at += 2;
                skipValue();
                return;
            }
            stepOver();
        }
        String written = text.substring(start, at).strip();
        if (at >= text.length() || "\n}".indexOf(text.charAt(at)) >= 0 || isComment()) {
            if (written.startsWith("include")) {
                lines.clear();
            }
            return;
        }
        String path = path(written);
        if (text.charAt(at) != '{') {
            step();
            skipBlanks();
        }
        if (at < text.length() && text.charAt(at) == '{') {
            prefixes.push(path.isEmpty() ? UNSURE : path);
            step();
            return;
        }
        boolean plain = skipValue();
        if (plain && !path.isEmpty() && !path.startsWith(UNSURE)) {
            report(path, fieldLine);
        }
    }

    /** Below a key that could not be read. */
    private static final String UNSURE = "\0";

    private String path(String written) {
        try {
            String prefix = prefixes.peek();
            String path = ConfigUtil.joinPath(ConfigUtil.splitPath(written));
            return prefix.isEmpty() ? path : prefix + "." + path;
        } catch (ConfigException e) {
            return "";
        }
    }

    private void report(String path, int fieldLine) {
        Integer first = lines.putIfAbsent(path, fieldLine);
        if (first != null) {
            mistakes.add(new Place(source, fieldLine), path, "is set twice; the first time in line " + first);
        }
    }

    /** Skips a value to the end of its field; true when it contains no substitution. */
    private boolean skipValue() {
        int depth = 0;
        boolean plain = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (depth == 0 && (c == '\n' || c == ',' || c == '}')) {
                return plain;
            }
            if (isComment()) {
                skipLine();
                continue;
            }
            if (text.startsWith("${", at)) {
                plain = false;
                at = Math.max(at + 1, text.indexOf('}', at));
                step();
                continue;
            }
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
            stepOver();
        }
        return plain;
    }

    private boolean isComment() {
        return text.charAt(at) == '#' || text.startsWith("//", at);
    }

    private void skipLine() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            step();
        }
    }

    /** Skips one character, or one quoted text. */
    private void stepOver() {
        if (text.startsWith("\"\"\"", at)) {
            skipTo(text.indexOf("\"\"\"", at + 3) + 3);
        } else if (text.charAt(at) == '"') {
            skipTo(endOfQuote());
        } else {
            step();
        }
    }

    private int endOfQuote() {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return end + 1;
    }

    private void skipTo(int end) {
        int stop = end <= at ? text.length() : Math.min(end, text.length());
        while (at < stop) {
            step();
        }
    }

    private void step() {
        if (at < text.length() && text.charAt(at) == '\n') {
            line++;
        }
        at++;
    }
}
