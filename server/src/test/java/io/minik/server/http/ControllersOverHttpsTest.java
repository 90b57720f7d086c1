package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.HttpTransport;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.TlsIdentity;
import io.minik.server.controllers.LiveControllers;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole client side on the real API server, over HTTP/2 with TLS and client certificates. */
class ControllersOverHttpsTest {
    /** Only so that a failure ends. */
    private static final long LIMIT_SECONDS = 90;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private @Nullable ApiClient api;
    private @Nullable Informers informers;

    @BeforeEach
    void start() {
        Pki pki = Pki.open(
                folder, PkiConfig.of("cluster.local", List.of("10.43.0.1"), "box", List.of("127.0.0.1"), List.of()));
        ApiServer server = DevServer.of(
                vertx,
                new MemoryStore(vertx),
                DevServer.config(
                        0,
                        Optional.of(KeyCertOptions.wrap(TlsIdentity.of(
                                pki.apiServer().certificatePem(),
                                pki.apiServer().keyPem()))),
                        Optional.of(
                                new ClientAuthority(List.of(pki.clientCa().certificate()), InstantSource.system()))));
        await(server.start());
        HttpTransport transport = new HttpTransport(
                vertx,
                HttpTransport.Config.withCertificate(
                        URI.create("https://127.0.0.1:" + server.port()),
                        pki.serverCa().pem(),
                        pki.admin().certificatePem(),
                        pki.admin().keyPem(),
                        "test"));
        api = new ApiClient(transport, "test");
        informers = new Informers(Loop.on(context), api);
        await(LiveControllers.start(vertx, transport));
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void aDeploymentComesUpAndGoesWithAllItsPods() {
        ApiClient client = Objects.requireNonNull(api);
        KubeObject deployment = KubeObject.named("apps/v1", "Deployment", ObjectKey.of("default", "web"), tree -> {
            ObjectNode spec = tree.putObject("spec").put("replicas", 3);
            spec.putObject("selector").putObject("matchLabels").put("app", "web");
            ObjectNode template = spec.putObject("template");
            template.putObject("metadata").putObject("labels").put("app", "web");
            template.putObject("spec")
                    .putArray("containers")
                    .addObject()
                    .put("name", "c")
                    .put("image", "busybox");
        });
        await(client.create(Resources.DEPLOYMENTS, deployment));
        await(until(Resources.DEPLOYMENTS, all -> all.list().stream()
                .anyMatch(each -> Json.intOr(0, each.tree(), "status", "availableReplicas") == 3)));
        await(until(Resources.EVENTS, all -> all.list().stream()
                .anyMatch(each -> each.text("reason").equals("Scheduled"))));
        await(client.delete(Resources.DEPLOYMENTS, deployment.key(), DeleteOptions.DEFAULT.propagate("Foreground")));
        await(until(Resources.PODS, all -> all.list().isEmpty()));
        await(until(Resources.DEPLOYMENTS, all -> all.list().isEmpty()));
        assertThat(await(client.list(Resources.REPLICA_SETS, "default", ListOptions.ALL))
                        .items())
                .isEmpty();
    }

    /** Succeeds once an informer shows it. */
    private Future<Void> until(Resource resource, Predicate<Informer> holds) {
        Promise<Void> seen = Promise.promise();
        context.runOnContext(ignored -> {
            Informer informer = Objects.requireNonNull(informers).of(resource);
            informer.onChange((before, now) -> context.runOnContext(later -> check(informer, holds, seen)));
            informer.start()
                    .synced()
                    .onSuccess(done -> check(informer, holds, seen))
                    .onFailure(seen::tryFail);
        });
        return seen.future();
    }

    private static void check(Informer informer, Predicate<Informer> holds, Promise<Void> seen) {
        if (informer.isSynced() && holds.test(informer)) {
            seen.tryComplete();
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
