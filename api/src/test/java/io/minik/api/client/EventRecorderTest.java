package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventRecorderTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final EventRecorder events = new EventRecorder(loop, new ApiClient(api, "test"), "kubelet", "node1");
    private final KubeObject pod = api.put(
            Resources.PODS,
            KubeObject.named("v1", "Pod", ObjectKey.of("default", "web"), tree -> Json.child(tree, "spec")));

    @Test
    void theSameEventAgainBecomesACount() {
        for (int i = 0; i < 3; i++) {
            events.warning(pod, "BackOff", "restarting failed container");
            loop.advance(Duration.ofSeconds(10));
        }
        assertThat(api.all(Resources.EVENTS)).hasSize(1);
        KubeObject event = api.all(Resources.EVENTS).get(0);
        assertThat(Json.intOr(0, event.tree(), "count")).isEqualTo(3);
        assertThat(event.text("source", "component")).isEqualTo("kubelet");
        assertThat(event.text("source", "host")).isEqualTo("node1");
        assertThat(event.text("involvedObject", "uid")).isEqualTo(pod.uid());
        assertThat(event.text("firstTimestamp")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(event.text("lastTimestamp")).isEqualTo("2026-01-01T00:00:20Z");
    }

    /** As on every server that has more to do than this. */
    @Test
    void whatIsToldAgainBeforeTheServerHasTheEventIsItsCountToo() {
        Transport slow = new Transport() {
            @Override
            public Future<KubeObject> send(ApiCall call) {
                Promise<KubeObject> answer = Promise.promise();
                boolean creates = call.verb() == ApiCall.Verb.CREATE;
                loop.after(Duration.ofMillis(creates ? 20 : 1), () -> api.send(call)
                        .onComplete(answer));
                return answer.future();
            }

            @Override
            public Future<KubeList> list(ApiCall call) {
                return api.list(call);
            }

            @Override
            public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
                return api.watch(call, handler);
            }
        };
        EventRecorder recorder = new EventRecorder(loop, new ApiClient(slow, "test"), "kubelet", "node1");
        for (int i = 0; i < 3; i++) {
            recorder.warning(pod, "BackOff", "restarting failed container");
            loop.advance(Duration.ofMillis(5));
        }
        loop.advance(Duration.ofSeconds(1));
        assertThat(api.all(Resources.EVENTS)).singleElement().satisfies(event -> assertThat(
                        Json.intOr(0, event.tree(), "count"))
                .isEqualTo(3));
    }

    /** Names of events have the object's name and a number, but not its kind. */
    @Test
    void recordersOfOneMomentDoNotTakeEachOthersNames() {
        new EventRecorder(loop, new ApiClient(api, "test"), "kubelet", "node1").normal(pod, "Started", "it runs");
        events.normal(pod, "Pulled", "it is here");
        loop.settle();
        assertThat(api.all(Resources.EVENTS)).hasSize(2);
    }

    @Test
    void manyAlikeBecomeOne() {
        for (int i = 0; i < 20; i++) {
            events.normal(pod, "Odd", "number " + i);
            loop.settle();
        }
        assertThat(api.all(Resources.EVENTS)).hasSize(11);
        assertThat(api.all(Resources.EVENTS))
                .filteredOn(event -> event.text("message").startsWith("(combined from similar events)"))
                .singleElement()
                .satisfies(event ->
                        assertThat(Json.intOr(0, event.tree(), "count")).isEqualTo(10));
    }

    @Test
    void anObjectGoneMadIsCutOff() {
        for (int i = 0; i < 200; i++) {
            events.normal(pod, "Reason" + i, "x");
            loop.settle();
        }
        assertThat(api.all(Resources.EVENTS)).hasSize(25);
        loop.advance(Duration.ofMinutes(6));
        events.normal(pod, "Later", "x");
        loop.settle();
        assertThat(api.all(Resources.EVENTS)).hasSize(26);
    }

    @Test
    void anEventThatExpiredIsToldAnew() {
        events.normal(pod, "Pulled", "image present");
        loop.settle();
        api.remove(Resources.EVENTS, api.all(Resources.EVENTS).get(0).key());
        events.normal(pod, "Pulled", "image present");
        loop.settle();
        assertThat(api.all(Resources.EVENTS)).hasSize(1);
    }
}
