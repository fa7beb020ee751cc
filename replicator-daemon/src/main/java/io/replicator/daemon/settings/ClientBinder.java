package io.replicator.daemon.settings;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.replicator.NearestName;
import io.replicator.cluster.ClientPropertyNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads a cluster's {@code client} block into kafka-clients properties. Names may be quoted or not: {@code "a.b" = c} and
 * {@code a.b = c} are the same here. {@code name = { file = "/run/secrets/x" }} reads the value from a file. No message of this
 * class contains a value.
 */
final class ClientBinder {
    private static final Set<String> KNOWN = ClientPropertyNames.ALL;

    /** Kafka's configuration providers; the user chooses the names after this prefix. */
    private static final String PROVIDERS = "config.providers";

    private static final String FILE = "file";

    private final Mistakes mistakes;
    private final String path;
    private final Place place;
    private final Map<String, String> properties = new TreeMap<>();

    private ClientBinder(Mistakes mistakes, String path, Place place) {
        this.mistakes = mistakes;
        this.path = path;
        this.place = place;
    }

    /**
     * All properties of a block.
     *
     * @param path the block's whole path
     * @param place where the block is written
     */
    static Map<String, String> read(ConfigObject client, String path, Place place, Mistakes mistakes) {
        ClientBinder reader = new ClientBinder(mistakes, path, place);
        reader.readAll(client, "");
        return reader.properties;
    }

    private void readAll(ConfigObject object, String prefix) {
        object.forEach((name, value) -> readOne(prefix + name, value));
    }

    private void readOne(String name, ConfigValue value) {
        Place where = Place.of(value.origin(), place);
        if (value instanceof ConfigObject object) {
            if (isSecretFile(name, object)) {
                readFile(name, object.get(FILE), where);
            } else {
                readAll(object, name + ".");
            }
            return;
        }
        if (value.valueType() == ConfigValueType.NULL || Section.isUnresolved(value)) {
            return;
        }
        put(name, value instanceof ConfigList list ? joined(name, list, where) : text(value), where);
    }

    /** Some properties of Kafka end in {@code .file}; such a name is the property itself. */
    private static boolean isSecretFile(String name, ConfigObject object) {
        return object.size() == 1 && object.containsKey(FILE) && !KNOWN.contains(name + "." + FILE);
    }

    private void readFile(String name, ConfigValue file, Place where) {
        if (file.valueType() != ConfigValueType.STRING) {
            mistakes.add(where, path + "." + name, "file must be the path of a file that contains the value");
            return;
        }
        try {
            put(name, Files.readString(Path.of(text(file))).stripTrailing(), where);
        } catch (IOException | InvalidPathException e) {
            mistakes.add(
                    where,
                    path + "." + name,
                    "the file " + text(file) + " cannot be read ("
                            + e.getClass().getSimpleName() + ")");
        }
    }

    private void put(String name, String value, Place where) {
        properties.put(name, value);
        if (!KNOWN.contains(name) && !name.startsWith(PROVIDERS)) {
            mistakes.warn(
                    where,
                    path + "." + name,
                    "unknown to kafka-clients; it is passed on unchanged" + NearestName.hint(name, KNOWN));
        }
    }

    /** A list in Kafka's notation. */
    private String joined(String name, ConfigList list, Place where) {
        if (list.stream().anyMatch(element -> element instanceof ConfigObject || element instanceof ConfigList)) {
            mistakes.add(where, path + "." + name, "a list must contain only strings");
        }
        return list.stream().map(ClientBinder::text).collect(Collectors.joining(","));
    }

    private static String text(ConfigValue value) {
        return String.valueOf(value.unwrapped());
    }
}
