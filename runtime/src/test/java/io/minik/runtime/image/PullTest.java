package io.minik.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.Images.Credentials;
import io.minik.runtime.image.Images.Image;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.sys.LinuxFileCalls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real docker-registry, filled by skopeo. Needs root: layers are unpacked with their owners. */
@Tag("root")
@Timeout(120)
class PullTest {
    private static final String USER_LINE = "minik:$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O";

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private OverlaySnapshotter snapshots;
    private ImageStore images;

    @BeforeEach
    void open() throws Exception {
        snapshots = new OverlaySnapshotter(dir.resolve("snapshots"), LinuxFileCalls::new);
        images = new ImageStore(
                vertx,
                new ImageStore.Places(dir.resolve("content"), dir.resolve("registries.yaml"), dir.resolve("images")),
                snapshots);
        await(images.start());
    }

    @AfterEach
    void close() throws Exception {
        await(images.stop());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private Image pull(String reference) throws Exception {
        return await(images.pull(reference, Optional.empty()));
    }

    private Path archive(String architecture) throws IOException {
        byte[] top = new TestImages.Tar().file("etc/arch", 0644, architecture).bytes();
        return Files.write(
                dir.resolve(architecture + ".tar"),
                TestImages.ociArchive("", architecture, "", List.of(TestImages.busyboxLayer(), top)));
    }

    @Test
    void ociAndDockerManifestsArePulled() throws Exception {
        Path archive = archive(Manifest.architecture());
        try (DockerRegistry registry = DockerRegistry.open(dir.resolve("registry"))) {
            registry.push(archive, "busybox:oci");
            registry.push(archive, "deep/er/busybox:v2s2", "--format=v2s2");
            Image oci = pull(registry.host() + "/busybox:oci");
            assertThat(oci.repoTags()).containsExactly(registry.host() + "/busybox:oci");
            assertThat(oci.config().env()).containsExactly("PATH=/bin");
            assertThat(oci.layers()).hasSize(2).allMatch(snapshots::has);
            assertThat(oci.sizeBytes()).isPositive();
            Image docker = pull(registry.host() + "/deep/er/busybox:v2s2");
            assertThat(docker.layers()).isEqualTo(oci.layers());
            Image byDigest = pull(docker.repoDigests().get(0));
            assertThat(byDigest.id()).isEqualTo(docker.id());
            assertThat(byDigest.repoTags())
                    .containsExactly(registry.host() + "/busybox:oci", registry.host() + "/deep/er/busybox:v2s2");
        }
    }

    @Test
    void anIndexGivesTheImageOfThisMachine() throws Exception {
        String other = Manifest.architecture().equals("amd64") ? "arm64" : "amd64";
        try (DockerRegistry registry = DockerRegistry.open(dir.resolve("registry"))) {
            ObjectNode index =
                    Manifest.JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", Manifest.OCI_INDEX);
            for (String architecture : List.of(other, Manifest.architecture())) {
                registry.push(archive(architecture), "multi:" + architecture);
                byte[] manifest = get(registry, "/v2/multi/manifests/" + architecture);
                ObjectNode entry = index.withArray("manifests").addObject();
                entry.put("mediaType", Manifest.OCI_MANIFEST).put("size", manifest.length);
                entry.put("digest", Digest.sha256(manifest).toString());
                entry.putObject("platform").put("os", "linux").put("architecture", architecture);
            }
            put(registry, "/v2/multi/manifests/all", Manifest.JSON.writeValueAsBytes(index));
            Image image = pull(registry.host() + "/multi:all");
            assertThat(image.config().architecture()).isEqualTo(Manifest.architecture());
            assertThatThrownBy(() -> pull(registry.host() + "/multi:nope"))
                    .isInstanceOfSatisfying(RuntimeFault.class, fault -> assertThat(fault.kind())
                            .isEqualTo(RuntimeFault.Kind.NOT_FOUND))
                    .hasMessage(
                            "failed to pull and unpack image \"%1$s/multi:nope\": failed to resolve reference "
                                    + "\"%1$s/multi:nope\": %1$s/multi:nope: not found",
                            registry.host());
        }
    }

    @Test
    void basicAuthIsAnsweredFromTheSecretOrFromRegistriesYaml() throws Exception {
        try (DockerRegistry registry =
                DockerRegistry.withPassword(dir.resolve("registry"), USER_LINE, "minik:sesame")) {
            registry.push(archive(Manifest.architecture()), "private:1");
            String name = registry.host() + "/private:1";
            assertThatThrownBy(() -> pull(name)).hasMessageContaining("pull access denied");
            Credentials wrong = new Credentials("minik", "wrong", "", "");
            assertThatThrownBy(() -> await(images.pull(name, Optional.of(wrong))))
                    .hasMessageContaining("401 Unauthorized");
            Files.writeString(
                    dir.resolve("registries.yaml"),
                    "configs:\n  \"" + registry.host() + "\":\n    auth: {username: minik, password: sesame}\n");
            assertThat(pull(name).layers()).hasSize(2);
            Credentials right = new Credentials("minik", "sesame", "", "");
            assertThat(await(images.pull(name, Optional.of(right))).layers()).hasSize(2);
        }
    }

    @Test
    void mirrorsAreAskedFirstWithRewrittenNamesAndTheirOwnAuthority() throws Exception {
        try (DockerRegistry registry = DockerRegistry.withTls(dir.resolve("registry"))) {
            registry.push(archive(Manifest.architecture()), "cache/library/busybox:1");
            Files.writeString(
                    dir.resolve("registries.yaml"),
                    "mirrors:\n  docker.io:\n    endpoint: [\"https://127.0.0.1:1\", \"https://" + registry.host()
                            + "\"]\n    rewrite: {\"^(library/.*)\": \"cache/$1\"}\nconfigs:\n  \"" + registry.host()
                            + "\":\n    tls: {ca_file: " + registry.file("cert.pem") + "}\n");
            Image image = pull("busybox:1");
            assertThat(image.repoTags()).containsExactly("docker.io/library/busybox:1");
        }
    }

    @Test
    void aRegistryThatNobodyServesIsNamed() {
        assertThatThrownBy(() -> pull("127.0.0.1:1/x:1"))
                .hasMessageStartingWith(
                        "failed to pull and unpack image \"127.0.0.1:1/x:1\": failed to resolve reference"
                                + " \"127.0.0.1:1/x:1\": failed to do request: HEAD"
                                + " \"http://127.0.0.1:1/v2/x/manifests/1\": Connection refused");
    }

    @Test
    void pullsOfOneImageAtOnceShareTheWork() throws Exception {
        try (DockerRegistry registry = DockerRegistry.open(dir.resolve("registry"))) {
            registry.push(archive(Manifest.architecture()), "a:1");
            registry.push(archive(Manifest.architecture()), "b:1");
            List<Future<Image>> pulls = List.of(
                    images.pull(registry.host() + "/a:1", Optional.empty()),
                    images.pull(registry.host() + "/a:1", Optional.empty()),
                    images.pull(registry.host() + "/b:1", Optional.empty()));
            await(Future.all(pulls));
            assertThat(await(images.list())).singleElement().satisfies(image -> assertThat(image.repoTags())
                    .containsExactlyInAnyOrder(registry.host() + "/a:1", registry.host() + "/b:1"));
        }
    }

    private static byte[] get(DockerRegistry registry, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + registry.host() + path).toURL().openConnection();
        connection.setRequestProperty("Accept", Manifest.OCI_MANIFEST);
        return connection.getInputStream().readAllBytes();
    }

    private static void put(DockerRegistry registry, String path, byte[] body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + registry.host() + path).toURL().openConnection();
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", Manifest.OCI_INDEX);
        connection.getOutputStream().write(body);
        assertThat(connection.getResponseCode()).isEqualTo(201);
    }
}
