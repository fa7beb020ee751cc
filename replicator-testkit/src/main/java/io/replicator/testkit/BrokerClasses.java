package io.replicator.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where brokers have their classes from: a class path, and the JVM's options beside it.
 *
 * <p>Most of what a broker does until it serves is loading classes. With the system property
 * {@code replicator.testkit.archive}, a directory, they come from a class-data archive there, and a start takes half the
 * CPU time. The first JVM that finds none makes one, by a broker that starts and stops, and the others wait for it. It
 * holds for one version of Java and for the jars that it was made of; brokers use these jars then, whatever else is on
 * this JVM's class path.
 */
record BrokerClasses(String classPath, List<String> options) {
    static final String PROPERTY = "replicator.testkit.archive";

    private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);

    BrokerClasses {
        options = List.copyOf(options);
    }

    /** With the archive where the system property asks for one. */
    static BrokerClasses ofThisJvm() {
        String directory = System.getProperty(PROPERTY);
        return directory == null ? plain() : archived(Path.of(directory).toAbsolutePath());
    }

    private static BrokerClasses plain() {
        return new BrokerClasses(ClassPath.ofThisJvm(), List.of());
    }

    /** A lock on a file is one among processes, the monitor one among the threads of this one. */
    private static synchronized BrokerClasses archived(Path directory) {
        try {
            Files.createDirectories(directory);
            Path archive = directory.resolve("brokers-" + Runtime.version() + ".jsa");
            Path stamp = directory.resolve("brokers-" + Runtime.version() + ".jars");
            try (FileChannel channel = FileChannel.open(
                            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                List<String> own = jars();
                if (Files.exists(archive) && Files.exists(stamp)) {
                    List<String> jars = Files.readAllLines(stamp);
                    if (areAsTheyWere(jars) && isSameKafka(jars, own)) {
                        return new BrokerClasses(pathOf(jars), List.of("-XX:SharedArchiveFile=" + archive));
                    }
                }
                if (own.isEmpty()) {
                    return plain();
                }
                make(archive, new BrokerClasses(pathOf(own), List.of("-XX:ArchiveClassesAtExit=" + archive)));
                Files.write(stamp, own);
                return new BrokerClasses(pathOf(own), List.of("-XX:SharedArchiveFile=" + archive));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot hold an archive of the brokers' classes", e);
        }
    }

    /** A broker that has served a topic has loaded what the others will load. */
    private static void make(Path archive, BrokerClasses classes) throws IOException {
        Files.deleteIfExists(archive);
        Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
        try (LocalCluster cluster = LocalCluster.start(
                KafkaCluster.builder().name("archive").directory(tmp).plan(), classes)) {
            cluster.createTopic("archive", 1);
            cluster.stop(STOP_PATIENCE);
        }
    }

    /**
     * The jars of this JVM's class path, each with its size and age; none where the testkit itself is no jar, as in a
     * development environment: what comes from directories cannot be archived.
     */
    private static List<String> jars() throws IOException {
        List<String> jars = new ArrayList<>();
        for (Path entry : ClassPath.expand(ClassPath.ofThisJvm())) {
            if (Files.exists(entry.resolve(classFile()))) {
                return List.of();
            }
            // The jar that Surefire makes for one run holds nothing but the class path.
            if (Files.isRegularFile(entry) && !entry.getFileName().toString().startsWith("surefirebooter")) {
                jars.add(stamp(entry));
            }
        }
        return jars;
    }

    private static String classFile() {
        return BrokerProcess.class.getName().replace('.', '/') + ".class";
    }

    private static String stamp(Path jar) throws IOException {
        return jar + "\t" + Files.size(jar) + "\t"
                + Files.getLastModifiedTime(jar).toMillis();
    }

    private static boolean areAsTheyWere(List<String> jars) throws IOException {
        for (String jar : jars) {
            Path path = Path.of(jar.substring(0, jar.indexOf('\t')));
            if (!Files.exists(path) || !stamp(path).equals(jar)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSameKafka(List<String> jars, List<String> own) {
        return own.containsAll(jars.stream()
                .filter(jar -> jar.contains(File.separator + "kafka"))
                .toList());
    }

    private static String pathOf(List<String> jars) {
        return String.join(
                File.pathSeparator,
                jars.stream().map(jar -> jar.substring(0, jar.indexOf('\t'))).toList());
    }
}
