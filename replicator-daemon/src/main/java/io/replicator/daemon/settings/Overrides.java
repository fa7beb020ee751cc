package io.replicator.daemon.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;

/** Reads {@code -D key=value}. The value is plain text, or a list or an object in HOCON. */
final class Overrides {
    static final String ORIGIN = "-D ";

    private Overrides() {}

    /** All overrides as one configuration; a later one wins. */
    static Config read(List<String> overrides, Mistakes mistakes) {
        Config all = ConfigFactory.empty();
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                mistakes.add(new Place(ORIGIN + (equals < 0 ? override : ""), 0), "", "must be written -D key=value");
                continue;
            }
            String key = override.substring(0, equals).strip();
            all = one(key, override.substring(equals + 1).strip(), mistakes).withFallback(all);
        }
        return all;
    }

    private static Config one(String key, String text, Mistakes mistakes) {
        try {
            return ConfigFactory.empty().withValue(key, value(key, text));
        } catch (ConfigException.Parse e) {
            mistakes.add(new Place(ORIGIN + key, 0), "", "the value is not a valid list or object in HOCON");
        } catch (ConfigException.BadPath e) {
            mistakes.add(new Place(ORIGIN + key, 0), "", "the key is not a valid path; quote names that contain dots");
        }
        return ConfigFactory.empty();
    }

    private static ConfigValue value(String key, String text) {
        if (!text.startsWith("[") && !text.startsWith("{")) {
            return ConfigValueFactory.fromAnyRef(text, ORIGIN + key);
        }
        ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(ORIGIN + key);
        return ConfigFactory.parseString("value = " + text, options).root().get("value");
    }
}
