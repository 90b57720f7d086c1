package io.minik.server.registry;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.KubeList;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListReadsTest {
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aListThatTookTooLongMayGoOnWithWhatThereIsNow() {
        for (String name : new String[] {"a", "b", "c"}) {
            api.create(CONFIG_MAPS, "kube-public", "{'metadata':{'name':'" + name + "'}}");
        }
        KubeList first = api.list(CONFIG_MAPS, "kube-public", Map.of("limit", "1"));
        api.delete(CONFIG_MAPS, ObjectKey.of("kube-public", "b"), "{}");
        TestApi.await(api.store().compact(api.store().status().revision()));
        AtomicReference<String> token = new AtomicReference<>("");
        Map<String, String> next = Map.of("limit", "1", "continue", first.continueToken());
        assertThatThrownBy(() -> api.list(CONFIG_MAPS, "kube-public", next))
                .isInstanceOfSatisfying(ApiException.class, error -> {
                    assertThat(error.status().code()).isEqualTo(410);
                    assertThat(error.getMessage()).startsWith("The provided continue parameter is too old to display");
                    token.set(error.status().continueToken());
                    assertThat(error.status().tree().at("/metadata/continue").asText())
                            .isEqualTo(token.get());
                });
        KubeList rest = api.list(CONFIG_MAPS, "kube-public", Map.of("limit", "1", "continue", token.get()));
        assertThat(rest.items()).extracting(KubeObject::name).containsExactly("c");
        assertThat(Long.parseLong(rest.resourceVersion())).isGreaterThan(Long.parseLong(first.resourceVersion()));
        assertThat(rest.continueToken()).isEmpty();
    }

    @Test
    void aWatchInThisProcessEndsWhenItSaid() {
        Promise<Optional<ApiException>> ended = Promise.promise();
        ApiCall call = new ApiCall(
                Verb.WATCH,
                CONFIG_MAPS,
                ObjectKey.of("default", ""),
                "",
                Map.of("timeoutSeconds", "1"),
                "",
                new byte[0]);
        TestApi.await(api.transport().watch(call, new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {}

            @Override
            public void onEnd(Optional<ApiException> why) {
                ended.tryComplete(why);
            }
        }));
        assertThat(TestApi.await(ended.future())).isEmpty();
    }
}
