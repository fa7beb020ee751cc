package io.replicator.daemon.settings;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names in braces within a text that are replaced by something else, such as {@code {topic}}. */
final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

    private Placeholders() {}

    /**
     * The text, when all its placeholders are known.
     *
     * @throws IllegalArgumentException that names the first unknown one
     */
    static String requireKnown(String key, String text, List<String> known) {
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            if (!known.contains(placeholders.group(1))) {
                String all = known.stream().map(name -> "{" + name + "}").collect(Collectors.joining(" and "));
                throw new IllegalArgumentException(
                        key + ": " + placeholders.group() + " is unknown; " + all + " are known");
            }
        }
        return text;
    }
}
