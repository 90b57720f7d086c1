package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.CapabilityNames;
import io.minik.runtime.container.Containers.KernelPaths;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Recursive;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node gives away to its users and its pods: files, identities, settings, memory. See docs/security.md. */
@Tag("root")
class NodeAdvisoriesTest {
    @TempDir
    Path dir;

    private TestNode node;

    @BeforeEach
    void start() {
        node = new TestNode(dir, new TestNode.NoNetwork());
        await(node.sandboxes.run(TestNode.pod("p1")));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static Security user(String user, boolean strict) {
        return Security.of(new User(user, -1, List.of(4242L), strict));
    }

    private static ContainerConfig changed(
            ContainerConfig c, List<Mount> mounts, Security security, Resources resources) {
        return TestNode.limited(c.with(mounts).with(security), resources);
    }

    private List<String> run(List<Mount> mounts, Security security, String script) {
        ContainerConfig plain = node.config("p1", "c" + System.nanoTime(), "sh", "-c", script);
        node.runToEnd(changed(plain, mounts, security, plain.place().resources()));
        return node.log(plain.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4294967295", "4294967296", "4294968296", "18446744073709551616", "00000000000"})
    void cve202440635AndCve202646680DigitsAreNeverANameAndNoIdWrapsAround(String user) throws IOException {
        // The image gives them to root.
        Files.writeString(node.image.resolve("etc/passwd"), user + ":x:0:0::/:/bin/sh\n");
        ContainerConfig plain = node.config("p1", "c1", "id", "-u");
        assertThatThrownBy(() -> await(node.containers.create(changed(
                        plain, List.of(), user(user, false), plain.place().resources()))))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageContaining("unable to find user " + user);
    }

    @Test
    void cve20222989AndCve20222990AndCve20222995AndCve202236109AndCve202325173TheGroupItselfIsAmongTheGroups() {
        assertThat(run(List.of(), user("guest", false), "grep Groups: /proc/self/status | tr '\\t' ' '"))
                .containsExactly("stdout F Groups: 1001 1002 4242 ");
    }

    @Test
    void strictGroupsAreNotTheImages() {
        assertThat(run(List.of(), user("guest", true), "grep Groups: /proc/self/status | tr '\\t' ' '"))
                .containsExactly("stdout F Groups: 1001 4242 ");
        ContainerConfig plain = node.config("p1", "x", "sleep", "1000");
        await(node.containers.create(
                changed(plain, List.of(), user("guest", true), plain.place().resources())));
        await(node.containers.start("x"));
        assertThat(await(node.containers.execSync("x", List.of("id", "-G"), 30_000))
                        .stdout()
                        .toString())
                .isEqualTo("1001 4242\n");
    }

    private static SandboxConfig withSysctls(SandboxConfig c, boolean host, Map<String, String> sysctls) {
        return TestNode.pod(c.id(), new Sandboxes.Sharing(host, false, host, false), sysctls);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.core_pattern",
                "kernel/core_pattern",
                "vm.overcommit_memory",
                "net/../kernel/core_pattern",
                "net.ipv4.ip_forward+kernel.core_pattern",
                "net.",
                "fs.mqueue"
            })
    void cve20220811SettingsOfTheNodeAreNotAPods(String name) {
        assertThatThrownBy(() -> await(node.sandboxes.run(withSysctls(TestNode.pod("p2"), false, Map.of(name, "1")))))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageStartingWith("sysctl \"" + name + "\" is not");
        assertThat(await(node.sandboxes.find("p2"))).isEmpty();
    }

    @Test
    void cve20220811NeitherAreThoseOfASharedNamespace() {
        for (String name : List.of("net.ipv4.ip_forward", "kernel.shmmax", "fs.mqueue.msg_max")) {
            assertThatThrownBy(
                            () -> await(node.sandboxes.run(withSysctls(TestNode.pod("p2"), true, Map.of(name, "1")))))
                    .hasMessage("sysctl \"" + name + "\" is not allowed in the host's namespace");
        }
        await(node.sandboxes.run(withSysctls(TestNode.pod("p2"), false, Map.of("kernel.shmmni", "4000"))));
        node.runToEnd(node.config("p2", "c2", "cat", "/proc/sys/kernel/shmmni"));
        assertThat(node.log("c2")).containsExactly("stdout F 4000");
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(path)));
    }

