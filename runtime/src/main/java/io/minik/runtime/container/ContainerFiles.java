package io.minik.runtime.container;

import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.sys.JsonFile;
import io.minik.runtime.sys.Trees;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where containers are kept.
 *
 * <pre>
 *   data/containers/ID/config.json  what was asked for, without its command and environment
 *   data/containers/ID/life.json    what became of it
 *   run/containers/ID/{stdin,stdout,stderr}  FIFOs, held open by the container and its shim
 *   run/containers/ID/status        how it ended: siginfo_t and timespec, written by the shim
 *   run/containers/ID/process.json  command and environment: they may hold the values of Secrets, which no disk keeps
 *   run/containers/ID/release       FIFO; the shim leaves when a minik has it open
 * </pre>
 */
final class ContainerFiles {
    private final Path data;
    private final Path run;

    ContainerFiles(Path dataDir, Path runDir) {
        data = dataDir.resolve("containers");
        run = runDir.resolve("containers");
    }

    private Path dataDirectory(String id) {
        return data.resolve(SandboxFiles.requireId(id));
    }

    private Path runDirectory(String id) {
        return run.resolve(SandboxFiles.requireId(id));
    }

    void make(String id) {
        Trees.makePrivate(data);
        Trees.makePrivate(run);
        Trees.make(dataDirectory(id));
        Trees.make(runDirectory(id));
    }

    void remove(String id) {
        Trees.remove(dataDirectory(id));
        Trees.remove(runDirectory(id));
    }

    List<String> list() {
        return Trees.list(data);
    }

    List<String> listRun() {
        return Trees.list(run);
    }

    private JsonFile<ContainerConfig> config(String id) {
        return new JsonFile<>(dataDirectory(id).resolve("config.json"), ContainerConfig.class, ConfigFormat.CURRENT);
    }

    private JsonFile<Life> life(String id) {
        return new JsonFile<>(dataDirectory(id).resolve("life.json"), Life.class, Life.FORMAT);
    }

    /** What only a running system needs to know. */
    record ProcessWords(List<String> command, List<String> env) {}

    private JsonFile<ProcessWords> words(String id) {
        return new JsonFile<>(runDirectory(id).resolve("process.json"), ProcessWords.class);
    }

    void write(ContainerConfig config) {
        words(config.id())
                .write(new ProcessWords(
                        config.program().command(), config.program().env()));
        config(config.id()).write(config.with(config.program().withoutWords()));
    }

    void write(String id, Life life) {
        life(id).write(life);
    }

    /** After a reboot without command and environment. */
    Optional<ContainerConfig> findConfig(String id) {
        Optional<ContainerConfig> config = config(id).read();
        Optional<ProcessWords> words = words(id).read();
        return config.isEmpty() || words.isEmpty()
                ? config
                : config.map(c -> c.with(
                        c.program().with(words.get().command(), words.get().env())));
    }

    Optional<Life> findLife(String id) {
        return life(id).read();
    }

    Path stdin(String id) {
        return runDirectory(id).resolve("stdin");
    }

    Path stdout(String id) {
        return runDirectory(id).resolve("stdout");
    }

    Path stderr(String id) {
        return runDirectory(id).resolve("stderr");
    }

    Path status(String id) {
        return runDirectory(id).resolve("status");
    }

    Path release(String id) {
        return runDirectory(id).resolve("release");
    }
}
