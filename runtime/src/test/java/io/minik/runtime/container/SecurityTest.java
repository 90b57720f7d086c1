package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.CapabilityNames;
import io.minik.runtime.container.Containers.KernelPaths;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import io.minik.runtime.cri.Session;
import io.minik.runtime.sandbox.Sandboxes;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container may and may not see and do. */
@Tag("root")
class SecurityTest {
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

    private static ContainerConfig with(
            ContainerConfig c, Security security, List<Mount> mounts, Resources resources, boolean tty) {
        return TestNode.limited(TestNode.onTerminal(c, tty).with(mounts).with(security), resources);
    }

    private List<String> run(Security security, List<Mount> mounts, String script) {
        ContainerConfig plain = node.config("p1", "c1", "sh", "-c", script);
        node.runToEnd(with(plain, security, mounts, plain.place().resources(), false));
        return node.log("c1");
    }

    @Test
    void rootInsideHasTheFourteenCapabilitiesAndAFilter() {
        assertThat(
                        run(
                                TestNode.security(""),
                                List.of(),
                                "grep -E '^(CapInh|CapPrm|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '; mount -t tmpfs x /tmp; unshare -U true"))
                .containsExactly(
                        "stdout F CapInh: 0000000000000000",
                        "stdout F CapPrm: 00000000a80425fb",
                        "stdout F CapBnd: 00000000a80425fb",
                        "stdout F CapAmb: 0000000000000000",
                        "stdout F NoNewPrivs: 0",
                        "stdout F Seccomp: 2",
                        "stderr F mount: permission denied (are you root?)",
                        "stderr F unshare: unshare(0x10000000): Operation not permitted");
    }

    @Test
    void aNamedUserIsLookedUpInTheImageAndHasNoCapabilities() {
        Security guest = new Security(
                new User("guest", -1, List.of(4242L), false),
                false,
                true,
                true,
                new CapabilityNames(List.of(), List.of("ALL")),
                KernelPaths.OPEN,
                "runtime/default");
        assertThat(
                        run(
                                guest,
                                List.of(),
                                "id; grep -E '^(CapEff|CapBnd|NoNewPrivs):' /proc/self/status | tr '\\t' ' '; echo x > /file; echo again > /dev/stdout"))
                .containsExactlyInAnyOrder(
                        "stdout F uid=1000(guest) gid=1001(guest) groups=1001(guest),1002(extra),4242",
                        "stdout F CapEff: 0000000000000000",
                        "stdout F CapBnd: 0000000000000000",
                        "stdout F NoNewPrivs: 1",
                        "stderr F sh: can't create /file: Read-only file system",
                        "stdout F again");
    }

    @Test
    void anUnknownUserIsInvalidConfig() {
        ContainerConfig plain = node.config("p1", "c1", "true");
        assertThatThrownBy(() -> await(node.containers.create(with(
                        plain,
                        TestNode.security("nobody-here"),
                        List.of(),
                        plain.place().resources(),
                        false))))
                .isInstanceOfSatisfying(
                        RuntimeFault.class, f -> assertThat(f.kind()).isEqualTo(RuntimeFault.Kind.INVALID_CONFIG))
                .hasMessage("unable to find user nobody-here: no matching entries in passwd file");
        assertThat(await(node.containers.list())).isEmpty();
        assertThat(dir.resolve("data/containers/c1")).doesNotExist();
    }

    @Test
    void kernelFilesAreMaskedOrReadOnly() {
        assertThat(
                        run(
                                TestNode.security(""),
                                List.of(),
                                "cat /proc/timer_list | wc -c; ls /sys/firmware | wc -l; echo 1 > /proc/sys/kernel/panic; echo 1 > /sys/power/state;"
                                        + " ls /dev | tr '\\n' ' '; echo; grep -c . /proc/self/mountinfo >/dev/null; stat -c %a /dev/shm /tmp; ls /sys/fs/cgroup | wc -l"))
                .contains("stdout F 0", "stdout F 1777")
                .anyMatch(l -> l.startsWith("stderr F sh: can't create /proc/sys/kernel/panic"))
                .anyMatch(l -> l.equals(
                        "stdout F fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero "));
    }

    @Test
    void aPrivilegedContainerWithTheHostsProcessesSeesAndMayAll() {
        await(node.sandboxes.run(TestNode.pod("p2", new Sandboxes.Sharing(true, true, true, false), Map.of())));
        Security privileged =
                new Security(User.named(""), true, false, false, CapabilityNames.USUAL, KernelPaths.OPEN, "unconfined");
        ContainerConfig c = node.config(
                "p2",
                "c1",
                "sh",
                "-c",
                "[ -d /proc/" + ProcessHandle.current().pid()
                        + " ] && echo sees; mount -t tmpfs x /tmp && echo mounts; ls /dev/kmsg; (sleep 1000 &) ; grep Seccomp: /proc/self/status | tr '\\t' ' '");
        node.runToEnd(with(c, privileged, List.of(), c.place().resources(), false));

        assertThat(node.log("c1"))
                .containsExactly("stdout F sees", "stdout F mounts", "stdout F /dev/kmsg", "stdout F Seccomp: 0");
        assertThat(node.cgroups.at("kubepods/podp2/c1").processes()).isEmpty();
    }

