package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A bundle whose programs are tapes, a client, and a server that it finds: all real, in folders of one test. */
final class TestBundle implements AutoCloseable {
    private static final int LIMIT_SECONDS = 120;

    private final Path dir;
    private final OciServer server;
    final ObjectNode config = DefaultSpec.spec();

    TestBundle(Path dir) throws IOException {
        this.dir = dir;
        this.server = OciServer.listen(dir.resolve("oci"));
        Files.write(
                dir.resolve("client"),
                DrivenTape.executable(
                        Arch.current(), dir.resolve("oci/runc.sock").toString(), List.of(), List.of()));
        assertThat(dir.resolve("client").toFile().setExecutable(true)).isTrue();
        for (String folder : List.of("bin", "proc", "sys", "dev", "etc")) {
            Files.createDirectories(root().resolve(folder));
        }
        config.withObject("/process").put("terminal", false);
        config.withObject("/root").put("readonly", false);
        config.withObject("/linux").put("cgroupsPath", "/minik-oci-test-" + dir.getFileName());
    }

    Path root() {
        return dir.resolve("bundle/rootfs");
    }

    Path path(String name) {
        return dir.resolve(name);
    }

    /** A program of the root file system that is the container's. */
    void program(Tape tape) throws IOException {
        write("bin/program", tape);
        config.withObject("/process").putArray("args").add("/bin/program");
    }

    void write(String name, Tape tape) throws IOException {
        Path file = root().resolve(name);
        Files.write(file, tape.executable(Arch.current()));
        assertThat(file.toFile().setExecutable(true, false)).isTrue();
    }

    static Tape exits(int code) {
        Tape.Builder tape = Tape.builder();
        tape.add("exit", Syscall.EXIT_GROUP, Arg.value(code));
        return tape.build();
    }

    /** Makes a file, or ends with 127. */
    static Tape creates(String file) {
        Tape.Builder tape = Tape.builder();
        long flags = Kernel.O_CREAT | Kernel.O_WRONLY;
        tape.add("create", Syscall.OPENAT, TapeSteps.CWD, Arg.text(file), Arg.value(flags), Arg.value(0644));
        tape.add("exit", Syscall.EXIT_GROUP, Arg.value(0));
        return tape.build();
    }

    /** Ends with 1 if there is such a file, else with 0. */
    static Tape finds(String file) {
        Tape.Builder tape = Tape.builder();
        Tape.Label absent = tape.label();
        tape.add("look", Syscall.FACCESSAT, TapeSteps.CWD, Arg.text(file), Arg.value(0))
                .onError(Tape.ANY, absent);
        tape.add("exit", Syscall.EXIT_GROUP, Arg.value(1));
        tape.place(absent);
        tape.add("exit", Syscall.EXIT_GROUP, Arg.value(0));
        return tape.build();
    }

    /** Waits until it is killed. */
    static Tape waits() {
        Tape.Builder tape = Tape.builder();
        Tape.Label again = tape.label();
        tape.place(again);
        Arg long_ = Arg.bytes("an hour", TapeSteps.bytes(TapeSteps.little(16).putLong(3600)));
        tape.add("sleep", Syscall.NANOSLEEP, long_, Arg.value(0)).onError(Tape.ANY, again);
        tape.jump(again);
        return tape.build();
    }

    ObjectNode mount(String destination, String type, String source, String... options) {
        ObjectNode mount = config.withArray("/mounts").addObject();
        mount.put("destination", destination).put("type", type).put("source", source);
        for (String option : options) {
            mount.withArray("/options").add(option);
        }
        return mount;
    }

    record Ran(int code, String output, String error) {}

    Ran runc(String... words) throws IOException, InterruptedException {
        Files.write(dir.resolve("bundle/config.json"), Bundle.JSON.writeValueAsBytes(config));
        List<String> command = new ArrayList<>(List.of(dir.resolve("client").toString()));
        command.addAll(List.of("--root", dir.resolve("state").toString()));
        command.addAll(List.of(words));
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        // Files, since a container that goes on holds what it was given.
        Process process = new ProcessBuilder(command)
                .directory(dir.resolve("bundle").toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ran(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    String status(String id) throws IOException, InterruptedException {
        return Bundle.JSON.readTree(runc("state", id).output()).path("status").asText();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
