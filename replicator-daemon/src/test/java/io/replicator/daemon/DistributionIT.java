package io.replicator.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as a user unpacks it: started by its script, from anywhere. */
final class DistributionIT {
    private static final Path BUILT = Path.of("target", "replicator");
    private static final Pattern ADDRESS = Pattern.compile("address=(127\\.0\\.0\\.1:\\d+)");
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path home;

    /** A folder with a space in its name. */
    @BeforeEach
    void unpack() throws IOException {
        home = folder.resolve("my programs").resolve("replicator");
        try (Stream<Path> files = Files.walk(BUILT)) {
            for (Path file : files.toList()) {
                Path copy = home.resolve(BUILT.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    @Test
    void shouldHoldWhatItPromises() {
        assertThat(home.resolve("bin/replicator")).isExecutable();
        assertThat(List.of(
                        "LICENSE",
                        "README.md",
                        "sbom.json",
                        "config/reference.conf",
                        "config/replicator.conf",
                        "config/Containerfile",
                        "systemd/replicator.service"))
                .allSatisfy(file -> assertThat(home.resolve(file)).isNotEmptyFile());
        assertThat(home.resolve("lib").toFile().list())
                .noneMatch(jar -> jar.contains("testkit") || jar.contains("junit") || jar.contains("kafka_2"));
    }

    @Test
    void shouldStartFromAPathWithSpacesAndThroughLinks() throws Exception {
        Path absolute = Files.createSymbolicLink(folder.resolve("absolute"), home.resolve("bin/replicator"));
        Path relative = Files.createSymbolicLink(folder.resolve("relative"), Path.of("absolute"));

        for (Path start : List.of(home.resolve("bin/replicator"), absolute, relative)) {
            Process process = start(Map.of(), start.toString(), "--version");
            assertThat(output(process)).startsWith("replicator ");
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void shouldSayClearlyThatThereIsNoJava() throws Exception {
        Process process = start(
                Map.of("JAVA_HOME", "/nowhere"), home.resolve("bin/replicator").toString(), "--version");

        assertThat(process.waitFor()).isEqualTo(69);
        assertThat(log(process)).isEqualTo("replicator: JAVA_HOME is /nowhere, but there is no bin/java in it\n");
    }

    @Test
    void shouldStopCleanlyOnSigtermWithItsClustersOutOfReach() throws Exception {
        Path file = Files.writeString(folder.resolve("r.conf"), """
                replicator {
                  clusters { a { bootstrap-servers = "127.0.0.1:1" }, b { bootstrap-servers = "127.0.0.1:2" } }
                  flows { x { source = a, target = b, topics { select = [".*"] } } }
                  admin { listen = "127.0.0.1:0" }
                  drain-timeout = 2s
                }
                """);
        Process process = start(Map.of(), home.resolve("bin/replicator").toString(), "run", "-c", file.toString());
        try {
            String address = await().atMost(DEADLINE)
                    .until(() -> address(), Optional::isPresent)
                    .orElseThrow();

            assertThat(status(address, "/health/live")).isEqualTo(200);
            assertThat(status(address, "/health/ready")).isEqualTo(503);
            assertThat(status(address, "/metrics")).isEqualTo(200);

            process.destroy();
            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(log(process)).isZero();
            assertThat(log(process)).contains("Stopped.");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldSayOnceThatAClusterIsOutOfReachAndLeaveTheRestToWhoWantsIt() throws Exception {
        Path file = Files.writeString(folder.resolve("r.conf"), """
                replicator {
                  clusters { a { bootstrap-servers = "127.0.0.1:1" }, b { bootstrap-servers = "127.0.0.1:2" } }
                  flows { x { source = a, target = b, topics { select = [".*"] } } }
                }
                """);
        String[] check = {home.resolve("bin/replicator").toString(), "check", "-c", file.toString(), "--timeout", "2"};

        Process quiet = start(Map.of(), check);
        String said = output(quiet);
        assertThat(quiet.waitFor()).isEqualTo(69);
        assertThat(said)
                .containsOnlyOnce("127.0.0.1:1")
                .contains("does not answer", "check that it runs", "bootstrap-servers");
        assertThat(log(quiet)).isEmpty();

        Process loud = start(Map.of("REPLICATOR_KAFKA_LOG_LEVEL", "WARN"), check);
        assertThat(output(loud)).isEqualTo(said);
        assertThat(loud.waitFor()).isEqualTo(69);
        assertThat(log(loud)).contains("Connection to node -1");
    }

    private Optional<String> address() throws IOException {
        Matcher address = ADDRESS.matcher(Files.readString(folder.resolve("stderr")));
        return address.find() ? Optional.of(address.group(1)) : Optional.empty();
    }

    private static int status(String address, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
        builder.environment().put("REPLICATOR_HEAP", "64m");
        builder.environment().putAll(environment);
        return builder.redirectError(folder.resolve("stderr").toFile()).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private String log(Process process) throws IOException {
        assertThat(process.isAlive()).isFalse();
        return Files.readString(folder.resolve("stderr"));
    }
}
