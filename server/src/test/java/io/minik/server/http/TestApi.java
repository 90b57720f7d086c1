package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.admission.Admission;
import io.minik.server.admission.AdmissionPlugins;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.encryption.EncryptedStore;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.registry.Result;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A whole API server over a memory store, asked in process, for tests that wait for answers. */
public final class TestApi implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final MemoryStore store = new MemoryStore(vertx);
    private final Schema schema = Schema.load();
    private final EncryptedStore encrypted = new EncryptedStore(store, schema.stored());
    private ApiServer server;

    public TestApi() {
        this(PodSecurityConfig.NONE);
    }

    public TestApi(PodSecurityConfig podSecurity) {
        server = DevServer.of(vertx, encrypted, podSecurity);
        await(server.start());
        create(Resources.SERVICE_ACCOUNTS, "default", "{'metadata':{'name':'default'}}");
    }

    public TestApi(AdmissionPlugins plugins) {
        server = DevServer.of(vertx, store, plugins);
        await(server.start());
        create(Resources.SERVICE_ACCOUNTS, "default", "{'metadata':{'name':'default'}}");
    }

    /** With steps of a test's own. */
    public TestApi(Authorizer authorizer, List<Admission> rules) {
        server = DevServer.of(vertx, encrypted, authorizer, rules);
        await(server.start());
        create(Resources.SERVICE_ACCOUNTS, "default", "{'metadata':{'name':'default'}}");
    }

    public Vertx vertx() {
        return vertx;
    }

    public MemoryStore store() {
        return store;
    }

    public EncryptedStore encryption() {
        return encrypted;
    }

    /** Another server over the same store, which knows of it what it finds there. */
    public void restart() {
        await(server.stop());
        server = DevServer.of(vertx, encrypted, PodSecurityConfig.NONE);
        await(server.start());
    }

    public ApiServer server() {
        return server;
    }

    public Transport transport() {
        return server.transport(User.system("tester", User.MASTERS));
    }

    /** @param json with single quotes */
    public KubeObject create(Resource resource, String namespace, String json) {
        return await(createLater(resource, namespace, json));
    }

    public Future<KubeObject> createLater(Resource resource, String namespace, String json) {
        return send(Verb.CREATE, resource, ObjectKey.of(namespace, ""), "", Map.of(), "application/json", json);
    }

    /** What a write was answered with besides the object. @param annotations what the audit log was told */
    public record Said(KubeObject object, List<String> warnings, Map<String, String> annotations) {}

    /** Creates, and keeps what was said of it. */
    public Said said(Resource resource, String namespace, String json) {
        return said(Verb.CREATE, resource, ObjectKey.of(namespace, ""), Map.of(), "application/json", json);
    }

    public Said mergeSaid(Resource resource, ObjectKey key, String patch) {
        return said(Verb.PATCH, resource, key, Map.of(), "application/merge-patch+json", patch);
    }

    public Said said(
            Verb verb, Resource resource, ObjectKey key, Map<String, String> query, String contentType, String json) {
        Map<String, String> annotations = new HashMap<>();
        Result result = await(server.registry()
                .handle(new Request(
                        verb,
                        schema.findResource(resource.apiVersion(), resource.plural())
                                .orElseThrow(),
                        key,
                        "",
                        query,
                        new Requester(User.system("tester", User.MASTERS), "test", annotations::put, () -> false),
                        Request.Body.of(contentType, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))));
        return new Said(result.object(), result.warnings(), annotations);
    }

    public Future<KubeObject> createAs(String user, Resource resource, String namespace, String json) {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return server.transport(User.system(user, User.MASTERS))
                .send(new ApiCall(
                        Verb.CREATE, resource, ObjectKey.of(namespace, ""), "", Map.of(), "application/json", body));
    }

    public KubeObject get(Resource resource, String namespace, String name) {
        return await(send(Verb.GET, resource, ObjectKey.of(namespace, name), "", Map.of(), "", ""));
    }

    public KubeObject update(Resource resource, KubeObject object, String subresource) {
        return await(transport()
                .send(new ApiCall(
                        Verb.UPDATE,
                        resource,
                        object.key(),
                        subresource,
                        Map.of(),
                        "application/json",
                        object.bytes())));
    }

    public KubeObject merge(Resource resource, ObjectKey key, String subresource, String patch) {
        return await(send(Verb.PATCH, resource, key, subresource, Map.of(), "application/merge-patch+json", patch));
    }

    public KubeObject delete(Resource resource, ObjectKey key, String options) {
        return await(send(Verb.DELETE, resource, key, "", Map.of(), "application/json", options));
    }

    /** Waits, on a watch, until an object's text at a path is what it should become. */
    public void awaitValue(Resource resource, ObjectKey key, String wanted, String... path) {
        awaitValue(resource, key.namespace(), "metadata.name=" + key.name(), wanted, path);
    }

    /** The same of whichever object a field selector finds. */
    public void awaitValue(Resource resource, String namespace, String fieldSelector, String wanted, String... path) {
        Promise<Void> seen = Promise.promise();
        ApiCall call = new ApiCall(
                Verb.WATCH,
                resource,
                ObjectKey.of(namespace, ""),
                "",
                Map.of("fieldSelector", fieldSelector),
                "",
                new byte[0]);
        WatchHandle watch = await(transport().watch(call, new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {
                if (event.object().text(path).equals(wanted)) {
                    seen.tryComplete();
                }
            }

            @Override
            public void onEnd(Optional<ApiException> why) {
                seen.tryFail("the watch ended");
            }
        }));
        await(seen.future());
        watch.close();
    }

    public KubeList list(Resource resource, String namespace, Map<String, String> query) {
        return await(transport()
                .list(new ApiCall(Verb.LIST, resource, ObjectKey.of(namespace, ""), "", query, "", new byte[0])));
    }

    public Future<KubeObject> send(
            Verb verb,
            Resource resource,
            ObjectKey key,
            String subresource,
            Map<String, String> query,
            String contentType,
            String json) {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return transport().send(new ApiCall(verb, resource, key, subresource, query, contentType, body));
    }

    public static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** The answer; an ApiException is thrown as itself. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException api) {
                throw api;
            }
            throw new AssertionError("failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    @Override
    public void close() {
        await(server.stop());
        await(store.close());
        await(vertx.close());
    }
}
