package io.replicator.testkit;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The class path of this JVM, wherever it is written: the system property {@code replicator.testkit.classpath}, the class
 * loader that Maven's exec plugin made, {@code java.class.path}, or the manifest of the one jar that Surefire puts there.
 */
final class ClassPath {
    static final String PROPERTY = "replicator.testkit.classpath";

    private final Set<Path> entries = new LinkedHashSet<>();

    private ClassPath() {}

    static String ofThisJvm() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return given;
        }
        ClassPath path = new ClassPath();
        path.addLoader(KafkaCluster.class.getClassLoader());
        path.addLoader(Thread.currentThread().getContextClassLoader());
        path.addText(System.getProperty("java.class.path", ""));
        return String.join(
                File.pathSeparator, path.entries.stream().map(Path::toString).toList());
    }

    /** The entries of one class path text, with those that jars name in their manifests. */
    static List<Path> expand(String text) {
        ClassPath path = new ClassPath();
        path.addText(text);
        return List.copyOf(path.entries);
    }

    private void addLoader(ClassLoader loader) {
        for (ClassLoader each = loader; each != null; each = each.getParent()) {
            if (each instanceof URLClassLoader urls) {
                for (URL url : urls.getURLs()) {
                    addUrl(url);
                }
            }
        }
    }

    private void addUrl(URL url) {
        try {
            if (url.getProtocol().equals("file")) {
                add(Path.of(url.toURI()));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("class path entry " + url + " is no file", e);
        }
    }

    private void addText(String text) {
        StringTokenizer tokens = new StringTokenizer(text, File.pathSeparator);
        while (tokens.hasMoreTokens()) {
            add(Path.of(tokens.nextToken()));
        }
    }

    private void add(Path entry) {
        Path absolute = entry.toAbsolutePath().normalize();
        if (Files.exists(absolute) && entries.add(absolute) && Files.isRegularFile(absolute)) {
            addManifest(absolute);
        }
    }

    private void addManifest(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String names =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (names != null) {
                StringTokenizer tokens = new StringTokenizer(names);
                while (tokens.hasMoreTokens()) {
                    URI uri = jar.toUri().resolve(tokens.nextToken());
                    if ("file".equals(uri.getScheme())) {
                        add(Path.of(uri));
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(jar + " on the class path cannot be read", e);
        }
    }
}
