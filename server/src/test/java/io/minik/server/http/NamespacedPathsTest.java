package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may do everything in one namespace may do it there: no path leads him out. */
class NamespacedPathsTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile boolean everything = true;
    private ApiServer server;

    @BeforeEach
    void start() throws Exception {
        Authorizer ruler = (user, asked) -> Future.succeededFuture(new Decision(
                everything || (asked.resourceRequest() && asked.namespace().equals("shop"))
                        ? Outcome.ALLOW
                        : Outcome.NO_OPINION,
                ""));
        server = DevServer.of(vertx, new MemoryStore(vertx), ruler, List.of());
        server.start().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        for (String name : List.of("shop", "other")) {
            post("/api/v1/namespaces", "{'metadata':{'name':'" + name + "'}}");
            post("/api/v1/namespaces/" + name + "/configmaps", "{'metadata':{'name':'c'},'data':{'a':'" + name + "'}}");
        }
        for (String name : List.of("shop", "other")) {
            post("/api/v1/namespaces/" + name + "/serviceaccounts", "{'metadata':{'name':'default'}}");
            post(
                    "/api/v1/namespaces/" + name + "/pods",
                    "{'metadata':{'name':'web-" + name + "'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        }
        post("/api/v1/nodes", "{'metadata':{'name':'n1'}}");
        everything = false;
    }

    @AfterEach
    void stop() throws Exception {
        server.stop().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private HttpResponse<String> ask(String method, String path, String body) throws Exception {
        String type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .header("Content-Type", type)
                        .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void post(String path, String body) throws Exception {
        assertThat(ask("POST", path, body).statusCode()).isEqualTo(201);
    }

    private String everything(String path) throws Exception {
        everything = true;
        try {
            return ask("GET", path, "").body();
        } finally {
            everything = false;
        }
    }

    @Test
    void withinItsNamespaceAllIsAllowed() throws Exception {
        assertThat(ask("GET", "/api/v1/namespaces/shop/configmaps/c", "").statusCode())
                .isEqualTo(200);
        assertThat(ask("GET", "/api/v1/namespaces/shop", "").statusCode()).isEqualTo(200);
        assertThat(ask("PATCH", "/api/v1/namespaces/shop/status", "{}").statusCode())
                .isEqualTo(200);
        assertThat(ask("GET", "/api/v1/namespaces/other/configmaps/c", "").statusCode())
                .isEqualTo(403);
        assertThat(ask("GET", "/api/v1/nodes/n1", "").statusCode()).isEqualTo(403);
        assertThat(ask("GET", "/api/v1/configmaps", "").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/namespaces/shop/nodes",
                "GET /api/v1/namespaces/shop/nodes/n1",
                "DELETE /api/v1/namespaces/shop/nodes/n1",
                "PATCH /api/v1/namespaces/shop/nodes/n1/status",
                "GET /api/v1/namespaces/shop/nodes/n1/status",
                "GET /api/v1/namespaces/shop/nodes/n1/proxy/pods",
                "POST /api/v1/namespaces/shop/nodes/n1/proxy/run/other/web/c",
                "GET /api/v1/watch/namespaces/shop/nodes",
                "GET /api/v1/namespaces/shop/namespaces/other",
                "PATCH /api/v1/namespaces/shop/namespaces/other",
                "DELETE /api/v1/namespaces/shop/namespaces/other",
                "PUT /api/v1/namespaces/shop/namespaces/other/finalize",
                "PATCH /api/v1/namespaces/shop/namespaces/other/status",
                "GET /api/v1/namespaces/shop/namespaces",
                "GET /api/v1/namespaces/shop/namespaces/other/configmaps/c",
                "POST /api/v1/namespaces/shop/namespaces",
                "PATCH /apis/certificates.k8s.io/v1/namespaces/shop/certificatesigningrequests/x/approval",
                "POST /apis/rbac.authorization.k8s.io/v1/namespaces/shop/clusterrolebindings",
                "GET /api/v1/namespaces/shop/persistentvolumes/pv/status",
                "POST /apis/authentication.k8s.io/v1/namespaces/shop/tokenreviews",
                "POST /apis/authorization.k8s.io/v1/namespaces/shop/subjectaccessreviews",
            })
    void noPathLeadsOut(String line) throws Exception {
        String nodes = everything("/api/v1/nodes");
        String namespaces = everything("/api/v1/namespaces");
        String method = line.substring(0, line.indexOf(' '));
        String body = method.equals("GET") || method.equals("DELETE")
                ? ""
                : "{'metadata':{'name':'other','labels':{'taken':'over'},'annotations':{'taken':'over'}}}";
        HttpResponse<String> answer = ask(method, line.substring(line.indexOf(' ') + 1), body);
        assertThat(answer.statusCode()).as(answer.body()).isIn(403, 404, 405);
        assertThat(everything("/api/v1/nodes")).isEqualTo(nodes);
        assertThat(everything("/api/v1/namespaces")).isEqualTo(namespaces);
    }

    /** What a body says of another namespace or another object is refused, or counts for nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/configmaps|{'metadata':{'name':'d','namespace':'other'}}",
                "PUT|/configmaps/c|{'metadata':{'name':'c','namespace':'other'},'data':{'a':'taken'}}",
                "PUT|/configmaps/c|{'metadata':{'name':'d','namespace':'shop'},'data':{'a':'taken'}}",
                "PATCH|/configmaps/c|{'metadata':{'namespace':'other'},'data':{'a':'taken'}}",
                "PATCH|/configmaps/c|{'metadata':{'name':'d'}}",
                "POST|/pods/web-shop/eviction|{'metadata':{'name':'web-other','namespace':'other'}}",
                "POST|/pods/web-shop/eviction|{'metadata':{'name':'web-other'}}",
                "POST|/pods/web-shop/binding|{'metadata':{'name':'web-other','namespace':'other'},'target':{'name':'n1'}}",
                "POST|/pods/web-shop/binding|{'metadata':{'name':'web-other'},'target':{'name':'n1'}}",
                "POST|/bindings|{'metadata':{'name':'web-other','namespace':'other'},'target':{'name':'n1'}}",
                "POST|/bindings|{'metadata':{'name':'web-other'},'target':{'name':'n1'}}",
                "PUT|/pods/web-shop/status|{'metadata':{'name':'web-other','namespace':'other'}}",
                "PUT|/pods/web-shop/ephemeralcontainers|{'metadata':{'name':'web-other','namespace':'other'}}",
                "DELETE|/configmaps?fieldSelector=metadata.namespace%3Dother|",
                "DELETE|/configmaps/..%2F..%2Fother%2Fconfigmaps%2Fc|",
                "DELETE|/../other/configmaps/c|",
                "GET|/../../../../api/v1/nodes/n1|",
            })
    void noBodyLeadsOut(String method, String path, String body) throws Exception {
        String others = everything("/api/v1/namespaces/other/configmaps") + everything("/api/v1/namespaces/other/pods");
        HttpResponse<String> answer = ask(method, "/api/v1/namespaces/shop" + path, body == null ? "" : body);
        if (!(method.equals("DELETE") && path.contains("fieldSelector"))) {
            assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
        }
        assertThat(everything("/api/v1/namespaces/other/configmaps") + everything("/api/v1/namespaces/other/pods"))
                .isEqualTo(others);
    }
}
