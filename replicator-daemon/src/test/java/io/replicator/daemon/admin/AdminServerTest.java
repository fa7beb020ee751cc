package io.replicator.daemon.admin;

import static io.replicator.daemon.Snapshots.failed;
import static io.replicator.daemon.Snapshots.flow;
import static io.replicator.daemon.Snapshots.partition;
import static io.replicator.daemon.Snapshots.running;
import static io.replicator.daemon.Snapshots.standby;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.daemon.Snapshots;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AdminServerTest {
    private volatile List<FlowStatus> flows = List.of(running(partition("orders", 0, 90, 100)));
    private volatile List<String> stuck = List.of();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = AdminServer.bind("127.0.0.1", 0);
        server.serve(Map.of(
                "/api/status",
                new StatusPage("1.2", "i1", () -> flows, flow -> Snapshots.groups()),
                "/api/flows/x/groups",
                new GroupsPage(Snapshots::groups),
                "/health/live",
                HealthPage.live(() -> stuck),
                "/health/ready",
                HealthPage.ready(() -> stuck, () -> flows),
                "/broken",
                request -> {
                    throw new IllegalStateException("password=hunter2");
                }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldSayTheStatusInTheOrderPromised() throws Exception {
        assertThat(request("GET", "/api/status").body())
                .isEqualTo("{\"version\":\"1.2\",\"instance\":\"i1\",\"flows\":[{\"name\":\"x\",\"state\":\"RUNNING\","
                        + "\"caughtUp\":false,\"lagRecords\":10,\"recordsPerSecond\":1234.5,\"bytesPerSecond\":2500000.0,"
                        + "\"etaSeconds\":1,\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"state\":\"RUNNING\","
                        + "\"reason\":null,\"sourceStart\":0,\"sourceEnd\":100,\"position\":90,\"lagRecords\":10,"
                        + "\"lagMillis\":1500,\"targetTopic\":\"orders\",\"targetEnd\":90,\"lane\":0,\"resumesWhen\":null,"
                        + "\"records\":90,\"bytes\":900,\"gapRecords\":9,\"truncatedRecords\":4,"
                        + "\"recreations\":1}],\"reason\":null,\"source\":\"east\",\"target\":\"west\","
                        + "\"shards\":{\"owned\":[0,3],\"total\":16},"
                        + "\"groups\":{\"lookedAt\":\"1970-01-01T00:00:02Z\",\"trouble\":null,\"groups\":1,\"lagRecords\":5,"
                        + "\"positions\":{\"SYNCED\":1,\"NOT_YET\":1}}}]}");
    }

    @Test
    void shouldSayWhatBecameOfEachGroupsPosition() throws Exception {
        assertThat(request("GET", "/api/flows/x/groups").body())
                .isEqualTo("{\"lookedAt\":\"1970-01-01T00:00:02Z\",\"trouble\":null,\"positions\":["
                        + "{\"group\":\"billing\",\"topic\":\"a\",\"partition\":0,\"state\":\"SYNCED\",\"sourceOffset\":70,"
                        + "\"targetOffset\":65,\"exact\":true,\"syncedAt\":\"1970-01-01T00:00:01Z\",\"reason\":null,"
                        + "\"targetGroup\":\"billing\",\"targetTopic\":\"a\",\"lagRecords\":0},"
                        + "{\"group\":\"billing\",\"topic\":\"a\",\"partition\":1,\"state\":\"NOT_YET\",\"sourceOffset\":95,"
                        + "\"targetOffset\":null,\"exact\":false,\"syncedAt\":null,\"reason\":\"why\","
                        + "\"targetGroup\":\"billing\",\"targetTopic\":\"a\",\"lagRecords\":5}]}");
    }

    @Test
    void shouldBeReadyWhileAFlowCopies() throws Exception {
        flows = List.of(running(partition("a", 0, 1, 1), failed("b", 0, "record too large")));

        assertThat(request("GET", "/health/ready").statusCode()).isEqualTo(200);
        assertThat(request("GET", "/health/ready").body()).isEqualTo("{\"ok\":true,\"reasons\":[]}");
    }

    @Test
    void shouldBeReadyWhileStandingBy() throws Exception {
        flows = List.of(standby());

        assertThat(request("GET", "/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNotBeReadyWhenAFlowStartsOrAllItsPartitionsAreHeldUp() throws Exception {
        flows = List.of(
                flow("y", FlowState.STARTING, "west does not answer"), running(failed("b", 0, "record too large")));

        HttpResponse<String> ready = request("GET", "/health/ready");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo("{\"ok\":false,\"reasons\":[\"flow y is STARTING: west does not answer\","
                        + "\"flow x: no partition is copied; b-0 is FAILED: record too large\"]}");
        assertThat(request("GET", "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNotBeReadyWhileARunningFlowDoesNotReachACluster() throws Exception {
        flows = List.of(flow("x", FlowState.RUNNING, "west does not answer", partition("a", 0, 1, 1)));

        HttpResponse<String> ready = request("GET", "/health/ready");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("{\"ok\":false,\"reasons\":[\"flow x: west does not answer\"]}");
    }

    @Test
    void shouldNotBeAliveWhenAThreadIsStuck() throws Exception {
        stuck = List.of("lane-0-fetcher");

        assertThat(request("GET", "/health/live").statusCode()).isEqualTo(503);
        assertThat(request("GET", "/health/live").body()).contains("thread lane-0-fetcher is stuck");
        assertThat(request("GET", "/health/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void shouldAnswerWrongRequestsInJson() throws Exception {
        HttpResponse<String> wrongMethod = request("POST", "/api/status");

        assertThat(request("GET", "/nowhere").statusCode()).isEqualTo(404);
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(wrongMethod.body()).startsWith("{\"error\":");
    }

    @Test
    void shouldKeepTheCauseOfAnInternalErrorToItself() throws Exception {
        HttpResponse<String> broken = request("GET", "/broken");

        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).doesNotContain("hunter2");
    }

    @Test
    void shouldSayThatThePortIsInUse() {
        assertThatThrownBy(() -> AdminServer.bind("127.0.0.1", server.port()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("admin.listen: cannot listen on 127.0.0.1:" + server.port() + ": ");
    }

    @Test
    void shouldSayThatTheHostHasNoAddress() {
        assertThatThrownBy(() -> AdminServer.bind("no.such.host.invalid", 0))
                .isInstanceOf(IOException.class)
                .hasMessage("admin.listen: no address found for host no.such.host.invalid");
    }

    private HttpResponse<String> request(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
