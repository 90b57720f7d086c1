package io.minik.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.image.Images.Image;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.snapshot.TarEntry;
import io.minik.runtime.snapshot.TarReader;
import io.minik.runtime.sys.LinuxFileCalls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a registry that does what real ones do on bad days: wants tokens, redirects blobs to another host, is ill for a
 * moment, breaks transfers off, lies about content.
 */
@Tag("root")
@Timeout(60)
class HardRegistryTest {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private ImageStore images;
    private HttpServer registry;
    private HttpServer blobStore;
    private String manifestDigest = "";
    private String layerDigest = "";
    private int illFor;
    private boolean lies;

    @BeforeEach
    void open() throws Exception {
        byte[] noise = new byte[3_000_000];
        new Random(1).nextBytes(noise);
        byte[] layer = new TestImages.Tar().file("noise", 0644, noise).bytes();
        TarReader tar = new TarReader(
                new ByteArrayInputStream(TestImages.ociArchive("", Manifest.architecture(), "", List.of(layer))));
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            String name = next.get().text();
            byte[] content = tar.readAll(10_000_000);
            blobs.put(name.replace("blobs/sha256/", "sha256:"), content);
            if (content.length > 1_000_000) {
                layerDigest = name.replace("blobs/sha256/", "sha256:");
            }
        }
        manifestDigest = Manifest.JSON
                .readTree(blobs.get("index.json"))
                .path("manifests")
                .path(0)
                .path("digest")
                .asText();
        blobStore =
                await(vertx.createHttpServer().requestHandler(this::serveBlob).listen(0, "127.0.0.1"));
        registry = await(vertx.createHttpServer().requestHandler(this::serve).listen(0, "127.0.0.1"));
        images = new ImageStore(
                vertx,
                new ImageStore.Places(dir.resolve("content"), dir.resolve("registries.yaml"), dir.resolve("images")),
                new OverlaySnapshotter(dir.resolve("snapshots"), LinuxFileCalls::new));
        await(images.start());
    }

    @AfterEach
    void close() throws Exception {
        await(images.stop());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void serve(HttpServerRequest request) {
        seen.add(request.method() + " " + request.uri());
        String host = "127.0.0.1:" + registry.actualPort();
        if (request.path().equals("/token")) {
            request.response()
                    .end("{\"token\":\"t-" + request.getParam("scope") + "\"}")
                    .onFailure(why -> {});
        } else if (!"Bearer t-repository:a/b:pull".equals(request.getHeader("Authorization"))) {
            request.response()
                    .setStatusCode(401)
                    .putHeader(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + host + "/token\",service=\"s\",scope=\"repository:a/b:pull\"")
                    .end()
                    .onFailure(why -> {});
        } else if (illFor-- > 0) {
            request.response().setStatusCode(503).end().onFailure(why -> {});
        } else if (request.path().startsWith("/v2/a/b/manifests/")) {
            request.response()
                    .putHeader("Docker-Content-Digest", manifestDigest)
                    .end(Buffer.buffer(blobs.get(manifestDigest)))
                    .onFailure(why -> {});
        } else {
            request.response()
                    .setStatusCode(307)
                    .putHeader(
                            "Location",
                            "http://127.0.0.1:" + blobStore.actualPort()
                                    + request.path().replace("/v2/a/b/blobs", ""))
                    .end()
                    .onFailure(why -> {});
        }
    }

    /** Sends half of what is left of a layer, and then hangs up; a layer that lies ends in other bytes. */
    private void serveBlob(HttpServerRequest request) {
        seen.add("BLOB " + request.getHeader("Authorization") + " " + request.getHeader("Range"));
        byte[] blob = Objects.requireNonNull(blobs.get(request.path().substring(1)));
        String range = request.getHeader("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        Buffer rest = Buffer.buffer(blob).getBuffer(from, blob.length);
        request.response().setStatusCode(range == null ? 200 : 206).putHeader("Content-Length", "" + rest.length());
        if (lies && request.path().contains(layerDigest)) {
            rest = rest.copy().setByte(rest.length() - 40, (byte) (rest.getByte(rest.length() - 40) ^ 0x55));
        }
        if (rest.length() < 200_000) {
            request.response().end(rest).onFailure(why -> {});
        } else {
            request.response()
                    .write(rest.getBuffer(0, rest.length() / 2))
                    .compose(written -> request.connection().close())
                    .onFailure(why -> {});
        }
    }

    private String name() {
        return "127.0.0.1:" + registry.actualPort() + "/a/b:1";
    }

    @Test
    void aPullSurvivesTokensRedirectsIllnessAndBrokenTransfers() throws Exception {
        illFor = 2;
        Image image = await(images.pull(name(), Optional.empty()));
        assertThat(image.repoDigests())
                .containsExactly("127.0.0.1:" + registry.actualPort() + "/a/b@" + manifestDigest);
        List<String> log = new ArrayList<>(seen);
        assertThat(log).anyMatch(line -> line.startsWith("GET /token?service=s&scope=repository%3Aa%2Fb%3Apull"));
        assertThat(log).as("resumed").anyMatch(line -> line.matches("BLOB null bytes=[1-9][0-9]*-"));
        assertThat(log).as("credentials stay with the registry").noneMatch(line -> line.startsWith("BLOB Bearer"));
    }

    @Test
    void contentThatIsNotWhatItsDigestNamesIsRefused() {
        lies = true;
        assertThatThrownBy(() -> await(images.pull(name(), Optional.empty())))
                .hasMessageStartingWith("failed to pull and unpack image \"" + name() + "\": failed to copy: ");
        assertThat(dir.resolve("snapshots/l")).isEmptyDirectory();
        assertThat(dir.resolve("snapshots/tmp")).isEmptyDirectory();
    }
}
