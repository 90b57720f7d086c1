package io.minik.runtime.container;

import io.minik.runtime.container.Containers.ContainerConfig;
import io.minik.runtime.container.Containers.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changed copies of a container's config. */
final class Configs {
    private Configs() {}

    static ContainerConfig updated(ContainerConfig c, Resources resources, Map<String, String> annotations) {
        Map<String, String> merged = new LinkedHashMap<>(c.annotations());
        merged.putAll(annotations);
        return new ContainerConfig(
                c.id(),
                c.sandboxId(),
                c.name(),
                c.attempt(),
                c.imageId(),
                c.imageReference(),
                c.layers(),
                c.command(),
                c.env(),
                c.workingDir(),
                c.stdin(),
                c.stdinOnce(),
                c.tty(),
                c.mounts(),
                c.devices(),
                c.security(),
                resources,
                c.cgroupParent(),
                c.stopSignal(),
                c.logPath(),
                c.logMaxBytes(),
                c.logMaxFiles(),
                c.labels(),
                merged,
                c.pidTarget());
    }

    static ContainerConfig withProcess(ContainerConfig c, List<String> command, List<String> env) {
        return new ContainerConfig(
                c.id(),
                c.sandboxId(),
                c.name(),
                c.attempt(),
                c.imageId(),
                c.imageReference(),
                c.layers(),
                command,
                env,
                c.workingDir(),
                c.stdin(),
                c.stdinOnce(),
                c.tty(),
                c.mounts(),
                c.devices(),
                c.security(),
                c.resources(),
                c.cgroupParent(),
                c.stopSignal(),
                c.logPath(),
                c.logMaxBytes(),
                c.logMaxFiles(),
                c.labels(),
                c.annotations(),
                c.pidTarget());
    }
}