    @Test
    void volumesAreMountedAndLinksOfTheImageDoNotLeadOut() throws Exception {
        Path volume = Files.createDirectories(dir.resolve("volume"));
        Files.writeString(volume.resolve("file"), "content\n");
        Path single = Files.writeString(dir.resolve("single"), "one\n");
        // In the image /var/run is a link to /run; /escape leads to a directory of the host.
        Path outside = Files.createDirectories(dir.resolve("outside"));
        Files.createSymbolicLink(node.image.resolve("escape"), outside);

        assertThat(
                        run(
                                TestNode.security(""),
                                List.of(
                                        new Mount(volume, "/var/run/secrets/v", true, Propagation.PRIVATE),
                                        new Mount(single, "/etc/single", false, Propagation.HOST_TO_CONTAINER),
                                        new Mount(volume, "/deep/er", false, Propagation.PRIVATE)),
                                "cat /run/secrets/v/file /etc/single; echo x > /run/secrets/v/new; echo more >> /deep/er/file; cat /deep/er/file; echo two > /etc/single"))
                .containsExactlyInAnyOrder(
                        "stdout F content",
                        "stdout F one",
                        "stderr F sh: can't create /run/secrets/v/new: Read-only file system",
                        "stdout F content",
                        "stdout F more");
        assertThat(single).hasContent("two");

        ContainerConfig bad = node.config("p1", "c2", "true");
        await(node.containers.create(with(
                bad,
                bad.security(),
                List.of(new Mount(volume, "/escape/in", false, Propagation.PRIVATE)),
                bad.place().resources(),
                false)));
        assertThatThrownBy(() -> await(node.containers.start("c2"))).isInstanceOf(RuntimeFault.class);
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void limitsHoldAndWantOfMemoryIsReported() {
        boolean v2 = node.cgroups.isV2();
        String files = v2
                ? "memory.max pids.max cpu.weight cpu.max"
                : "memory/memory.limit_in_bytes pids/pids.max cpu/cpu.shares cpu/cpu.cfs_quota_us";
        ContainerConfig plain = node.config(
                "p1",
                "c1",
                "sh",
                "-c",
                "cd /sys/fs/cgroup; cat " + files + "; dd if=/dev/zero of=/dev/null bs=64M count=1");
        Containers.Container ended = node.runToEnd(with(
                plain,
                plain.security(),
                List.of(),
                new Resources(512, 50_000, 100_000, 32 << 20, 100, 500, "", ""),
                false));

        assertThat(ended.reason()).isEqualTo("OOMKilled");
        assertThat(ended.exitCode()).isEqualTo(137);
        assertThat(node.log("c1").subList(0, 4))
                .containsExactly(
                        "stdout F 33554432",
                        "stdout F 100",
                        v2 ? "stdout F 20" : "stdout F 512",
                        v2 ? "stdout F 50000 100000" : "stdout F 50000");
    }

    @Test
    void wantOfMemoryKillsAContainerAsAWholeWhereTheKernelCan() {
        Assumptions.assumeTrue(node.cgroups.isV2(), "cgroup v1 kills single processes");
        ContainerConfig plain = node.config("p1", "c1", "sh", "-c", "tail /dev/zero; exit 3");
        Containers.Container ended = node.runToEnd(
                with(plain, plain.security(), List.of(), new Resources(0, 0, 0, 32 << 20, 0, 500, "", ""), false));

        assertThat(ended.reason()).isEqualTo("OOMKilled");
        assertThat(ended.exitCode()).isEqualTo(137);
    }

    @Test
    void aTerminalIsATerminal() throws Exception {
        ContainerConfig plain =
                node.config("p1", "c1", "sh", "-c", "tty; stty size; read line; echo got $line; exit 6");
        ContainerConfig config =
                with(plain, plain.security(), List.of(), plain.place().resources(), true);
        await(node.containers.create(config));
        var ended = node.exitOf("c1");
        await(node.containers.start("c1"));
        Session attached = await(node.containers.attach("c1", true, true, true));
        attached.resize(120, 40);
        await(attached.stdin().write(Buffer.buffer("hello\n")));

        assertThat(ended.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(6);
        assertThat(await(attached.exit())).isEqualTo(6);
        assertThat(node.log("c1")).contains("stdout F /dev/pts/0", "stdout F got hello");
    }

    @Test
    void aCommandMayHaveATerminalOfItsOwn() throws Exception {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        Session process =
                await(node.containers.exec("c1", new Containers.ExecConfig(List.of("sh"), true, true, "guest")));
        var said = Buffer.buffer();
        process.stdout().handler(said::appendBuffer);
        process.resize(132, 43);
        await(process.stdin().write(Buffer.buffer("stty size; tty; id -u; exit 3\n")));

        assertThat(await(process.exit())).isEqualTo(3);
        assertThat(said.toString()).contains("43 132\r\n", "/dev/pts/0\r\n", "1000\r\n");
    }

    @Test
    void whatIsTypedReachesACommandAndItsEndIsSeen() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        Session process =
                await(node.containers.exec("c1", new Containers.ExecConfig(List.of("wc", "-c"), true, false, "")));
        var said = Buffer.buffer();
        process.stdout().handler(said::appendBuffer);
        byte[] big = new byte[1 << 20];
        await(process.stdin().write(Buffer.buffer(big)));
        await(process.stdin().end());

        assertThat(await(process.exit())).isZero();
        assertThat(said.toString().trim()).isEqualTo(Integer.toString(big.length));
    }
}
