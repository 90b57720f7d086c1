package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.CapabilityNames;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Recursive;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import io.minik.runtime.sandbox.OwnUsers;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import io.minik.runtime.sandbox.Sandboxes.UserMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods whose users are none of the node's, on real kernel objects. */
@Tag("root")
class UserNamespacesTest {
    private static final UserMap MAP = new UserMap(7 << 16, 8 << 16, 1 << 16);
    private static final Sharing OWN = new Sharing(false, false, false, false, MAP);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @SuppressWarnings("NullAway.Init")
    private TestNode node;

    @BeforeEach
    void start() {
        node = new TestNode(dir, new TestNode.NoNetwork());
        await(node.sandboxes.run(TestNode.pod("p1", OWN, Map.of())));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private ContainerConfig container(String id, Security security, List<Mount> mounts, String script) {
        return node.config("p1", id, "sh", "-c", script).with(mounts).with(security);
    }

    private List<String> run(Security security, List<Mount> mounts, String script) {
        node.runToEnd(container("c1", security, mounts, script));
        return node.log("c1");
    }

    private static Mount mapped(Path source, String target) {
        return new Mount(source, target, false, Recursive.NO, Propagation.PRIVATE, true, Containers.MountedImage.NONE);
    }

    private static long owner(Path file, String which) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:" + which, LinkOption.NOFOLLOW_LINKS)).longValue();
    }

    @Test
    void rootOfThePodIsNobodyOfTheNodeAndOwnsItsImage() throws Exception {
        assertThat(
                        run(
                                TestNode.security(""),
                                List.of(),
                                "id -u; cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '; stat -c %u:%g /bin /etc/passwd / /dev /dev/null /dev/shm /proc/self/;"
                                        + " echo made > /made; mkdir /dev/sub && echo made; echo again > /dev/stdout; hostname; ls /proc/1/root >/dev/null && echo mine"))
                .containsExactly(
                        "stdout F 0",
                        "stdout F  0 458752 65536",
                        "stdout F  0 524288 65536",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F made",
                        "stdout F again",
                        "stdout F host-p1",
                        "stdout F mine");
        Path made = dir.resolve("snapshots/c1/upper/made");
        assertThat(List.of(owner(made, "uid"), owner(made, "gid"))).containsExactly(MAP.firstUid(), MAP.firstGid());
    }

    @Test
    void ownersInVolumesAreMappedAndPlacesWithinThemAreMadeByThePodsRoot() throws Exception {
        Path volume = Files.createDirectories(dir.resolve("volume"));
        Path inner = Files.createDirectories(dir.resolve("inner"));
        Path file = Files.writeString(volume.resolve("file"), "content\n");
        Files.setAttribute(file, "unix:uid", 1000);
        Path foreign = Files.createDirectories(dir.resolve("foreign"));
        assertThat(
                        run(
                                TestNode.security(""),
                                List.of(
                                        mapped(volume, "/v"),
                                        mapped(inner, "/v/deep/er"),
                                        new Mount(foreign, "/foreign", false, Propagation.PRIVATE)),
                                "stat -c %u:%g /v /v/file /v/deep /v/deep/er /foreign; echo x > /v/new; echo y > /v/deep/er/new; touch /foreign/x"))
                .containsExactly(
                        "stdout F 0:0",
                        "stdout F 1000:0",
                        "stdout F 0:0",
                        "stdout F 0:0",
                        "stdout F 65534:65534",
                        "stderr F touch: /foreign/x: Permission denied");
        assertThat(List.of(owner(volume.resolve("new"), "uid"), owner(inner.resolve("new"), "gid")))
                .containsExactly(0L, 0L);
    }

    @Test
    void whoMayAdministerTheSystemMountsForHimselfAndCanUncoverNothing() {
        Security admin = new Security(
                User.named(""),
                false,
                false,
                false,
                new CapabilityNames(List.of("SYS_ADMIN"), List.of()),
                Containers.KernelPaths.HIDDEN,
                "unconfined");
        assertThat(run(
                        admin,
                        List.of(),
                        "mount -t tmpfs x /tmp && echo mounts; mount -o remount,rw,bind /proc/sys 2>/dev/null || echo kept; wc -c < /proc/timer_list;"
                                + " (echo 1 > /proc/sys/kernel/panic) 2>/dev/null || echo no panic"))
                .containsExactly("stdout F mounts", "stdout F kept", "stdout F 0", "stdout F no panic");
    }

    @Test
    void usersOfTheImageAreFoundAndIdsBeyondTheMapAreRefused() {
        assertThat(run(
                        TestNode.security("guest"),
                        List.of(),
                        "id -u; id -g; echo again > /dev/stdout; grep CapEff /proc/self/status | tr '\t' ' '"))
                .containsExactly(
                        "stdout F 1000", "stdout F 1001", "stdout F again", "stdout F CapEff: 0000000000000000");
        assertThatThrownBy(() ->
                        await(node.containers.create(container("c2", TestNode.security("70000"), List.of(), "true"))))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("id 70000 is none of the pod's user namespace, which has 0 to 65535");
    }

