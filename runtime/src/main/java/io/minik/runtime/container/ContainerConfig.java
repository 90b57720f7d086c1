package io.minik.runtime.container;

import io.minik.runtime.container.Containers.Device;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.snapshot.Snapshotter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a container is to be. Also what is kept of it on disk, see {@link ConfigFormat}: a change of a field's name or place is a
 * new version there.
 *
 * @param id unique on the node, [a-z0-9-]
 */
public record ContainerConfig(
        String id,
        Origin origin,
        ImageUse image,
        Program program,
        List<Mount> mounts,
        List<Device> devices,
        Stdio stdio,
        Security security,
        Place place,
        Notes notes) {
    /** Which sandbox the container belongs to, by which name, and which try it is. */
    public record Origin(String sandboxId, String name, int attempt) {}

    /** @param id of the image, with its layers (Images.Image); @param reference what people call it */
    public record ImageUse(String id, String reference, List<String> layers) {}

    /**
     * @param command full argv, nothing taken from the image any more
     * @param env KEY=value, whole and final
     */
    public record Program(List<String> command, List<String> env, String workingDir, String stopSignal) {
        /** Without what may hold the values of Secrets. */
        Program withoutWords() {
            return new Program(List.of(), List.of(), workingDir, stopSignal);
        }

        Program with(List<String> words, List<String> environment) {
            return new Program(words, environment, workingDir, stopSignal);
        }
    }

    /** @param once the first attachment's end is the end of stdin */
    public record Stdio(boolean stdin, boolean once, boolean tty, LogFile log) {}

    /** @param path in CRI log format; rotated at maxBytes into .1 … .(maxFiles-1) */
    public record LogFile(Path path, long maxBytes, int maxFiles) {}

    /** @param pidTarget id of a running container whose process namespace this one joins; empty for its own */
    public record Place(String cgroupParent, String pidTarget, Resources resources) {}

    public record Notes(Map<String, String> labels, Map<String, String> annotations) {
        Notes with(Map<String, String> more) {
            Map<String, String> all = new HashMap<>(annotations);
            all.putAll(more);
            return new Notes(labels, Map.copyOf(all));
        }
    }

    /** What it stands on, made or found again; the images that it mounts stay as long as it does. */
    Snapshotter.RootFs root(Snapshotter snapshots) {
        List<String> mounted = mounts.stream()
                .flatMap(mount -> mount.image().layers().stream())
                .toList();
        return snapshots.prepare(id, image.layers(), mounted);
    }

    public ContainerConfig with(Program other) {
        return new ContainerConfig(id, origin, image, other, mounts, devices, stdio, security, place, notes);
    }

    public ContainerConfig with(List<Mount> other) {
        return new ContainerConfig(id, origin, image, program, other, devices, stdio, security, place, notes);
    }

    public ContainerConfig with(Stdio other) {
        return new ContainerConfig(id, origin, image, program, mounts, devices, other, security, place, notes);
    }

    public ContainerConfig with(Security other) {
        return new ContainerConfig(id, origin, image, program, mounts, devices, stdio, other, place, notes);
    }

    public ContainerConfig with(Place other) {
        return new ContainerConfig(id, origin, image, program, mounts, devices, stdio, security, other, notes);
    }

    /** The same with other limits, and with annotations added. */
    ContainerConfig updated(Resources resources, Map<String, String> annotations) {
        return new ContainerConfig(
                id,
                origin,
                image,
                program,
                mounts,
                devices,
                stdio,
                security,
                new Place(
                        place.cgroupParent(),
                        place.pidTarget(),
                        place.resources().updated(resources)),
                notes.with(annotations));
    }
}
