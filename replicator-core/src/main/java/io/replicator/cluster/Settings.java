package io.replicator.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of a topic, a broker or a consumer group, as they take effect.
 *
 * @param byKey by Kafka's name of the setting
 */
public record Settings(Map<String, Setting> byKey) {
    public static final Settings NONE = new Settings(Map.of());

    public Settings {
        byKey = Map.copyOf(byKey);
    }

    /** Where a value was set. */
    public enum Origin {
        /** On the topic or the group itself. */
        OWN,
        /** On the broker, in its file or while it runs. */
        BROKER,
        /** Kafka's default. */
        DEFAULT,
        /** The brokers do not say. */
        UNKNOWN
    }

    /**
     * One setting.
     *
     * @param value empty where the brokers hide it or there is none
     */
    public record Setting(Optional<String> value, Origin origin) {}

    /** Settings without an origin. */
    public static Settings of(Map<String, String> values) {
        return new Settings(values.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> new Setting(Optional.of(entry.getValue()), Origin.UNKNOWN))));
    }

    /** Whether the brokers told this setting. */
    public boolean has(String key) {
        return byKey.containsKey(key);
    }

    public Optional<String> value(String key) {
        return Optional.ofNullable(byKey.get(key)).flatMap(Setting::value);
    }

    /** The value, or another text where there is none. */
    public String text(String key, String otherwise) {
        return value(key).orElse(otherwise);
    }

    /** The values that were set on the topic or the group itself. */
    public Map<String, String> own() {
        Map<String, String> own = new TreeMap<>();
        byKey.forEach((key, setting) -> {
            if (setting.origin() == Origin.OWN) {
                setting.value().ifPresent(value -> own.put(key, value));
            }
        });
        return own;
    }
}
