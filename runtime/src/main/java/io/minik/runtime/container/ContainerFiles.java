package io.minik.runtime.container;

import io.minik.runtime.container.Containers.ContainerConfig;
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
 *   data/containers/ID/config.json  what was asked for
 *   data/containers/ID/life.json    what became of it
 *   run/containers/ID/{stdin,stdout,stderr}  FIFOs, held open by the container and its shim
 *   run/containers/ID/status        how it ended: siginfo_t and timespec, written by the shim
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
        return new JsonFile<>(dataDirectory(id).resolve("config.json"), ContainerConfig.class);
    }

    private JsonFile<Life> life(String id) {
        return new JsonFile<>(dataDirectory(id).resolve("life.json"), Life.class);
    }

    void write(ContainerConfig config) {
        config(config.id()).write(config);
    }

    void write(String id, Life life) {
        life(id).write(life);
    }

    Optional<ContainerConfig> findConfig(String id) {
        return config(id).read();
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
