package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.ExecResult;
import io.minik.runtime.container.Containers.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class ContainersTest {
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

    @Test
    void aContainerRunsLogsAndItsExitCodeIsKept() {
        Container ended = node.runToEnd(
                node.config("p1", "c1", "sh", "-c", "echo $GREETING; echo problem >&2; printf end; exit 3"));

        assertThat(ended.state()).isEqualTo(State.EXITED);
        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.reason()).isEqualTo("Error");
        assertThat(ended.finishedAtNanos()).isGreaterThanOrEqualTo(ended.startedAtNanos());
        assertThat(node.log("c1")).containsExactlyInAnyOrder("stdout F hello", "stderr F problem", "stdout P end");
    }

    @Test
    void itSeesItselfAsThePodsProcessOne() {
        node.runToEnd(node.config(
                "p1", "c1", "sh", "-c", "echo $$; hostname; id; pwd; ls /proc/self/fd | wc -l; echo $HOSTNAME $HOME"));

        assertThat(node.log("c1"))
                .containsExactly(
                        "stdout F 1",
                        "stdout F host-p1",
                        "stdout F uid=0(root) gid=0(root) groups=0(root)",
                        "stdout F /",
                        "stdout F 4",
                        "stdout F host-p1 /root");
    }

    @Test
    void itMayLiveAmongTheProcessesOfAnother() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "300")));
        await(node.containers.start("c1"));
        node.runToEnd(TestNode.beside(node.config("p1", "c2", "cat", "/proc/1/cmdline"), "c1"));
        assertThat(node.log("c2")).containsExactly("stdout P sleep\u0000300\u0000");
        assertThatThrownBy(() -> node.runToEnd(TestNode.beside(node.config("p1", "c3", "true"), "c2")))
                .hasMessageContaining("target container c2 is not running");
    }

    @Test
    void aMissingProgramIsAStartError() {
        ContainerConfig config = node.config("p1", "c1", "nonsense");
        await(node.containers.create(config));

        assertThatThrownBy(() -> await(node.containers.start("c1")))
                .isInstanceOfSatisfying(
                        RuntimeFault.class, f -> assertThat(f.kind()).isEqualTo(RuntimeFault.Kind.START))
                .hasMessage(
                        "unable to start container process: exec: \"nonsense\": executable file not found in $PATH");
        Container failed = await(node.containers.find("c1")).orElseThrow();
        assertThat(failed.state()).isEqualTo(State.EXITED);
        assertThat(failed.exitCode()).isEqualTo(128);
        assertThat(failed.reason()).isEqualTo("StartError");
    }

    @Test
    void aCommandRunsInsideAndItsOutputIsCollected() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));

        ExecResult result =
                await(node.containers.execSync("c1", List.of("sh", "-c", "echo out; echo err >&2; exit 7"), 0));

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.stdout()).hasToString("out\n");
        assertThat(result.stderr()).hasToString("err\n");
        assertThat(result.timedOut()).isFalse();
    }

    @Test
    void aCommandThatTakesTooLongIsKilled() {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));

        ExecResult result = await(node.containers.execSync("c1", List.of("sh", "-c", "echo began; sleep 1000"), 200));

        assertThat(result.timedOut()).isTrue();
        assertThat(result.exitCode()).isEqualTo(137);
    }

    /** A full disk must not leave whoever stops a container waiting for ever. */
    @Test
    void anEndThatTheDiskRefusesIsAnEnd() throws IOException {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        Path record = dir.resolve("data/containers/c1/life.json");
        Files.delete(record);
        Files.createDirectories(record.resolve("in the way"));

        Container ended = await(node.containers.stop("c1", 0));

        assertThat(ended.state()).isEqualTo(State.EXITED);
        assertThat(ended.exitCode()).isEqualTo(137);
        await(node.containers.remove("c1"));
        assertThat(await(node.containers.list())).isEmpty();
    }

    @Test
    void stopAsksThenKills() {
        ContainerConfig polite =
                node.config("p1", "polite", "sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.02; done");
        await(node.containers.create(polite));
        await(node.containers.start("polite"));
        await(node.containers.execSync("polite", List.of("sh", "-c", "true"), 0));
        ContainerConfig deaf = node.config("p1", "deaf", "sh", "-c", "trap '' TERM; while :; do sleep 0.02; done");
        await(node.containers.create(deaf));
        await(node.containers.start("deaf"));

        assertThat(await(node.containers.stop("deaf", 100)).exitCode()).isEqualTo(137);
        assertThat(await(node.containers.stop("polite", 30_000)).exitCode()).isIn(5, 143);
        assertThat(await(node.containers.stop("polite", 30_000)).state()).isEqualTo(State.EXITED);
    }
}
