package io.minik.server.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private final TestApi api = new TestApi();

    @AfterEach
    void stop() {
        api.close();
    }

    private String endpoint(String advertised) throws Exception {
        new Bootstrap(api.transport(), "10.43.0.0/16", advertised, () -> 6443, Map.of())
                .run()
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        KubeObject found = new ApiClient(api.transport(), "test")
                .get(Resources.ENDPOINT_SLICES, ObjectKey.of("default", "kubernetes"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        return Json.stringList(found.at("endpoints").path(0), "addresses").get(0);
    }

    @Test
    void theAddressFollowsTheMachine() throws Exception {
        assertThat(endpoint("192.0.2.7")).isEqualTo("192.0.2.7");
        assertThat(endpoint("192.0.2.8")).isEqualTo("192.0.2.8");
    }

    /** A laptop on a train starts too; where the API server was last is as good as anything. */
    @Test
    void aMachineWithLoopbackAloneStarts() throws Exception {
        assertThat(endpoint("192.0.2.7")).isEqualTo("192.0.2.7");
        assertThat(endpoint("127.0.0.1")).isEqualTo("192.0.2.7");
    }
}
