package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.KubeList;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InProcessTransportTest {
    private static final ObjectKey KEY = ObjectKey.of("default", "c");

    private final TestApi api = new TestApi();
    private final AtomicInteger encoded = new AtomicInteger();
    private final ApiClient client = new ApiClient(new Counting(api.transport()), "test");

    @AfterEach
    void close() {
        api.close();
    }

    /** Hands calls on, and counts how often somebody wants their body as bytes. */
    private final class Counting implements Transport {
        private final Transport next;

        Counting(Transport next) {
            this.next = next;
        }

        private ApiCall counted(ApiCall call) {
            return new ApiCall(
                    call.verb(),
                    call.resource(),
                    call.key(),
                    call.subresource(),
                    call.query(),
                    call.contentType(),
                    () -> {
                        encoded.incrementAndGet();
                        return call.body();
                    },
                    call.tree());
        }

        @Override
        public Future<KubeObject> send(ApiCall call) {
            return next.send(counted(call));
        }

        @Override
        public Future<KubeList> list(ApiCall call) {
            return next.list(counted(call));
        }

        @Override
        public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
            return next.watch(counted(call), handler);
        }
    }

    private static KubeObject map(String value) {
        return KubeObject.named(
                "v1", "ConfigMap", KEY, tree -> tree.putObject("data").put("a", value));
    }

    private String value() {
        return TestApi.await(client.get(Resources.CONFIG_MAPS, KEY)).text("data", "a");
    }

    @Test
    void noWriteOfThisProcessIsEncodedOrDecoded() {
        KubeObject made = TestApi.await(client.create(Resources.CONFIG_MAPS, map("1")));
        assertThat(made.text("data", "a")).isEqualTo("1");
        TestApi.await(client.update(Resources.CONFIG_MAPS, made.edit(tree -> Json.child(tree, "data")
                .put("a", "2"))));
        assertThat(value()).isEqualTo("2");
        for (PatchType type : new PatchType[] {PatchType.MERGE, PatchType.STRATEGIC}) {
            ObjectNode patch = Json.object();
            patch.putObject("data").put("a", type.name());
            TestApi.await(client.patch(Resources.CONFIG_MAPS, KEY, "", type, patch));
            assertThat(value()).isEqualTo(type.name());
        }
        KubeObject node = TestApi.await(
                client.create(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster("n"), tree -> {})));
        TestApi.await(client.update(
                Resources.NODES,
                node.edit(tree ->
                        Json.child(Json.child(tree, "status"), "capacity").put("cpu", "4")),
                "status"));
        assertThat(TestApi.await(client.get(Resources.NODES, ObjectKey.cluster("n")))
                        .text("status", "capacity", "cpu"))
                .isEqualTo("4");
        TestApi.await(client.delete(Resources.CONFIG_MAPS, KEY, DeleteOptions.DEFAULT));
        TestApi.await(
                client.deleteCollection(Resources.CONFIG_MAPS, "default", ListOptions.ALL, DeleteOptions.DEFAULT));
        assertThat(encoded).hasValue(0);
    }

    /** What the caller gave stays its own: the server neither writes to it nor stores what is written to it later. */
    @Test
    void theTreeThatWasGivenStaysTheCallers() {
        KubeObject given = map("1");
        ObjectNode before = given.tree().deepCopy();
        TestApi.await(client.create(Resources.CONFIG_MAPS, given));
        assertThat(given.tree()).isEqualTo(before);
        ObjectNode patch = Json.object();
        ObjectNode data = patch.putObject("data").put("b", "given");
        TestApi.await(client.patch(Resources.CONFIG_MAPS, KEY, "", PatchType.MERGE, patch));
        data.put("b", "changed afterwards");
        assertThat(TestApi.await(client.get(Resources.CONFIG_MAPS, KEY)).text("data", "b"))
                .isEqualTo("given");
    }
}
