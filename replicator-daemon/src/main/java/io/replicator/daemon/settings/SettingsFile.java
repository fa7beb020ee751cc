package io.replicator.daemon.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import io.replicator.NearestName;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the file, the overrides and the defaults, and reports all their mistakes together. */
public final class SettingsFile {
    private static final String ROOT = "replicator";

    /** Each unresolved substitution is reported and replaced, one after the other; a file hardly has more. */
    private static final int MAX_UNRESOLVED = 100;

    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{\\??([^}]+)}");

    /** Text of the file in the parser's message; it might be a password. */
    private static final Pattern QUOTED = Pattern.compile("['\"].{3,}['\"]", Pattern.DOTALL);

    private final Mistakes mistakes = new Mistakes();
    private final Path file;
    private final Place whole;

    private SettingsFile(Path file) {
        this.file = file;
        this.whole = new Place(file.toString(), 0);
    }

    /**
     * Reads the settings.
     *
     * @param file JSON or properties by its suffix; HOCON with any other
     * @param overrides {@code key=value} each, the last one wins
     * @throws BadSettingsException with all mistakes
     */
    public static Settings read(Path file, List<String> overrides) throws BadSettingsException {
        return new SettingsFile(file).read(overrides);
    }

    private Settings read(List<String> overrides) throws BadSettingsException {
        Config overriding = Overrides.read(overrides, mistakes);
        Config inFile = parse();
        Config written = overriding.withFallback(inFile);
        ConfigObject resolved = resolve(written);
        if (!(resolved.get(ROOT) instanceof ConfigObject root)) {
            mistakes.add(whole, ROOT, "must be an object in braces");
            throw refusal();
        }
        checkRoot(written.root());
        checkOverrides(overriding.root(), inFile.root(), root);
        int cores = Runtime.getRuntime().availableProcessors();
        return new SettingsBinder(mistakes, root, place(written), cores).bind().orElseThrow(this::refusal);
    }

    private BadSettingsException refusal() {
        return new BadSettingsException(mistakes.errors());
    }

    private Config parse() throws BadSettingsException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            String what =
                    Files.exists(file) ? "cannot be read; it must be a file that this user may read" : "does not exist";
            mistakes.add(whole, "", what);
            throw refusal();
        }
        try {
            RepeatedKeys.report(Files.readString(file), whole.source(), mistakes);
        } catch (CharacterCodingException e) {
            mistakes.add(whole, "", "is not UTF-8 text");
            throw refusal();
        } catch (IOException e) {
            mistakes.add(whole, "", "cannot be read (" + e.getClass().getSimpleName() + ")");
            throw refusal();
        }
        try {
            return ConfigFactory.parseFile(file.toFile(), options());
        } catch (ConfigException e) {
            mistakes.add(place(e), "", withoutText(e));
            throw refusal();
        }
    }

    private ConfigParseOptions options() {
        String name = file.toString();
        ConfigSyntax syntax = name.endsWith(".json")
                ? ConfigSyntax.JSON
                : name.endsWith(".properties") ? ConfigSyntax.PROPERTIES : ConfigSyntax.CONF;
        return ConfigParseOptions.defaults().setSyntax(syntax).setAllowMissing(false);
    }

    /** Adds the defaults and resolves substitutions; each that cannot be resolved is one mistake. */
    private ConfigObject resolve(Config written) throws BadSettingsException {
        Config all = written.withFallback(ConfigFactory.parseResources(SettingsFile.class, "/reference.conf"));
        Set<String> replaced = new HashSet<>();
        for (int i = 0; i < MAX_UNRESOLVED; i++) {
            try {
                return all.resolve().root();
            } catch (ConfigException.UnresolvedSubstitution e) {
                Matcher substitution = SUBSTITUTION.matcher(String.valueOf(e.getMessage()));
                boolean found = substitution.find();
                String name = found ? substitution.group(1) : "";
                if (!found || !replaced.add(name)) {
                    mistakes.add(place(e), "", "a substitution refers to itself");
                    throw refusal();
                }
                mistakes.add(
                        place(e),
                        "",
                        "${" + name + "} is not defined: there is no such key or environment variable; write ${?" + name
                                + "} if it may be missing");
                all = all.withFallback(ConfigFactory.parseMap(Map.of(name, Section.UNRESOLVED), "unresolved"));
            } catch (ConfigException e) {
                mistakes.add(place(e), "", withoutText(e));
                throw refusal();
            }
        }
        throw refusal();
    }

    private void checkRoot(ConfigObject written) {
        if (written.containsKey(ROOT)) {
            return;
        }
        NearestName.to(ROOT, written.keySet()).ifPresent(near -> {
            ConfigValue value = written.get(near);
            mistakes.add(Place.of(value.origin(), whole), near, "unknown key; did you mean " + ROOT + "?");
        });
    }

    /** An override without the first part of its key would silently have no effect; other names may be for substitutions. */
    private void checkOverrides(ConfigObject overriding, ConfigObject inFile, ConfigObject root) {
        overriding.keySet().forEach(key -> {
            boolean isMeantForUs =
                    root.containsKey(key) || NearestName.to(ROOT, Set.of(key)).isPresent();
            if (!key.equals(ROOT) && !inFile.containsKey(key) && isMeantForUs) {
                mistakes.add(new Place(Overrides.ORIGIN + key, 0), "", "has no effect; keys begin with " + ROOT + ".");
            }
        });
    }

    /** The line of the outermost key when there is one, otherwise the file. */
    private Place place(Config written) {
        ConfigValue root = written.root().get(ROOT);
        return root == null ? whole : Place.of(root.origin(), whole);
    }

    private Place place(ConfigException e) {
        return e.origin() == null ? whole : Place.of(e.origin(), whole);
    }

    /**
     * The library's message, without the place, which our message already has, and without text of the file, which might be part
     * of a password.
     */
    private static String withoutText(ConfigException e) {
        if (e instanceof ConfigException.WrongType) {
            return "a list or an object cannot be joined with something else";
        }
        if (e instanceof ConfigException.IO) {
            return "cannot be read, or includes a file that cannot be read";
        }
        String message = String.valueOf(e.getMessage());
        String place = e.origin() == null ? "" : e.origin().description() + ": ";
        String withoutPlace = message.startsWith(place) ? message.substring(place.length()) : message;
        int hint = withoutPlace.indexOf(" (if you intended");
        String plain = QUOTED.matcher(hint < 0 ? withoutPlace : withoutPlace.substring(0, hint))
                .replaceAll("text that is not valid here");
        return plain + (hint < 0 ? "" : "; put a value with special characters in double quotes");
    }
}
