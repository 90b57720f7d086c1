package io.minik.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.minik.ground.net.Address;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.nft.Packet;
import io.minik.runtime.nft.Ruleset;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The room on the fake API, beside a program that notes its transactions, which a kernel in memory then takes. */
@Timeout(60)
class PolicyRoomTest {
    private static final Resource POLICIES =
            new Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);
    private static final String DB = "10.42.0.2";
    private static final String WEB = "10.42.0.3";

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final ApiClient client = new ApiClient(api, "test");
    private final List<PolicyRoom> started = new ArrayList<>();

    @BeforeEach
    void program() throws IOException {
        Path nft = Files.writeString(
                dir.resolve("nft"),
                "#!/bin/sh\nif [ \"$1\" = list ]; then cat " + dir.resolve("tables") + "; exit; fi\n"
                        + "if [ -e " + dir.resolve("refuse") + " ]; then cat > /dev/null; echo no >&2; exit 1; fi\n"
                        + "{ cat; echo ---; } >> " + dir.resolve("told") + "\n");
        Files.setPosixFilePermissions(nft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(dir.resolve("told"));
        Files.createFile(dir.resolve("tables"));
        api.put(Resources.NAMESPACES, KubeObject.named("v1", "Namespace", ObjectKey.cluster("default"), tree -> {}));
    }

    @AfterEach
    void close() throws Exception {
        for (PolicyRoom room : started) {
            Future<Void> stopped = room.stop();
            until(stopped::isComplete);
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private PolicyRoom start(boolean enabled) {
        PolicyRoom room = new PolicyRoom(
                vertx,
                loop,
                new Informers(loop, client),
                new EventRecorder(loop, client, "network-policy", "here"),
                new PolicyRoom.Settings(
                        "here",
                        enabled,
                        new Nft(dir.resolve("nft").toString()),
                        Optional.of(Address.parse("10.43.0.10"))));
        started.add(room);
        Future<Void> ready = room.start();
        until(ready::isComplete);
        assertThat(ready.succeeded()).as(String.valueOf(ready.cause())).isTrue();
        loop.settle();
        return room;
    }

    /** The loop goes on by hand, while the program runs for real. */
    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            loop.advance(Duration.ofMillis(5));
            Thread.onSpinWait();
        }
    }

    /** What a kernel has that took all transactions. */
    private Ruleset kernel() {
        try {
            Ruleset kernel = new Ruleset();
            String told = Files.readString(dir.resolve("told"));
            // What is behind the last mark is still being written.
            String whole = told.substring(0, Math.max(0, told.lastIndexOf("---\n")));
            Stream.of(whole.split("---\n")).filter(script -> !script.isEmpty()).forEach(kernel::apply);
            return kernel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isHeld(String from, String to) {
        Packet packet = new Packet(Address.parse(from), Address.parse(to), "tcp", 5432);
        Ruleset kernel = kernel();
        return kernel.has(PolicyRoom.TABLE)
                && kernel.verdict(PolicyRoom.TABLE, "forward", packet).equals("drop");
    }

    private void shut() {
        api.put(
                POLICIES,
                KubeObject.named(
                        "networking.k8s.io/v1", "NetworkPolicy", ObjectKey.of("default", "shut"), tree -> Json.child(
                                        Json.child(Json.child(tree, "spec"), "podSelector"), "matchLabels")
                                .put("app", "db")));
        loop.settle();
    }

    private KubeObject pod(String name, String address) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("default", name), tree -> {
            ObjectNode meta = Json.child(tree, "metadata").put("uid", "uid-" + name);
            meta.putObject("labels").put("app", name);
            Json.child(tree, "spec").put("nodeName", "here");
            ObjectNode status = Json.child(tree, "status").put("phase", "Running");
            if (!address.isEmpty()) {
                status.put("podIP", address);
            }
        });
    }

    @Test
    void whereThereAreNoPoliciesNothingIsToldAndPodsAreNotKeptWaiting() throws IOException {
        PolicyRoom room = start(true);
        Future<Void> guarded = room.guarded(pod("db", ""), List.of(DB));
        loop.settle();
        assertThat(guarded.succeeded()).isTrue();
        loop.advance(Duration.ofMinutes(1));
        assertThat(Files.readString(dir.resolve("told"))).isEmpty();
        assertThat(room.isThere()).isFalse();
        assertThat(api.calls().stream().map(call -> call.resource().plural()))
                .as("who the pods are matters to nobody")
                .doesNotContain("pods");
    }

    @Test
    void thePodsOfAPolicyAreShutAndTheLastPolicyTakesTheTableAlong() {
        api.put(Resources.PODS, pod("db", DB));
        api.put(Resources.PODS, pod("web", WEB));
        PolicyRoom room = start(true);
        shut();
        until(() -> isHeld(WEB, DB));
        assertThat(isHeld(DB, WEB)).isFalse();
        until(room::isThere);
        api.remove(POLICIES, ObjectKey.of("default", "shut"));
        until(() -> !kernel().has(PolicyRoom.TABLE));
        until(() -> !room.isThere());
        shut();
        until(() -> isHeld(WEB, DB));
    }

    @Test
    void aPodThatStartsIsGuardedBeforeTheApiKnowsItsAddress() {
        PolicyRoom room = start(true);
        shut();
        until(() -> kernel().has(PolicyRoom.TABLE));
        Future<Void> guarded = room.guarded(pod("db", ""), List.of(DB));
        until(guarded::isComplete);
        assertThat(isHeld(WEB, DB)).isTrue();
        Future<Void> again = room.guarded(pod("db", ""), List.of(DB));
        until(again::isComplete);
        // Told by the API, and gone from there, it leaves nothing behind.
        api.put(Resources.PODS, pod("db", DB));
        loop.settle();
        api.remove(Resources.PODS, ObjectKey.of("default", "db"));
        until(() -> !isHeld(WEB, DB));
    }

    @Test
    void aPodIsNotStartedWithoutItsRules() throws IOException {
        PolicyRoom room = start(true);
        shut();
        until(() -> kernel().has(PolicyRoom.TABLE));
        Path refuse = Files.createFile(dir.resolve("refuse"));
        Future<Void> guarded = room.guarded(pod("db", ""), List.of(DB));
        // By its words: health also tells of an nft that takes long, and the one before may still be at work.
        until(() -> room.health().message().startsWith("nft refused the rules of policies"));
        loop.advance(Duration.ofSeconds(5));
        assertThat(guarded.isComplete()).isFalse();
        Files.delete(refuse);
        until(guarded::isComplete);
        assertThat(isHeld(WEB, DB)).isTrue();
        until(() -> room.health().ready());
    }

    @Test
    void aTableThatSomebodyTookAwayIsMadeAnew() throws IOException {
        api.put(Resources.PODS, pod("db", DB));
        PolicyRoom room = start(true);
        shut();
        until(() -> isHeld(WEB, DB));
        Files.writeString(dir.resolve("told"), "");
        room.renew();
        until(() -> isHeld(WEB, DB));
    }

    @Test
    void whatAnEarlierOneLeftGoesWhereItIsSwitchedOff() throws IOException {
        Files.writeString(dir.resolve("tables"), "table inet other\ntable inet " + PolicyRoom.TABLE + "\n");
        PolicyRoom room = start(false);
        assertThat(Files.readString(dir.resolve("told"))).contains("delete table inet " + PolicyRoom.TABLE);
        shut();
        Future<Void> guarded = room.guarded(pod("db", ""), List.of(DB));
        loop.settle();
        assertThat(guarded.succeeded()).isTrue();
        assertThat(room.isThere()).isFalse();
    }

    @Test
    void whatAnEarlierOneLeftGoesOnceItIsKnownThatThereAreNoPolicies() throws IOException {
        Files.writeString(dir.resolve("tables"), "table inet " + PolicyRoom.TABLE + "\n");
        PolicyRoom room = start(true);
        until(() -> !room.isThere());
        assertThat(Files.readString(dir.resolve("told"))).contains("delete table inet " + PolicyRoom.TABLE);
    }
}
