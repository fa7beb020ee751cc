package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassPathTest {
    @TempDir
    private Path directory;

    @Test
    void shouldNameWhatAJarNamesInItsManifest() throws Exception {
        Path classes = Files.createDirectory(directory.resolve("classes with spaces"));
        Path library = jar("library.jar", "");
        Path booter = jar("booter.jar", classes.toUri() + " library.jar gone.jar");

        assertThat(ClassPath.expand(booter.toString())).containsExactly(booter, classes, library);
    }

    @Test
    void shouldLeaveOutWhatIsNotThereAndWhatIsThereTwice() throws Exception {
        Path library = jar("library.jar", "");

        assertThat(ClassPath.expand(String.join(
                        File.pathSeparator,
                        library.toString(),
                        directory.resolve("gone").toString(),
                        library.toString())))
                .containsExactly(library);
    }

    @Test
    void shouldFindKafkaOnThePathOfThisJvm() {
        assertThat(ClassPath.ofThisJvm()).contains("kafka_2.13-").contains("logback-classic-");
    }

    private Path jar(String name, String classPath) throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        Path jar = directory.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.finish();
        }
        return jar;
    }
}