    @Test
    void commandsAndTerminalsAreOfThePodsUsersToo() {
        ContainerConfig terminal = TestNode.onTerminal(
                container(
                        "c1",
                        TestNode.security(""),
                        List.of(),
                        "tty; stat -c %u:%g $(tty); cat /proc/self/uid_map; touch /done; sleep 1000"),
                true);
        await(node.containers.create(terminal));
        await(node.containers.start("c1"));
        Containers.ExecResult result = await(node.containers.execSync(
                "c1",
                List.of(
                        "sh",
                        "-c",
                        "until [ -e /done ]; do usleep 10000; done; id -u; tr -s ' ' < /proc/self/uid_map; echo x > /dev/stdout"),
                30_000));
        assertThat(result.stdout().toString().lines().map(String::trim)).containsExactly("0", "0 458752 65536", "x");
        await(node.containers.stop("c1", 0));
        assertThat(node.log("c1").stream()
                        .map(line -> line.replaceAll("\\s+", " ").trim()))
                .containsExactly("stdout F /dev/pts/0", "stdout F 0:5", "stdout F 0 458752 65536");
    }

    @Test
    void aRestartFindsThePodAndItsMapAndMoreContainersJoin() {
        ContainerConfig first = container("c1", TestNode.security(""), List.of(), "sleep 1000");
        await(node.containers.create(first));
        await(node.containers.start("c1"));
        node.drop();
        node = new TestNode(dir, new TestNode.NoNetwork());
        assertThat(await(node.sandboxes.find("p1")).orElseThrow().config().sharing())
                .isEqualTo(OWN);
        node.runToEnd(container("c2", TestNode.security(""), List.of(), "cat /proc/self/uid_map | tr -s ' '"));
        assertThat(node.log("c2")).containsExactly("stdout F  0 458752 65536");
        await(node.sandboxes.remove("p1"));
        assertThat(node.sandboxFiles.pin("p1", "user")).doesNotExist();
    }

    @Test
    void processesThatAPodSharesAreInItsUsersNamespace() {
        await(node.sandboxes.run(TestNode.pod(
                "p2", new Sharing(false, false, false, true, MAP), Map.of("kernel.shm_rmid_forced", "1"))));
        node.runToEnd(
                node.config(
                        "p2",
                        "c1",
                        "sh",
                        "-c",
                        "cut -d: -f1 /proc/1/comm; stat -c %u /proc/1; cat /proc/sys/kernel/shm_rmid_forced; cut -f2 /proc/sys/net/ipv4/ping_group_range"));
        assertThat(node.log("c1")).containsExactly("stdout F minik-init", "stdout F 0", "stdout F 1", "stdout F 65535");
        assertThat(node.cgroups.at("kubepods/podp2/holder").processes()).hasSize(1);
    }

    @Test
    void aFileSystemThatCantMapOwnersIsNamed() {
        ContainerConfig wants =
                container("c1", TestNode.security(""), List.of(mapped(Path.of("/proc"), "/other")), "true");
        await(node.containers.create(wants));
        assertThatThrownBy(() -> await(node.containers.start("c1")))
                .hasMessageContaining(
                        "map the owners of /proc (maybe its file system does not support idmapped mounts)");
        assertThat(OwnUsers.supported(node.kernel, Path.of("/proc"))).isFalse();
        assertThat(OwnUsers.supported(node.kernel, dir)).isTrue();
    }

    private static Mount image(String subPath, String target) {
        return new Mount(
                Path.of(""),
                target,
                true,
                Recursive.NO,
                Propagation.PRIVATE,
                false,
                new Containers.MountedImage("busybox", List.of("layer"), subPath));
    }

    @Test
    void anImageIsMountedInWholeAndInPartReadOnlyAndWithoutPrograms() {
        List<Mount> mounts = List.of(image("", "/whole"), image("etc", "/whole/../part"), image("var/run", "/wound"));
        String script =
                "stat -c %u:%g /whole/bin /part/passwd; touch /whole/x; /whole/bin/busybox true || echo no programs; ls /wound | wc -l";
        List<String> seen = List.of(
                "stdout F 0:0",
                "stdout F 0:0",
                "stderr F touch: /whole/x: Read-only file system",
                "stderr F sh: /whole/bin/busybox: Permission denied",
                "stdout F no programs",
                "stdout F 0");
        assertThat(run(TestNode.security(""), mounts, script)).containsExactlyElementsOf(seen);
        await(node.sandboxes.run(TestNode.pod("p2")));
        node.runToEnd(node.config("p2", "c2", "sh", "-c", script).with(mounts));
        assertThat(node.log("c2")).containsExactlyElementsOf(seen);
    }

    @Test
    void aPartOfAnImageThatIsNotThereOrNoDirectoryIsNamed() {
        for (String subPath : List.of("none", "etc/passwd", "../../../../../proc")) {
            String id = "c" + Integer.toHexString(subPath.hashCode());
            await(node.containers.create(
                    container(id, TestNode.security(""), List.of(image(subPath, "/image")), "ls /image | wc -l")));
            if (subPath.startsWith("..")) {
                await(node.containers.start(id));
                node.waitForExit(id);
                assertThat(node.log(id)).containsExactly("stdout F 0");
            } else {
                assertThatThrownBy(() -> await(node.containers.start(id)))
                        .hasMessageContaining("open /" + subPath + " of the image that is mounted on /image");
            }
        }
    }
}
