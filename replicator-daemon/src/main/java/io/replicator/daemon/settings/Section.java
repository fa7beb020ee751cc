package io.replicator.daemon.settings;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.replicator.NearestName;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One object of the settings while it is read. Each read marks its key as known. A value that is missing or wrong is reported
 * with its line and read as nothing, so that reading continues and finds the other mistakes too. At the end, {@link #finish}
 * reports the keys that nobody read.
 */
final class Section {
    /** Replaces a substitution that could not be resolved; that was reported already. */
    static final String UNRESOLVED = "\0unresolved\0";

    private final Mistakes mistakes;
    private final String path;
    private final Place place;
    private final ConfigObject own;
    private final ConfigObject defaults;
    private final Set<String> known = new TreeSet<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    /**
     * @param path the full path of the object, quoted where needed
     * @param place where the object is written
     * @param own what the user wrote
     * @param defaults the values of keys that the user did not write
     */
    Section(Mistakes mistakes, String path, Place place, ConfigObject own, ConfigObject defaults) {
        this.mistakes = mistakes;
        this.path = path;
        this.place = place;
        this.own = own;
        this.defaults = defaults;
    }

    /** Whether a value contains a substitution that could not be resolved; it is not checked then. */
    static boolean isUnresolved(ConfigValue value) {
        return value.unwrapped() instanceof String text && text.contains(UNRESOLVED);
    }

    /** Whether the user wrote the key. */
    boolean isWritten(String key) {
        ConfigValue value = own.get(key);
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    Set<String> keys() {
        return own.keySet();
    }

    String path(String key) {
        return path + "." + ConfigUtil.joinPath(key);
    }

    /** Where a key's value is written, or where it should be. */
    Place place(String key) {
        ConfigValue value = isWritten(key) ? own.get(key) : null;
        return value == null ? place : Place.of(value.origin(), place);
    }

    void wrong(String key, String message) {
        mistakes.add(place(key), path(key), message);
    }

    /** Reports a mistake of the whole section. */
    void wrongHere(String message) {
        mistakes.add(place, path, message);
    }

    /** Marks a key as known, whether it is written or not. */
    void expect(String key) {
        known.add(key);
    }

    /** The value, or nothing when it is missing; {@link #finish} reports that. */
    Optional<ConfigValue> value(String key, String allowed) {
        known.add(key);
        ConfigValue value = isWritten(key) ? own.get(key) : defaults.get(key);
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            missing.put(key, "is missing; it must be " + allowed);
            return Optional.empty();
        }
        return isUnresolved(value) ? Optional.empty() : Optional.of(value);
    }

    /** A part of this section; empty when it is missing, and then its keys are reported as missing. */
    Section section(String key) {
        return section(key, object(defaults.get(key), key));
    }

    /** A part of this section that has its own defaults. */
    Section section(String key, ConfigObject partDefaults) {
        known.add(key);
        ConfigObject parts = object(own.get(key), key);
        return new Section(mistakes, path(key), place(key), parts, partDefaults);
    }

    private ConfigObject object(ConfigValue value, String key) {
        if (value instanceof ConfigObject object) {
            return object;
        }
        if (value != null && value.valueType() != ConfigValueType.NULL && !isUnresolved(value)) {
            wrong(key, "must be an object in braces, not " + kind(value));
        }
        return ConfigFactory.empty().root();
    }

    Optional<String> text(String key, String allowed) {
        return value(key, allowed).flatMap(value -> scalar(key, value, allowed));
    }

    private Optional<String> scalar(String key, ConfigValue value, String allowed) {
        if (value instanceof ConfigObject || value instanceof ConfigList) {
            wrong(key, "must be " + allowed + ", not " + kind(value));
            return Optional.empty();
        }
        return Optional.of(value.unwrapped().toString().strip());
    }

    /**
     * The parsed value of a text.
     *
     * @param allowed what is allowed, as a noun
     * @param parser throws {@link IllegalArgumentException} or {@link ArithmeticException} for what it cannot read
     */
    <T> Optional<T> parsed(String key, String allowed, Function<String, T> parser) {
        Optional<String> text = text(key, allowed);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text.get()));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            wrong(key, "\"" + text.get() + "\" is not " + allowed);
            return Optional.empty();
        }
    }

    Optional<Integer> integer(String key, String allowed) {
        return parsed(key, allowed, Integer::valueOf);
    }

    Optional<Boolean> flag(String key) {
        return oneOf(
                key,
                Map.of("true", true, "yes", true, "on", true, "false", false, "no", false, "off", false),
                "true or false");
    }

    <T> Optional<T> oneOf(String key, Map<String, T> choices, String allowed) {
        Optional<String> text = text(key, allowed);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        T choice = choices.get(text.get().toLowerCase(Locale.ROOT));
        if (choice == null) {
            wrong(key, "\"" + text.get() + "\" is not " + allowed + NearestName.hint(text.get(), choices.keySet()));
        }
        return Optional.ofNullable(choice);
    }

    Optional<Duration> duration(String key) {
        String allowed = "a duration such as 500ms, 10s or 5 minutes";
        Optional<ConfigValue> value = value(key, allowed);
        if (value.isEmpty() || scalar(key, value.get(), allowed).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(value.get().atKey("value").getDuration("value"));
        } catch (ConfigException | ArithmeticException e) {
            wrong(key, "\"" + value.get().unwrapped() + "\" is not " + allowed);
            return Optional.empty();
        }
    }

    Optional<Long> bytes(String key) {
        return parsed(key, "a size such as 512 KiB, 128 MiB or 1 GB", Section::size);
    }

    /** Reads a size as HOCON does. */
    static long size(String text) {
        try {
            return ConfigValueFactory.fromAnyRef(text).atKey("value").getBytes("value");
        } catch (ConfigException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** Regular expressions; each wrong one is reported with its own line. */
    Optional<List<Pattern>> patterns(String key) {
        String allowed = "a list of regular expressions such as [\"orders\", \"payments[.].*\"]";
        Optional<ConfigValue> value = value(key, allowed);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get() instanceof ConfigList list)) {
            wrong(key, "must be " + allowed + ", not " + kind(value.get()));
            return Optional.empty();
        }
        List<Pattern> patterns = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            pattern(key + "[" + i + "]", list.get(i), key).ifPresent(patterns::add);
        }
        return patterns.size() == list.size() ? Optional.of(patterns) : Optional.empty();
    }

    private Optional<Pattern> pattern(String element, ConfigValue value, String key) {
        Place where = Place.of(value.origin(), place(key));
        if (isUnresolved(value)) {
            return Optional.empty();
        }
        if (value.valueType() != ConfigValueType.STRING && value.valueType() != ConfigValueType.NUMBER) {
            mistakes.add(where, path + "." + element, "must be a regular expression, not " + kind(value));
            return Optional.empty();
        }
        String text = value.unwrapped().toString();
        try {
            return Optional.of(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            String at = e.getIndex() < 0 ? "" : " near index " + e.getIndex();
            mistakes.add(
                    where,
                    path + "." + element,
                    "\"" + text + "\" is not a valid regular expression: " + e.getDescription() + at);
            return Optional.empty();
        }
    }

    /**
     * The value, when the record that it is for accepts it.
     *
     * @param record builds the record from this value and other values that are correct
     */
    <T> Optional<T> accepted(String key, Optional<T> value, Consumer<T> record) {
        if (value.isEmpty()) {
            return value;
        }
        try {
            record.accept(value.get());
            return value;
        } catch (IllegalArgumentException | ArithmeticException e) {
            wrong(key, rule(e));
            return Optional.empty();
        }
    }

    /** The message of a record that refuses a value, without the name at its beginning. */
    static String rule(RuntimeException refusal) {
        String message = String.valueOf(refusal.getMessage());
        int colon = message.indexOf(": ");
        return colon < 0 ? message : message.substring(colon + 2);
    }

    /** Reports unknown keys, and missing keys, except those that an unknown key is probably a misspelling of. */
    void finish() {
        for (String key : own.keySet()) {
            if (!known.contains(key)) {
                wrong(key, "unknown key" + hint(key, known));
                NearestName.to(key, known).ifPresent(missing::remove);
            }
        }
        missing.forEach(this::wrong);
    }

    private static String hint(String key, Collection<String> known) {
        String nearest = NearestName.hint(key, known);
        return nearest.isEmpty() ? "; known keys are " + String.join(", ", known) : nearest;
    }

    private static String kind(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "an object";
            case LIST -> "a list";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case STRING -> "a text";
            case NULL -> "null";
        };
    }
}
