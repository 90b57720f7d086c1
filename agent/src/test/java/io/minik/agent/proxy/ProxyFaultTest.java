package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Nft;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy beside an nft that hangs: a program that notes what it is told, and waits while a file is there. */
@Timeout(60)
class ProxyFaultTest {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private Proxy proxy;

    @BeforeEach
    void start() throws IOException {
        Files.createFile(dir.resolve("rules"));
        Path nft = Files.writeString(
                dir.resolve("nft"),
                "#!/bin/sh\nwhile [ -e " + dir.resolve("hang") + " ]; do read -r -t 1 x < /dev/zero || true; done\n"
                        + "case $1 in -f) cat >> " + dir.resolve("rules") + ";; *) ;; esac\n");
        Files.setPosixFilePermissions(nft, PosixFilePermissions.fromString("rwxr-xr-x"));
        proxy = new Proxy(
                vertx,
                loop,
                new Informers(loop, new ApiClient(api, "test")),
                new Proxy.Settings(
                        "here", Cidr.parseAll("10.42.0.0/16"), new Nft(nft.toString()), "true", "test", List.of()));
        var started = proxy.start();
        until(started::isComplete);
        assertThat(started.succeeded()).as(String.valueOf(started.cause())).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        var stopped = proxy.stop();
        until(stopped::isComplete);
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** The loop goes on by hand, while nft runs for real. */
    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            loop.advance(Duration.ofMillis(20));
            Thread.onSpinWait();
        }
    }

    private String rules() {
        try {
            return Files.readString(dir.resolve("rules"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void service(String name, String address) {
        api.put(Resources.SERVICES, KubeObject.named("v1", "Service", ObjectKey.of("default", name), tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("type", "ClusterIP").put("clusterIP", address);
            spec.putArray("clusterIPs").add(address);
            spec.putArray("ports").addObject().put("port", 80).put("protocol", "TCP");
        }));
    }

    @Test
    void anNftThatHangsIsToldAndItsEndCuresIt() throws IOException {
        until(() -> proxy.health().ready());
        Path hang = Files.createFile(dir.resolve("hang"));
        service("sound", "10.43.0.5");
        loop.advance(Duration.ofSeconds(1));
        loop.advance(Duration.ofSeconds(11));
        assertThat(proxy.health().message()).contains("nft has been at work since");
        Files.delete(hang);
        until(() -> proxy.health().ready());
        assertThat(rules()).contains("10.43.0.5");
    }
}