    @Test
    void cve202141103AndCve202425621WhatWeKeepIsForRootAlone() throws IOException {
        // An earlier minik's directory, for all to read.
        Path open = Files.createDirectories(dir.resolve("data/containers"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        node.runToEnd(node.config("p1", "c1", "echo", "hello"));
        for (String directory : List.of("data/containers", "data/sandboxes", "run/containers", "run/sandboxes")) {
            assertThat(mode(directory)).as(directory).isEqualTo("rwx------");
        }
        for (String file : List.of(
                "data/containers/c1/config.json",
                "data/containers/c1/life.json",
                "data/sandboxes/p1/sandbox.json",
                "run/containers/c1/process.json")) {
            assertThat(mode(file)).as(file).isEqualTo("rw-------");
        }
        assertThat(mode("logs/c1.log")).isEqualTo("rw-r-----");
        assertThat(mode("logs")).isEqualTo("rwxr-x---");
    }

    @Test
    void noDiskKeepsWhatAnEnvironmentSays() throws IOException {
        ContainerConfig plain = node.config("p1", "c1", "sh", "-c", "sleep 1000 # hunter2-argument");
        await(node.containers.create(
                plain.with(plain.program().with(plain.program().command(), List.of("PATH=/bin", "PASSWORD=hunter2")))));
        await(node.containers.start("c1"));
        try (Stream<Path> files = Files.walk(dir.resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).as(file.toString()).doesNotContain("hunter2");
            }
        }
        node.drop();
        node = new TestNode(dir, new TestNode.NoNetwork());
        assertThat(await(node.containers.execSync("c1", List.of("sh", "-c", "echo $PASSWORD"), 30_000))
                        .stdout()
                        .toString())
                .isEqualTo("hunter2\n");
    }

    @Test
    void whatWasNeverStartedBeforeARebootIsMadeAnew() throws IOException {
        await(node.containers.create(node.config("p1", "c1", "true")));
        node.drop();
        Files.delete(dir.resolve("run/containers/c1/process.json"));
        node = new TestNode(dir, new TestNode.NoNetwork());
        assertThat(await(node.containers.find("c1"))).isEmpty();
    }

    @Test
    void cve202015257NobodyCanDialARuntimeByAnAbstractSocket() throws IOException {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        Set<String> ours;
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            ours = fds.map(NodeAdvisoriesTest::target)
                    .filter(target -> target.startsWith("socket:["))
                    .map(target -> target.substring(8, target.length() - 1))
                    .collect(Collectors.toSet());
        }
        assertThat(Files.readAllLines(Path.of("/proc/net/unix")))
                .noneMatch(line -> line.contains(" @") && ours.contains(line.split(" +")[6]));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void cve202231030AndCve20221708WhatAProbeSaysIsBounded() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        Containers.ExecResult result = await(node.containers.execSync(
                "c1", List.of("sh", "-c", "yes | head -c 20000000; yes | head -c 5000000 >&2; exit 3"), 60_000));
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stdout().length()).isEqualTo(16 << 10);
        assertThat(result.stderr().length()).isEqualTo(16 << 10);
    }

    @Test
    void cve202653495WhatACommandLeavesRunningHoldsNobodyUp() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        for (int i = 0; i < 20; i++) {
            Containers.ExecResult result = await(
                    node.containers.execSync("c1", List.of("sh", "-c", "sleep 1000 & echo said; exit 4"), 60_000));
            assertThat(result).isEqualTo(new Containers.ExecResult(4, result.stdout(), result.stderr(), false));
            assertThat(result.stdout().toString()).isEqualTo("said\n");
        }
    }

    @Test
    void cve202647262AsManyGroupsAsAFileHoldsAreCountedNotSearched() throws IOException {
        StringBuilder groups = new StringBuilder();
        for (int i = 0; groups.length() < (1 << 20) - 32; i++) {
            groups.append("a::").append(i + 2000).append(":guest\n");
        }
        Files.writeString(node.image.resolve("etc/group"), groups.toString());
        ContainerConfig plain = node.config("p1", "c1", "true");
        assertThatThrownBy(() -> await(node.containers.create(changed(
                        plain, List.of(), user("guest", false), plain.place().resources()))))
                .hasMessageMatching("the user is in [0-9]+ groups, the kernel takes 65536");
    }

    @Test
    void cve20254437AHugePasswdIsNotRead() throws IOException {
        Files.writeString(node.image.resolve("etc/passwd"), "guest:x:1000:1001::/:/bin/sh\n" + "#".repeat(2 << 20));
        ContainerConfig plain = node.config("p1", "c1", "true");
        assertThatThrownBy(() -> await(node.containers.create(changed(
                        plain, List.of(), user("guest", false), plain.place().resources()))))
                .hasMessageContaining("unable to find user guest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost/", "localhost//nowhere/profile.json", "", "nonsense"})
    void cve20232431AProfileThatIsNotThereIsNotNone(String profile) {
        Security security =
                new Security(User.named(""), false, false, false, CapabilityNames.USUAL, KernelPaths.OPEN, profile);
        ContainerConfig plain = node.config("p1", "c1", "true");
        assertThatThrownBy(() -> await(node.containers.create(
                        changed(plain, List.of(), security, plain.place().resources()))))
                .isInstanceOf(RuntimeFault.class);
    }

    @Test
    void aCommandIsKilledForMemoryAsItsContainerIs() {
        ContainerConfig plain = node.config("p1", "c1", "sleep", "1000");
        await(node.containers.create(
                changed(plain, List.of(), plain.security(), new Resources(0, 0, 0, 0, 0, 777, "", ""))));
        await(node.containers.start("c1"));
        assertThat(await(node.containers.execSync("c1", List.of("cat", "/proc/self/oom_score_adj"), 30_000))
                        .stdout()
                        .toString())
                .isEqualTo("777\n");
    }

    @Test
    void aReadOnlyVolumeIsSoWithAllBelowItIfAsked() throws Exception {
        Path volume = Files.createDirectories(dir.resolve("volume"));
        Path below = Files.createDirectories(volume.resolve("below"));
        host("mount", "-t", "tmpfs", "x", below.toString());
        try {
            for (Recursive recursive : Recursive.values()) {
                assertThat(run(
                                List.of(new Mount(volume, "/v", true, recursive, Propagation.PRIVATE)),
                                TestNode.security(""),
                                "touch /v/a; touch /v/below/a && echo written"))
                        .containsExactlyInAnyOrder(
                                "stderr F touch: /v/a: Read-only file system",
                                recursive == Recursive.NO
                                        ? "stdout F written"
                                        : "stderr F touch: /v/below/a: Read-only file system");
            }
        } finally {
            host("umount", below.toString());
        }
    }

    @Test
    void aBidirectionalVolumeNeedsASharedMount() throws Exception {
        Path volume = Files.createDirectories(dir.resolve("volume"));
        host("mount", "-t", "tmpfs", "x", volume.toString());
        try {
            ContainerConfig plain = node.config("p1", "c1", "true");
            List<Mount> mounts = List.of(new Mount(volume, "/v", false, Propagation.BIDIRECTIONAL));
            host("mount", "--make-private", volume.toString());
            assertThatThrownBy(() -> await(node.containers.create(changed(
                            plain, mounts, plain.security(), plain.place().resources()))))
                    .hasMessage(
                            "path \"" + volume + "\" is mounted on \"" + volume + "\" but it is not a shared mount");
            host("mount", "--make-shared", volume.toString());
            assertThat(run(mounts, plain.security(), "touch /v/a && echo fine")).containsExactly("stdout F fine");
        } finally {
            host("umount", volume.toString());
        }
    }

    private static void host(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
