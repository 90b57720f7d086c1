package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.oci.TestBundle.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers from bundles, by the client's command line. */
@Tag("root")
final class RuncTest {
    private static final String ID = "c1";

    @TempDir
    Path dir;

    private TestBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new TestBundle(dir);
    }

    @AfterEach
    void close() throws Exception {
        bundle.runc("delete", "--force", ID);
        bundle.close();
        try (var groups = Files.list(Path.of("/sys/fs/cgroup"))) {
            assertThat(groups.filter(p -> p.toString().contains("minik-oci-test-" + dir.getFileName())))
                    .isEmpty();
        }
    }

    @Test
    void runEndsAsItsContainerDoesAndLeavesNothing() throws Exception {
        bundle.program(TestBundle.exits(42));

        Ran ran = bundle.runc("run", ID);

        assertThat(ran).isEqualTo(new Ran(42, "", ""));
        assertThat(bundle.path("state").toFile().list()).isEmpty();
    }

    private com.fasterxml.jackson.databind.node.ObjectNode config(String name) {
        return bundle.config.withObject("/" + name);
    }

    /** The state is asked until it is what a kill makes of it. */
    private void awaitStopped() throws Exception {
        JsonNode state = Bundle.JSON.readTree(bundle.runc("state", ID).output());
        int pid = state.path("pid").asInt();
        if (pid > 0) {
            ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
        }
        assertThat(bundle.status(ID)).isEqualTo("stopped");
    }

    @Test
    void createWaitsForStartAndTheStateSaysSo() throws Exception {
        bundle.program(TestBundle.waits());

        Ran created = bundle.runc("create", "--pid-file", "pid", ID);

        assertThat(created).isEqualTo(new Ran(0, "", ""));
        int pid = Integer.parseInt(Files.readString(dir.resolve("bundle/pid")));
        assertThat(Files.readString(Path.of("/proc", "" + pid, "comm"))).startsWith("minik-runc");
        assertThat(bundle.status(ID)).isEqualTo("created");

        assertThat(bundle.runc("start", ID).code()).isZero();
        assertThat(bundle.status(ID)).isEqualTo("running");
        assertThat(bundle.runc("start", ID).error()).contains("cannot start an already running container");
        assertThat(bundle.runc("delete", ID).error()).contains("that is not stopped: running");
        assertThat(bundle.runc("ps", "--format", "json", ID).output()).isEqualTo("[" + pid + "]\n");

        assertThat(bundle.runc("kill", ID, "9").code()).isZero();
        awaitStopped();
        assertThat(bundle.runc("kill", ID, "9").error()).contains("container not running");
        assertThat(bundle.runc("delete", ID).code()).isZero();
        assertThat(bundle.runc("state", ID).error()).contains("container does not exist");
    }

    @Test
    void aSecondOneOfTheNameIsRefusedAndTheFirstGoesOn() throws Exception {
        bundle.program(TestBundle.waits());
        bundle.runc("run", "-d", ID);

        Ran second = bundle.runc("create", ID);

        assertThat(second.code()).isEqualTo(1);
        assertThat(second.error()).contains("container with given ID already exists");
        assertThat(bundle.status(ID)).isEqualTo("running");
    }

    @Test
    void optionsThatWouldHaveNoEffectAreRefused() throws Exception {
        bundle.program(TestBundle.waits());
        Ran run = bundle.runc("run", "-d", "--pidfd-socket", "/run/none.sock", ID);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.error()).contains("--pidfd-socket is not supported");
        bundle.runc("run", "-d", "--keep", ID);
        assertThat(bundle.status(ID))
                .as("nothing of the first try is in its way")
                .isEqualTo("running");
        Ran exec = bundle.runc("exec", "--cgroup", "/other", ID, "/bin/other");
        assertThat(exec.code()).isEqualTo(255);
        assertThat(exec.error()).contains("--cgroup is not supported: a process joins the cgroup of its container");
    }

    @Test
    void execRunsBesideAndHasTheContainersView() throws Exception {
        bundle.program(TestBundle.waits());
        bundle.write("bin/other", TestBundle.exits(9));
        bundle.write("bin/create", TestBundle.creates("/etc/made"));
        bundle.runc("run", "-d", ID);

        assertThat(bundle.runc("exec", ID, "/bin/other").code()).isEqualTo(9);
        assertThat(bundle.runc("exec", ID, "create").code()).isZero();
        assertThat(bundle.root().resolve("etc/made")).exists();

        Ran missing = bundle.runc("exec", ID, "missing");
        assertThat(missing.code()).isEqualTo(255);
        assertThat(missing.error())
                .contains(
                        "exec failed: unable to start container process: exec: \\\"missing\\\": executable file not found");
    }

    @Test
    void pauseStopsTheClockAndUpdateChangesLimits() throws Exception {
        bundle.program(TestBundle.waits());
        bundle.runc("run", "-d", ID);

        assertThat(bundle.runc("pause", ID).code()).isZero();
        assertThat(bundle.status(ID)).isEqualTo("paused");
        assertThat(bundle.runc("exec", ID, "/bin/program").error()).contains("cannot exec in a paused container");
        assertThat(bundle.runc("resume", ID).code()).isZero();
        assertThat(bundle.status(ID)).isEqualTo("running");

        assertThat(bundle.runc("update", "--pids-limit", "17", ID).code()).isZero();
        JsonNode stats =
                Bundle.JSON.readTree(bundle.runc("events", "--stats", ID).output());
        assertThat(stats.at("/data/pids/limit").asInt()).isEqualTo(17);
        assertThat(stats.at("/data/pids/current").asInt()).isEqualTo(1);
    }

    @Test
    void whatCanNotRunIsSaidByCreateAndLeavesNothing() throws Exception {
        bundle.program(TestBundle.exits(0));
        config("process").putArray("args").add("missing");

        Ran ran = bundle.runc("--log", "log.json", "--log-format", "json", "create", ID);

        assertThat(ran.code()).isEqualTo(1);
        JsonNode line = Bundle.JSON.readTree(Files.readString(dir.resolve("bundle/log.json")));
        assertThat(line.path("level").asText()).isEqualTo("error");
        assertThat(line.path("msg").asText())
                .isEqualTo("runc create failed: unable to start container process:"
                        + " exec: \"missing\": executable file not found in $PATH");
        assertThat(bundle.path("state").toFile().list()).isEmpty();
    }

    @Test
    void aUserNamespaceMapsItsRoot() throws Exception {
        bundle.program(TestBundle.creates("/etc/made"));
        for (Path path : List.of(bundle.root(), bundle.root().resolve("etc"), dir, dir.resolve("bundle"))) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        config("linux").withArray("/namespaces").addObject().put("type", "user");
        for (String kind : List.of("uidMappings", "gidMappings")) {
            config("linux")
                    .putArray(kind)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", 100000)
                    .put("size", 65536);
        }
        // A devpts wants its group, and a cgroup hierarchy its owner.
        bundle.config.withArray("/mounts").removeIf(m -> m.path("type").asText().equals("cgroup"));

        assertThat(bundle.runc("run", ID)).isEqualTo(new Ran(0, "", ""));
        assertThat(Files.getAttribute(bundle.root().resolve("etc/made"), "unix:uid"))
                .isEqualTo(100000);
    }

    @Test
    void hooksOfAllKindsRunInTheirPlacesAndReadTheState() throws Exception {
        bundle.program(TestBundle.exits(0));
        for (String kind : List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            config("hooks")
                    .putArray(kind)
                    .addObject()
                    .put("path", "/bin/dd")
                    .putArray("args")
                    .add("dd")
                    .add("of=" + dir.resolve(kind))
                    .add("status=none");
        }
        bundle.write("bin/hook", TestBundle.creates("/etc/startContainer"));
        config("hooks").putArray("startContainer").addObject().put("path", "/bin/hook");

        assertThat(bundle.runc("run", ID)).isEqualTo(new Ran(0, "", ""));

        assertThat(bundle.root().resolve("etc/startContainer")).exists();
        for (String kind : List.of("prestart", "createRuntime", "createContainer")) {
            JsonNode state = Bundle.JSON.readTree(Files.readString(dir.resolve(kind)));
            assertThat(state.path("status").asText()).isEqualTo("creating");
            assertThat(state.path("pid").asInt()).isPositive();
        }
        assertThat(Bundle.JSON
                        .readTree(Files.readString(dir.resolve("poststop")))
                        .path("status")
                        .asText())
                .isEqualTo("stopped");
        assertThat(dir.resolve("poststart")).exists();
    }

    @Test
    void aHookThatFailsUndoesTheContainer() throws Exception {
        bundle.program(TestBundle.exits(0));
        config("hooks").putArray("createRuntime").addObject().put("path", "/bin/false");

        Ran ran = bundle.runc("create", ID);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.error()).contains("error running createRuntime hook #0: exit status 1");
        assertThat(bundle.path("state").toFile().list()).isEmpty();
    }

    @Test
    void aHookThatHangsIsEndedInTime() throws Exception {
        bundle.program(TestBundle.exits(0));
        config("hooks")
                .putArray("createContainer")
                .addObject()
                .put("path", "/bin/sleep")
                .put("timeout", 1)
                .putArray("args")
                .add("sleep")
                .add("1000");

        assertThat(bundle.runc("run", ID).error()).contains("createContainer hook #0: timed out after 1 s");
    }
}
