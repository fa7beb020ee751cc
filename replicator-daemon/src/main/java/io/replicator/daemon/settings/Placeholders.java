package io.replicator.daemon.settings;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names in braces within a text, which stand for something else. */
final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

    private Placeholders() {}

    /**
     * The text, if it has no other placeholders.
     *
     * @throws IllegalArgumentException that names the first that is unknown
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
