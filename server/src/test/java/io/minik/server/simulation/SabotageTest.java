package io.minik.server.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.PatchType;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.endpoints.EndpointSliceController;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each invariant of the stories breaks when somebody in the server does wrong. */
class SabotageTest {
    private static final Duration TROUBLE = Duration.ofMinutes(4);
    /** Stories in which not one gives a wrongdoer an occasion are as good as none. */
    private static final int SEEDS = 5;

    /** Does something wrong every two seconds. */
    private record Wrongdoer(ControllerContext context, Consumer<ControllerContext> deed) implements Room {
        @Override
        public String name() {
            return "wrongdoer";
        }

        @Override
        public Future<Void> start() {
            context.loop().run(() -> context.loop().every(Duration.ofSeconds(2), () -> deed.accept(context)));
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> stop() {
            return Future.succeededFuture();
        }

        @Override
        public Health health() {
            return Health.READY;
        }
    }

    private static Cast with(Consumer<ControllerContext> deed) {
        return (context, all) -> {
            List<Room> rooms = new ArrayList<>(all);
            rooms.add(new Wrongdoer(context, deed));
            return rooms;
        };
    }

    private static void isSeen(Cast cast, String words) {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= SEEDS; seed++) {
                        SimulationTest.tell(seed, TROUBLE, cast);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(words);
    }

    /** Upstream's rule: only who knows that a node is dead may take its pods' names away. */
    @Test
    void podsOfASilentNodeThatAreForcedAwayRunTwice() {
        isSeen(
                with(context -> context.informer(Resources.PODS).list().stream()
                        .filter(pod -> isSilent(context, pod.text("spec", "nodeName")))
                        .map(KubeObject::key)
                        .toList()
                        .forEach(pod ->
                                tried(context.client().delete(Resources.PODS, pod, DeleteOptions.DEFAULT.grace(0))))),
                "and elsewhere");
    }

    private static boolean isSilent(ControllerContext context, String node) {
        return context.informer(Resources.NODES)
                .get(ObjectKey.cluster(node))
                .filter(found -> !Conditions.isTrue(found.at("status"), "Ready"))
                .isPresent();
    }

    @Test
    void aServiceWithoutItsSlices() {
        isSeen(
                (context, all) -> all.stream()
                        .filter(room -> !(room instanceof EndpointSliceController))
                        .toList(),
                "slices of Service");
    }

    @Test
    void anAcknowledgedWriteThatIsTakenBack() {
        isSeen(
                with(context -> tried(context.client()
                        .delete(Resources.CONFIG_MAPS, ObjectKey.of("default", "note-1"), DeleteOptions.DEFAULT))),
                "acknowledged write of note-1");
    }

    @Test
    void aControllerThatWritesForEver() {
        isSeen(with(context -> annotate(context.client(), context, 0)), "written in a quiet minute");
    }

    /** Two that undo each other's work do so, where one of them keeps an old image. */
    @Test
    void aControllerThatWritesAsFastAsItMay() {
        isSeen(
                with(context -> {
                    for (int i = 0; i < 60; i++) {
                        annotate(context.client(), context, i);
                    }
                }),
                "writes in the minute before");
    }

    private static void annotate(ApiClient client, ControllerContext context, int turn) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata")
                .putObject("annotations")
                .put("seen", context.loop().now() + " " + turn);
        tried(client.patch(Resources.NAMESPACES, ObjectKey.cluster("default"), "", PatchType.MERGE, patch));
    }

    @Test
    void timersThatNobodyCancels() {
        isSeen(with(context -> hold(context.loop().after(Duration.ofHours(1), () -> {}))), "timers");
    }

    private static void hold(Loop.Timer unused) {}

    private static void tried(Future<?> deed) {
        deed.onFailure(refused -> {});
    }
}
