package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.http.ApiServer.Page;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ZPagesTest {
    private static PageAnswer page(String path, String accept) {
        ServerCommand command = new ServerCommand();
        new CommandLine(command).parseArgs("--token", "letmein", "--audit-log-mode", "blocking");
        Page page = Objects.requireNonNull(
                ZPages.of(Build.THIS, List.of(command.server, command.node)).get(path));
        return Objects.requireNonNull(page.apply(new PageRequest(
                        "GET",
                        path,
                        Map.of(),
                        Map.of("accept", accept),
                        User.system("jane"),
                        () -> Future.succeededFuture(Buffer.buffer())))
                .result());
    }

    @Test
    void everyFlagIsShownWithItsValueButNoSecret() {
        ServerCommand command = new ServerCommand();
        new CommandLine(command)
                .parseArgs("--token", "letmein", "--cluster-cidr", "10.99.0.0/16", "--audit-log-mode", "blocking");
        String flags = ZPages.lines(ZPages.flags(List.of(command.server, command.node)));
        assertThat(flags)
                .contains("token=CLASSIFIED\n", "cluster-cidr=10.99.0.0/16\n", "audit-log-mode=blocking\n", "data-dir=")
                .doesNotContain("letmein");
        assertThat(ZPages.flags(List.of(new ServerOptions()))).containsEntry("token", "");
    }

    @Test
    void peopleReadText() {
        assertThat(page("/statusz", "application/json, */*").body().toString())
                .startsWith("\nkube-apiserver statusz\nWarning: This endpoint is not meant to be machine parseable")
                .containsPattern(
                        "Started: \\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d UTC \\d{4}\nUp: \\d+ hr \\d\\d min \\d\\d sec\n")
                .endsWith("Paths: /flagz /healthz /livez /metrics /readyz /statusz /version\n");
        assertThat(page("/flagz", "").body().toString()).startsWith("\nkube-apiserver flagz\nWarning: ");
    }

    @Test
    void programsReadAnObjectOfTheVersionThatTheyName() {
        JsonNode flags = Json.parse(page("/flagz", "application/json;v=v1beta1;g=config.k8s.io;as=Flagz")
                .body()
                .getBytes());
        assertThat(flags.path("kind").asText()).isEqualTo("Flagz");
        assertThat(flags.path("apiVersion").asText()).isEqualTo("config.k8s.io/v1beta1");
        assertThat(flags.path("metadata").path("name").asText()).isEqualTo("kube-apiserver");
        assertThat(flags.path("flags").path("audit-log-mode").asText()).isEqualTo("blocking");
        assertThat(flags.path("flags").path("token").asText()).isEqualTo("CLASSIFIED");
        JsonNode status = Json.parse(page("/statusz", "application/json;v=v1beta1;g=config.k8s.io;as=Statusz")
                .body()
                .getBytes());
        assertThat(status.path("startTime").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(status.path("uptimeSeconds").isIntegralNumber()).isTrue();
        assertThat(status.path("paths")).hasSize(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json",
                "application/json;v=v1;g=config.k8s.io;as=Statusz",
                "application/json;v=v1beta1;g=config.k8s.io;as=Flagz",
                "application/json;v=v1beta1;as=Statusz",
                "text/html"
            })
    void aFormThatIsNotThereIsNotAcceptable(String accept) {
        PageAnswer answer = page("/statusz", accept);
        assertThat(answer.code()).isEqualTo(406);
        assertThat(answer.body().toString())
                .contains("text/plain, application/json;g=config.k8s.io;v=v1beta1;as=Statusz");
    }
}
