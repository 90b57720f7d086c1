package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.cli.log.LogSettings;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code minik secrets-encrypt}: asks the running server of this machine, as its administrator. */
@Command(
        name = "secrets-encrypt",
        description = {
            "Encryption of Secrets at rest, on a running server.",
            "status        whether Secrets are encrypted, and how far a change is",
            "enable        encrypt them, those that are there already included",
            "disable       write them all in the clear again",
            "rotate-keys   make a new key, encrypt all with it, forget the old one",
            "reencrypt     write all that is not as the configuration says"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SecretsEncryptCommand implements Callable<Integer> {
    private static final long ANSWER_SECONDS = 30;
    private static final long LOOK_MILLIS = 200;

    @Parameters(paramLabel = "ACTION", description = "status, enable, disable, rotate-keys or reencrypt")
    String action = "status";

    @Option(
            names = "--https-listen-port",
            paramLabel = "PORT",
            defaultValue = "6443",
            description = "port of the API server (default ${DEFAULT-VALUE})")
    int port = 6443;

    @Mixin
    NodeOptions node = new NodeOptions();

    @Override
    public Integer call() throws InterruptedException {
        LogSettings.set(node.level() == Level.INFO ? Level.WARN : node.level(), node.jsonLog());
        node.places();
        Path tls = node.dataDir.resolve("server/tls");
        if (!Files.isReadable(tls.resolve("client-admin.key"))) {
            throw new StartFailure(
                    "no server's keys in " + tls + ": run it on the server, as root, with its --data-dir");
        }
        Vertx vertx = Vertx.vertx();
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                    .setDefaultHost("127.0.0.1")
                    .setDefaultPort(port)
                    .setSsl(true)
                    .setTrustOptions(new PemTrustOptions()
                            .addCertPath(tls.resolve("server-ca.crt").toString()))
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(tls.resolve("client-admin.crt").toString())
                            .setKeyPath(tls.resolve("client-admin.key").toString())));
            if (action.equals("status")) {
                print(ask(client, HttpMethod.GET, Encryption.PATH));
                return 0;
            }
            JsonNode status = ask(client, HttpMethod.POST, Encryption.PATH + "?action=" + action);
            long told = -1;
            while (!Json.text(status, "stage").isEmpty()) {
                if (status.path("written").asLong() != told) {
                    told = status.path("written").asLong();
                    System.out.println("encrypted anew: " + told + " of " + status.path("looked") + " looked at");
                }
                status = answer(vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                        .compose(unused -> asked(client, HttpMethod.GET, Encryption.PATH)));
            }
            print(status);
            return status.path("failed").asLong() == 0 ? 0 : Main.FAILED;
        } finally {
            vertx.close().onFailure(error -> System.err.println("minik: " + error.getMessage()));
        }
    }

    private static void print(JsonNode status) {
        System.out.println("Encryption Status: " + (status.path("enabled").asBoolean() ? "Enabled" : "Disabled"));
        if (!Json.text(status, "by").isEmpty()) {
            System.out.println("Configuration: " + Json.text(status, "by"));
        }
        List<String> keys = new ArrayList<>();
        status.path("keys").forEach(key -> keys.add(key.asText()));
        if (!keys.isEmpty()) {
            System.out.println("Keys: " + String.join(", ", keys) + " (the first one encrypts)");
        }
        if (status.path("looked").asLong() > 0) {
            System.out.println("Objects: " + status.path("looked") + " looked at, " + status.path("written")
                    + " encrypted anew, " + status.path("failed") + " unreadable");
        }
    }

    private static JsonNode ask(HttpClient client, HttpMethod method, String path) throws InterruptedException {
        return answer(asked(client, method, path));
    }

    private static Future<JsonNode> asked(HttpClient client, HttpMethod method, String path) {
        return client.request(method, path).compose(request -> request.send()
                .compose(response -> response.body().map(body -> told(response.statusCode(), body.getBytes()))));
    }

    private static JsonNode answer(Future<JsonNode> answer) throws InterruptedException {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new StartFailure(
                    "the server does not answer: "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage(),
                    e);
        } catch (TimeoutException e) {
            throw new StartFailure("the server does not answer within " + ANSWER_SECONDS + " s", e);
        }
    }

    private static JsonNode told(int code, byte[] body) {
        JsonNode tree = Json.parse(body);
        if (code / 100 != 2) {
            String why = Json.text(tree, "error");
            throw new IllegalStateException(why.isEmpty() ? Json.text(tree, "message") : why);
        }
        return tree;
    }
}
