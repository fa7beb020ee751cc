package io.replicator.daemon.cli;

import io.replicator.daemon.document.Json;
import io.replicator.daemon.document.StatusDocument;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code replicator status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Shows the lag, the rate, the time left, and the state of the flows of a running daemon.",
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {" 0:success", "64:wrong usage", "69:no daemon answers"},
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator status",
            "  replicator status --url http://10.0.0.7:8080 --all",
            "  replicator status --json"
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int HTTP_OK = 200;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "The address of the daemon's admin server (admin.listen). Default: ${DEFAULT-VALUE}")
    private String url = "";

    @Option(names = "--json", description = "Prints the JSON document of /api/status.")
    private boolean json;

    @Option(names = "--all", description = "Shows every partition. Default: up to 10 that do not run or lag most.")
    private boolean all;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        String document = fetch();
        if (json) {
            spec.commandLine().getOut().println(document);
            return ExitCode.OK;
        }
        try {
            new StatusTable(all)
                    .lines(Json.read(document, StatusDocument.class))
                    .forEach(line -> spec.commandLine().getOut().println(line));
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, url + " answers, but not as a Replicator daemon does");
        }
    }

    private String fetch() throws CommandException, InterruptedException {
        HttpRequest request = request();
        try {
            HttpResponse<String> response = HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != HTTP_OK) {
                throw new CommandException(
                        ExitCode.UNAVAILABLE, request.uri() + " answers with HTTP status " + response.statusCode());
            }
            return response.body();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    "no daemon answers at " + request.uri() + " ("
                            + e.getClass().getSimpleName()
                            + "); check that it runs, and that --url is its admin.listen");
        }
    }

    private HttpRequest request() throws CommandException {
        try {
            String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
            return HttpRequest.newBuilder(URI.create(base + "/api/status"))
                    .timeout(TIMEOUT)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--url " + url + " is not a URL such as http://127.0.0.1:8080");
        }
    }
}
