package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.oci.TestBundle.Ran;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles whose root file system was made to lead a runtime out of it; what let people out of runc is named with each.
 * The targets are folders of the test.
 */
@Tag("root")
final class HostileBundlesTest {
    private static final String ID = "h1";

    @TempDir
    Path dir;

    private TestBundle bundle;
    private Path outside;

    @BeforeEach
    void open() throws IOException {
        bundle = new TestBundle(dir);
        outside = Files.createDirectories(dir.resolve("outside"));
    }

    @AfterEach
    void close() throws Exception {
        bundle.runc("delete", "--force", ID);
        bundle.close();
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                .noneMatch(line -> line.contains(dir.toString()));
        assertThat(outside.toFile().list()).isEmpty();
    }

    private ObjectNode linux() {
        return bundle.config.withObject("/linux");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"OUTSIDE", "../../../../../../../../OUTSIDE", "/proc/self/root/OUTSIDE", "/proc/1/root/OUTSIDE"})
    void aMountOverALinkStaysInside(String target) throws Exception {
        Path data = Files.createDirectories(dir.resolve("data"));
        Files.createSymbolicLink(bundle.root().resolve("link"), Path.of(target.replace("OUTSIDE", outside.toString())));
        bundle.mount("/link/below", "bind", data.toString(), "rbind");
        bundle.program(TestBundle.creates("/link/below/made"));

        Ran ran = bundle.runc("run", ID);

        // It is put where the link leads inside, or refused; the host's folder is never touched.
        assertThat(ran.code() == 0).isEqualTo(Files.exists(data.resolve("made")));
        assertThat(outside.toFile().list()).isEmpty();
    }

    @Test
    void aWorkingDirectoryThatIsALinkIsMadeInside() throws Exception {
        Files.createSymbolicLink(bundle.root().resolve("link"), outside);
        bundle.config.withObject("/process").put("cwd", "/link/deep/er");
        bundle.program(TestBundle.creates("made"));

        bundle.runc("run", ID);

        assertThat(outside.toFile().list()).isEmpty();
    }

    /** CVE-2019-19921, CVE-2023-27561: what is mounted on /proc or /sys goes where the link leads. */
    @ParameterizedTest
    @ValueSource(strings = {"proc", "sys"})
    void procAndSysMustNotBeLinks(String name) throws Exception {
        Files.delete(bundle.root().resolve(name));
        Files.createDirectories(bundle.root().resolve("elsewhere"));
        Files.createSymbolicLink(bundle.root().resolve(name), Path.of("/elsewhere"));
        bundle.program(TestBundle.exits(0));

        Ran ran = bundle.runc("run", ID);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.error()).contains("to rootfs at \\\"/" + name, "too many levels of symbolic links");
    }

    /** CVE-2019-16884 and CVE-2025-52881: a bind mount that ends on procfs by a link of the image or of another volume. */
    @Test
    void aMountThatALinkLeadsOntoProcIsRefused() throws Exception {
        Files.createSymbolicLink(bundle.root().resolve("attr"), Path.of("/proc/sys"));
        bundle.mount(
                "/attr", "bind", Files.createDirectories(dir.resolve("data")).toString(), "bind");
        bundle.program(TestBundle.exits(0));

        Ran ran = bundle.runc("run", ID);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.error()).contains("cannot be mounted because it is inside /proc");
    }

    /** CVE-2025-31133: a null device of the image's must not be what covers a masked path. */
    @Test
    void whatCoversMaskedPathsIsTheHostsNullDevice() throws Exception {
        // The image's own /dev, with a link where the device should be: nothing is mounted on /dev.
        bundle.config
                .withArray("/mounts")
                .removeIf(m -> m.path("destination").asText().startsWith("/dev"));
        Files.createSymbolicLink(bundle.root().resolve("dev/null"), Path.of("/proc/sys/kernel/core_pattern"));
        Files.writeString(bundle.root().resolve("etc/secret"), "secret");
        linux().putArray("maskedPaths").add("/etc/secret");
        bundle.program(readsNothing("/etc/secret"));

        assertThat(bundle.runc("run", ID).code()).isZero();
    }

    /** Ends with 0 if the file is empty. */
    private static Tape readsNothing(String file) {
        Tape.Builder tape = Tape.builder();
        Slot fd = tape.slot("fd");
        Slot bytes = tape.slot("bytes");
        tape.add("open", Syscall.OPENAT, TapeSteps.CWD, Arg.text(file), Arg.value(Kernel.O_RDONLY), Arg.value(0))
                .into(fd);
        Slot got = tape.slot("got");
        tape.add("read", Syscall.READ, Arg.stored(fd), Arg.addressOf(bytes), Arg.value(8))
                .into(got);
        tape.add("exit", Syscall.EXIT_GROUP, Arg.stored(got));
        return tape.build();
    }

    /** CVE-2023-28642 and its kind: a masked or read-only path that is a link covers nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"maskedPaths", "readonlyPaths"})
    void aMaskedPathThatIsALinkIsRefused(String field) throws Exception {
        Files.createSymbolicLink(bundle.root().resolve("link"), Path.of("/etc"));
        linux().putArray(field).add("/link");
        bundle.program(TestBundle.exits(0));

        assertThat(bundle.runc("run", ID).code()).isEqualTo(1);
    }

    /** CVE-2025-52565: /dev/console is where the terminal is mounted, with whatever the image put there. */
    @Test
    void aConsoleThatIsALinkIsRefused() throws Exception {
        bundle.config
                .withArray("/mounts")
                .removeIf(m -> m.path("destination").asText().equals("/dev"));
        for (String name : List.of("pts", "shm", "mqueue")) {
            Files.createDirectories(bundle.root().resolve("dev").resolve(name));
        }
        Files.createSymbolicLink(bundle.root().resolve("dev/console"), outside.resolve("console"));
        bundle.config.withObject("/process").put("terminal", true);
        bundle.program(TestBundle.exits(0));

        Ran ran = bundle.runc("run", ID);

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.error()).contains("mount the terminal on /dev/console");
    }

    /** CVE-2024-21626: a working directory or a program by a descriptor that was left open leads to the host. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/proc/self/fd/3", "/proc/self/fd/5", "/proc/self/fd/7", "/proc/self/fd/20", "/proc/1/root"})
    void aWorkingDirectoryByADescriptorIsRefused(String cwd) throws Exception {
        bundle.config.withObject("/process").put("cwd", cwd);
        bundle.program(TestBundle.exits(0));

        assertThat(bundle.runc("run", ID).code()).isEqualTo(1);
        Files.createSymbolicLink(bundle.root().resolve("cwd"), Path.of(cwd));
        bundle.config.withObject("/process").put("cwd", "/cwd");
        assertThat(bundle.runc("run", ID).code()).isEqualTo(1);
    }

    @Test
    void aProgramHasNoDescriptorsButItsStreams() throws Exception {
        Tape.Builder tape = Tape.builder();
        for (int fd = 3; fd < 700; fd++) {
            Tape.Label closed = tape.label();
            tape.add("look at " + fd, Syscall.FCNTL, Arg.value(fd), Arg.value(1), Arg.value(0))
                    .onError(Tape.ANY, closed);
            tape.add("open", Syscall.EXIT_GROUP, Arg.value(1));
            tape.place(closed);
        }
        tape.add("none", Syscall.EXIT_GROUP, Arg.value(0));
        bundle.program(tape.build());

        assertThat(bundle.runc("run", ID).code()).isZero();
        bundle.write("bin/look", tape.build());
        bundle.program(TestBundle.waits());
        bundle.runc("run", "-d", ID);
        assertThat(bundle.runc("exec", ID, "/bin/look").code()).isZero();
    }

    /** CVE-2019-5736: what executes itself gets a sealed file of memory, not a program of the host. */
    @Test
    void theProgramsOwnFileIsNoFileOfTheHost() throws Exception {
        bundle.program(TestBundle.exits(0));
        bundle.config.withObject("/process").putArray("args").add("/proc/self/exe");
        byte[] before = Files.readAllBytes(dir.resolve("client"));

        Ran ran = bundle.runc("run", ID);

        assertThat(ran.code()).isNotZero();
        assertThat(Files.readAllBytes(dir.resolve("client"))).isEqualTo(before);
    }

    /** CVE-2025-52881: a procfs that is none must not get what is meant for the kernel. */
    @Test
    void sysctlsAreNotWrittenToWhatOnlyLooksLikeProc() throws Exception {
        bundle.config.withArray("/mounts").removeIf(m -> m.path("type").asText().equals("proc"));
        Files.createDirectories(bundle.root().resolve("proc/sys/net/ipv4"));
        linux().withObject("/sysctl").put("net.ipv4.ip_forward", "1");
        bundle.program(TestBundle.exits(0));

        assertThat(bundle.runc("run", ID).error()).contains("linux.sysctl needs a mount of type proc on /proc");
    }

    @Test
    void aFakeProcByBindMountIsRefused() throws Exception {
        bundle.config.withArray("/mounts").removeIf(m -> m.path("type").asText().equals("proc"));
        bundle.mount(
                "/proc", "bind", Files.createDirectories(dir.resolve("fake")).toString(), "bind");
        bundle.program(TestBundle.exits(0));

        assertThat(bundle.runc("run", ID).error()).contains("cannot be mounted on because it is not of type proc");
    }

    /** A pipe in place of a file that is read would hold the runtime. */
    @Test
    void aPasswdThatIsAPipeOrALinkOutIsNotWaitedFor() throws Exception {
        assertThat(new ProcessBuilder(
                                "mkfifo", bundle.root().resolve("etc/passwd").toString())
                        .start()
                        .waitFor())
                .isZero();
        bundle.program(TestBundle.exits(0));

        assertThat(bundle.runc("run", ID).code()).isZero();
    }

    @Test
    void aDeviceIsMadeInsideAlsoWhereALinkLeadsOut() throws Exception {
        Files.createSymbolicLink(bundle.root().resolve("link"), outside);
        linux().withArray("/devices")
                .addObject()
                .put("path", "/link/null")
                .put("type", "c")
                .put("major", 1)
                .put("minor", 3);
        bundle.program(TestBundle.exits(0));

        bundle.runc("run", ID);

        assertThat(outside.toFile().list()).isEmpty();
    }
}
