package io.minik.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiClient;
import io.minik.api.client.FakeApi;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.core.VolumeMount;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final FakeMounts mounts = new FakeMounts();

    @TempDir
    Path directory;

    private Volumes volumes;

    @BeforeEach
    void make() {
        volumes = new Volumes(loop, new ApiClient(api, "kubelet"), directory, mounts, new DirectFiles());
    }

    private static final class DirectFiles implements FileWork {
        @Override
        public <T> Future<T> call(Callable<T> work) {
            try {
                return Future.succeededFuture(work.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
    }

    /** A pod with one container that mounts the volume {@code v}. */
    private static Pod pod(String volume) {
        String json =
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default','uid':'u1','labels':{'a':'b'}},"
                        + "'spec':{'nodeName':'n','serviceAccountName':'sa','volumes':[{'name':'v'," + volume + "}],"
                        + "'containers':[{'name':'c','volumeMounts':[{'name':'v','mountPath':'/v'}]}]}}";
        return Pod.of(KubeObject.ofBytes(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static DownwardFields fields(Pod pod) {
        return new DownwardFields(pod, List.of("192.168.0.1"), List.of("10.42.0.2"), Map.of("cpu", "4"));
    }

    private Future<Void> mount(Pod pod) {
        Future<Void> done = volumes.mount(pod, fields(pod));
        loop.settle();
        return done;
    }

    private Path path(Pod pod) {
        Future<Path> found = volumes.hostPath(pod, mountOf(pod), "");
        loop.settle();
        return found.result();
    }

    private static VolumeMount mountOf(Pod pod) {
        return pod.spec().containers().get(0).volumeMounts().get(0);
    }

    private void put(Resource resource, String name, String field, String key, String value) {
        api.put(resource, KubeObject.named("v1", resource.kind(), ObjectKey.of("default", name), tree -> Json.child(
                        tree, field)
                .put(key, value)));
        loop.settle();
    }

    @Test
    void aConfigMapAppearsAsFilesAndFollowsItsSource() throws IOException {
        put(Resources.CONFIG_MAPS, "cm", "data", "key", "one");
        Pod pod = pod("'configMap':{'name':'cm','defaultMode':256}");
        assertThat(mount(pod).succeeded()).isTrue();
        Path file = path(pod).resolve("key");
        assertThat(file).hasContent("one");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.toRealPath())))
                .isEqualTo("r--------");
        Path before = path(pod).resolve("..data").toRealPath();
        put(Resources.CONFIG_MAPS, "cm", "data", "other", "two");
        assertThat(path(pod).resolve("other")).hasContent("two");
        assertThat(path(pod).resolve("key")).doesNotExist();
        assertThat(before).doesNotExist();
    }

    @Test
    void aSecretIsDecodedOntoATmpfs() {
        put(Resources.SECRETS, "s", "data", "k", "dmFsdWU=");
        Pod pod = pod("'secret':{'secretName':'s','items':[{'key':'k','path':'deep/er'}]}");
        mount(pod);
        assertThat(path(pod).resolve("deep/er")).hasContent("value");
        assertThat(mounts.points).containsExactly(path(pod));
    }

    @Test
    void whatIsMissingIsNamedUnlessItIsOptional() {
        Future<Void> refused = mount(pod("'configMap':{'name':'nope'}"));
        assertThat(refused.cause())
                .hasMessage("MountVolume.SetUp failed for volume \"v\" : configmap \"nope\" not found");
        Pod optional = pod("'secret':{'secretName':'nope','optional':true}");
        volumes.unmount("u1");
        assertThat(mount(optional).succeeded()).isTrue();
    }

    @Test
    void aPathOutOfTheVolumeIsRefused() {
        put(Resources.CONFIG_MAPS, "cm", "data", "k", "x");
        Future<Void> refused = mount(pod("'configMap':{'name':'cm','items':[{'key':'k','path':'../k'}]}"));
        assertThat(refused.cause()).hasMessageContaining("invalid path");
    }

    @Test
    void aProjectedVolumeJoinsItsSourcesAndRenewsTheToken() {
        put(Resources.CONFIG_MAPS, "kube-root-ca.crt", "data", "ca.crt", "CA");
        // The fake answers what was sent: the token's time comes from the spec that the test adds.
        api.put(
                Resources.SERVICE_ACCOUNTS,
                KubeObject.named("v1", "ServiceAccount", ObjectKey.of("default", "sa"), tree -> {}));
        TokenApi tokens = new TokenApi();
        volumes = new Volumes(loop, new ApiClient(tokens, "kubelet"), directory, mounts, new DirectFiles());
        Pod pod = pod("'projected':{'sources':[{'serviceAccountToken':{'path':'token','expirationSeconds':1000}},"
                + "{'configMap':{'name':'kube-root-ca.crt','items':[{'key':'ca.crt','path':'ca.crt'}]}},"
                + "{'downwardAPI':{'items':[{'path':'namespace','fieldRef':{'fieldPath':'metadata.namespace'}}]}}]}");
        assertThat(mount(pod).succeeded()).isTrue();
        assertThat(path(pod).resolve("token")).hasContent("token-1");
        assertThat(path(pod).resolve("ca.crt")).hasContent("CA");
        assertThat(path(pod).resolve("namespace")).hasContent("default");
        loop.advance(Duration.ofSeconds(799));
        assertThat(path(pod).resolve("token")).hasContent("token-1");
        loop.advance(Duration.ofSeconds(1));
        assertThat(path(pod).resolve("token")).hasContent("token-2");
        volumes.unmount("u1");
        assertThat(loop.timers()).isZero();
    }

    /** Answers token requests; the rest is the fake's. */
    private final class TokenApi implements Transport {
        private int issued;

        @Override
        public Future<KubeObject> send(ApiCall call) {
            if (!call.subresource().equals("token")) {
                return api.send(call);
            }
            long seconds = Json.longOr(0, Json.parse(call.body()), "spec", "expirationSeconds");
            String expires = loop.now().plusSeconds(seconds).toString();
            String token = "token-" + ++issued;
            return Future.succeededFuture(KubeObject.named(
                    "authentication.k8s.io/v1", "TokenRequest", call.key(), tree -> Json.child(tree, "status")
                            .put("token", token)
                            .put("expirationTimestamp", expires)));
        }

        @Override
        public Future<KubeList> list(ApiCall call) {
            return api.list(call);
        }

        @Override
        public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
            return api.watch(call, handler);
        }
    }

    @Test
    void labelsInADownwardVolumeFollowThePod() {
        Pod pod = pod("'downwardAPI':{'items':[{'path':'labels','fieldRef':{'fieldPath':'metadata.labels'}},"
                + "{'path':'cpu','resourceFieldRef':{'containerName':'c','resource':'limits.cpu'}}]}");
        mount(pod);
        assertThat(path(pod).resolve("labels")).hasContent("a=\"b\"");
        assertThat(path(pod).resolve("cpu")).hasContent("4");
        Pod changed = Pod.of(pod.object()
                .edit(tree -> Json.child(Json.child(tree, "metadata"), "labels").put("a", "c")));
        volumes.changed(changed, fields(changed));
        loop.settle();
        assertThat(path(pod).resolve("labels")).hasContent("a=\"c\"");
    }

    @Test
    void anEmptyDirIsThereUntilThePodGoes() throws IOException {
        Pod pod = pod("'emptyDir':{}");
        mount(pod);
        Path made = path(pod);
        Files.writeString(made.resolve("file"), "kept");
        // A new minik finds it again.
        make();
        mount(pod);
        assertThat(path(pod).resolve("file")).hasContent("kept");
        volumes.unmount("u1");
        assertThat(made).doesNotExist();
    }

    @Test
    void anEmptyDirInMemoryIsNoLargerThanThePodsMemory() {
        Pod pod = pod("'emptyDir':{'medium':'Memory','sizeLimit':'1Gi'}");
        Pod limited = Pod.of(pod.object().edit(tree -> Json.child(
                        Json.child(
                                (ObjectNode)
                                        Json.items(tree, "spec", "containers").get(0),
                                "resources"),
                        "limits")
                .put("memory", "64Mi")));
        mount(limited);
        assertThat(mounts.sizes).containsExactly(64L << 20);
    }

    @Test
    void anImageIsShownOnceForAllContainers() {
        Pod pod = pod("'image':{'reference':'data:1'}");
        mount(pod);
        Volume volume = pod.spec().volumes().get(0);
        volumes.image(pod, volume, List.of(directory));
        volumes.image(pod, volume, List.of(directory));
        loop.settle();
        assertThat(mounts.points).containsExactly(path(pod));
        volumes.unmount("u1");
        assertThat(mounts.points).isEmpty();
    }

    @Test
    void hostPathsAreChecked() {
        Pod wrong = pod("'hostPath':{'path':'" + directory + "','type':'File'}");
        assertThat(mount(wrong).cause())
                .hasMessageContaining("hostPath type check failed: " + directory + " is not a file");
        Pod made = pod("'hostPath':{'path':'" + directory.resolve("new/dir") + "','type':'DirectoryOrCreate'}");
        volumes.unmount("u1");
        assertThat(mount(made).succeeded()).isTrue();
        assertThat(directory.resolve("new/dir")).isDirectory();
    }

    @Test
    void aClaimLeadsToItsLocalVolume() {
        api.put(
                Resources.PERSISTENT_VOLUMES,
                KubeObject.named("v1", "PersistentVolume", ObjectKey.cluster("pv"), tree -> Json.child(
                                Json.child(tree, "spec"), "local")
                        .put("path", directory.toString())));
        api.put(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                KubeObject.named("v1", "PersistentVolumeClaim", ObjectKey.of("default", "pvc"), tree -> {
                    Json.child(tree, "spec").put("volumeName", "pv");
                    Json.child(tree, "status").put("phase", "Bound");
                }));
        Pod pod = pod("'persistentVolumeClaim':{'claimName':'pvc'}");
        assertThat(mount(pod).succeeded()).isTrue();
        assertThat(path(pod)).isEqualTo(directory);
    }

    @Test
    void unknownVolumesAreRefusedByName() {
        assertThat(mount(pod("'nfs':{'server':'x','path':'/'}")).cause())
                .hasMessageContaining("nfs is not supported by this node");
    }

    @Test
    void subPathsMayNotLeaveTheVolume() {
        Pod pod = pod("'emptyDir':{}");
        mount(pod);
        assertThatThrownBy(() -> volumes.hostPath(pod, mountOf(pod), "../x")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("must not leave the volume");
        assertThat(volumes.hostPath(pod, mountOf(pod), "a/b").result()).isIn(mounts.points);
    }

    /** CVE-2017-1002102: what a container put in the way of the link is neither removed nor written into. */
    @Test
    void aLinkThatAContainerMadeIsNotFollowed(@TempDir Path host) throws IOException {
        Files.writeString(host.resolve("file"), "of the host");
        for (String target :
                List.of(host.toString(), "../../../../../../.." + host, "..data_x/../" + host.getFileName())) {
            put(Resources.CONFIG_MAPS, "cm", "data", "key", "one");
            Pod pod = pod("'configMap':{'name':'cm'}");
            mount(pod);
            Path data = path(pod).resolve("..data");
            Files.delete(data);
            Files.createSymbolicLink(data, Path.of(target));
            put(Resources.CONFIG_MAPS, "cm", "data", "key", "two " + target);
            assertThat(host.resolve("file")).as(target).hasContent("of the host");
            assertThat(path(pod).resolve("key")).hasContent("two " + target);
            assertThat(host.toFile().list()).hasSize(1);
        }
    }

    @Test
    void whatTheNodeWritesIntoIsReadOnlyForContainers() {
        assertThat(List.of("configMap", "secret", "downwardAPI", "projected", "image"))
                .allMatch(type -> Volumes.readOnly(volume(type)));
        assertThat(List.of("emptyDir", "hostPath", "persistentVolumeClaim", "ephemeral"))
                .noneMatch(type -> Volumes.readOnly(volume(type)));
    }

    private static Volume volume(String type) {
        return pod("'" + type + "':{}").spec().volumes().get(0);
    }

    @Test
    void aVolumesRootIsForItsUsersAndWhatIsAboveItForRoot() throws IOException {
        Pod pod = pod("'emptyDir':{}");
        mount(pod);
        assertThat(mode(path(pod))).isEqualTo("rwxrwxrwx");
        for (Path above = up(path(pod)); !above.equals(directory); above = up(above)) {
            assertThat(mode(above)).as(above.toString()).isEqualTo("rwxr-x---");
        }
        volumes.unmount("u1");
        Pod memory = pod("'emptyDir':{'medium':'Memory','sizeLimit':'1Mi'}");
        mount(memory);
        assertThat((int) Files.getAttribute(path(memory), "unix:mode") & 07777).isEqualTo(01777);
        assertThat(mounts.sizes).containsExactly(1L << 20);
    }

    private static Path up(Path path) {
        return path.resolve("..").normalize();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
