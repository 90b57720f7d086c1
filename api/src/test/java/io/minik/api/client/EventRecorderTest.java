package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
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
