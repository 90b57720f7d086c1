package io.minik.agent.volume;

import io.minik.api.client.ApiClient;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.core.VolumeMount;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** The node's volumes. Owned by the agent's loop. */
public final class Volumes implements PodVolumes {
    /** The volume type whose content is an image. */
    public static final String IMAGE = "image";

    private static final int EMPTY_DIR_MODE = 0777;
    /** A volume's folder is for root; the volume's own root in it is for the pod's containers. */
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));

    private final ContentVolume.Node node;
    private final ApiClient api;
    private final Path podsDir;

    // Owned by the loop.
    private final Map<String, Mounted> pods = new HashMap<>();

    private static final class Mounted {
        final Map<String, Path> paths = new HashMap<>();
        final Map<String, ContentVolume> contents = new HashMap<>();
        final Map<String, Future<Void>> images = new HashMap<>();
    }

    /** @param podsDir the folder of all pods' directories: {@code <kubelet's root>/pods} */
    public Volumes(Loop loop, ApiClient api, Path podsDir, Mounts mounts, FileWork files) {
        this.api = api;
        this.podsDir = podsDir;
        this.node = new ContentVolume.Node(loop, new Sources(loop, api), new Tokens(api), mounts, files);
    }

    /**
     * Whether containers only read it, whatever the pod says: what the node goes on writing into must not have links that a
     * container made (CVE-2017-1002102).
     */
    public static boolean readOnly(Volume volume) {
        return volume.type().equals(IMAGE) || Projection.handles(volume);
    }

    @Override
    public Future<Void> mount(Pod pod, DownwardFields fields) {
        Mounted mounted = pods.computeIfAbsent(pod.uid(), ignored -> new Mounted());
        List<Future<Void>> all = new ArrayList<>();
        for (Volume volume : pod.spec().volumes()) {
            if (mounted.paths.containsKey(volume.name()) || unused(pod, volume)) {
                continue;
            }
            all.add(mount(pod, volume, fields, mounted)
                    .<Void>map(path -> {
                        mounted.paths.put(volume.name(), path);
                        return null;
                    })
                    .recover(error -> Future.failedFuture(new VolumeFault(
                            "MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + error.getMessage(),
                            error))));
        }
        return all.isEmpty() ? Future.succeededFuture() : Future.join(all).mapEmpty();
    }

    /** A volume that no container mounts is not made, as upstream. */
    private static boolean unused(Pod pod, Volume volume) {
        return pod.allContainers().stream()
                .flatMap(c -> c.volumeMounts().stream())
                .noneMatch(m -> m.name().equals(volume.name()));
    }

    private Future<Path> mount(Pod pod, Volume volume, DownwardFields fields, Mounted mounted) {
        if (Projection.handles(volume)) {
            Path directory = directory(pod.uid(), volume);
            ContentVolume before = mounted.contents.remove(volume.name());
            if (before != null) {
                before.close();
            }
            ContentVolume content = new ContentVolume(node, volume, directory, fields);
            mounted.contents.put(volume.name(), content);
            return content.mount().map(directory);
        }
        return switch (volume.type()) {
            case "emptyDir" -> emptyDir(pod, volume, fields);
            case "hostPath" -> hostPath(volume);
            case IMAGE -> Future.succeededFuture(directory(pod.uid(), volume));
            case "persistentVolumeClaim" -> claim(pod, Json.text(volume.source(), "claimName"), false);
            case "ephemeral" -> claim(pod, pod.name() + "-" + volume.name(), true);
            default ->
                Future.failedFuture(new VolumeFault("failed to get Plugin from volumeSpec for volume \""
                        + volume.name() + "\" err=no volume plugin matched: " + volume.type()
                        + " is not supported by this node"));
        };
    }

    private Future<Path> emptyDir(Pod pod, Volume volume, DownwardFields fields) {
        Path directory = directory(pod.uid(), volume);
        boolean memory = Json.text(volume.source(), "medium").equals("Memory");
        long limit = fields.memoryBackedSize(
                Quantity.orZero(volume.source().path("sizeLimit").asText("0")).value());
        return node.files().call(() -> {
            boolean fresh = !Files.isDirectory(directory);
            Files.createDirectories(directory, FOLDER);
            if (memory && node.mounts().below(directory).isEmpty()) {
                node.mounts().tmpfs(directory, limit);
                fresh = true;
            }
            if (fresh) {
                Files.setAttribute(directory, "unix:mode", memory ? ContentVolume.TMPFS_MODE : EMPTY_DIR_MODE);
                own(pod, directory);
            }
            return directory;
        });
    }

    private Future<Path> hostPath(Volume volume) {
        Path path = Path.of(Json.text(volume.source(), "path"));
        return node.files().call(() -> HostPaths.check(path, Json.text(volume.source(), "type")));
    }

    /** @param own it must have been made for this pod */
    private Future<Path> claim(Pod pod, String name, boolean own) {
        return api.get(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of(pod.namespace(), name))
                .recover(error -> Future.failedFuture(named(error, "persistentvolumeclaim \"" + name + "\" not found")))
                .compose(claim -> {
                    if (own
                            && claim.meta()
                                    .controller()
                                    .filter(owner -> owner.uid().equals(pod.uid()))
                                    .isEmpty()) {
                        return Future.failedFuture(new VolumeFault("PVC " + claim.key() + " was not created for pod "
                                + pod.key() + " (pod is not owner)"));
                    }
                    String volume = claim.text("spec", "volumeName");
                    if (volume.isEmpty() || !claim.text("status", "phase").equals("Bound")) {
                        return Future.failedFuture(new VolumeFault("PVC " + name + " is not bound"));
                    }
                    return api.get(Resources.PERSISTENT_VOLUMES, ObjectKey.cluster(volume));
                })
                .compose(volume -> persistent(pod, volume));
    }

    private Future<Path> persistent(Pod pod, KubeObject volume) {
        var spec = volume.at("spec");
        return node.files().call(() -> {
            if (spec.has("hostPath")) {
                return HostPaths.check(
                        Path.of(Json.text(spec, "hostPath", "path")), Json.text(spec, "hostPath", "type"));
            }
            if (spec.has("local")) {
                Path path = Path.of(Json.text(spec, "local", "path"));
                if (!Files.exists(path)) {
                    throw new VolumeFault("path \"" + path + "\" does not exist");
                }
                own(pod, path);
                return path;
            }
            throw new VolumeFault("the source of PersistentVolume " + volume.name() + " is not supported by this node");
        });
    }

    private static Throwable named(Throwable error, String notFound) {
        return ApiException.is(error, Status.Reason.NotFound) ? new VolumeFault(notFound, error) : error;
    }

    private void own(Pod pod, Path directory) throws IOException {
        var context = pod.spec().securityContext();
        OptionalLong group = context.fsGroup();
        if (group.isPresent()) {
            node.mounts()
                    .give(
                            directory,
                            group.getAsLong(),
                            context.fsGroupChangePolicy().equals("OnRootMismatch"));
        }
    }

    @Override
    public Future<Void> image(Pod pod, Volume volume, List<Path> layers) {
        Mounted mounted = pods.get(pod.uid());
        if (mounted == null) {
            return Future.failedFuture(new VolumeFault("volume \"" + volume.name() + "\" is not mounted"));
        }
        Future<Void> before = mounted.images.get(volume.name());
        if (before != null && !before.failed()) {
            return before;
        }
        Path directory = directory(pod.uid(), volume);
        // overlayfs wants two lower directories where there is none to write to.
        Path empty = directory.resolveSibling(volume.name() + ".empty");
        Future<Void> now = node.files().call(() -> {
            Files.createDirectories(directory, FOLDER);
            Files.createDirectories(empty, FOLDER);
            if (node.mounts().below(directory).isEmpty()) {
                List<Path> all = new ArrayList<>(layers);
                all.add(empty);
                node.mounts().overlay(all, directory);
            }
            return null;
        });
        mounted.images.put(volume.name(), now);
        return now;
    }

    @Override
    public Future<Map<String, Long>> used(Pod pod) {
        return node.files().call(() -> {
            Map<String, Long> used = new HashMap<>();
            for (Volume volume : pod.spec().volumes()) {
                Path directory = directory(pod.uid(), volume);
                boolean onDisk = volume.type().equals("emptyDir")
                        && !Json.text(volume.source(), "medium").equals("Memory");
                if (onDisk && Files.isDirectory(directory)) {
                    used.put(volume.name(), node.mounts().usedBytes(directory));
                }
            }
            return used;
        });
    }

    @Override
    public Future<Void> fill(Path directory, List<Path> layers, String path) {
        return node.files().call(() -> {
            new ImageCopy(node.mounts()).fill(directory, layers, path);
            return null;
        });
    }

    @Override
    public void changed(Pod pod, DownwardFields fields) {
        Mounted mounted = pods.get(pod.uid());
        if (mounted != null) {
            mounted.contents.values().forEach(content -> content.podChanged(fields));
        }
    }

    @Override
    public Future<Path> hostPath(Pod pod, VolumeMount mount, String subPath) {
        Mounted mounted = pods.get(pod.uid());
        Path volume = mounted == null ? null : mounted.paths.get(mount.name());
        if (volume == null) {
            return Future.failedFuture(new VolumeFault("volume \"" + mount.name() + "\" is not mounted"));
        }
        if (subPath.isEmpty()) {
            return Future.succeededFuture(volume);
        }
        if (subPath.startsWith("/") || ("/" + subPath + "/").contains("/../")) {
            return Future.failedFuture(new VolumeFault("subPath \"" + subPath + "\" must not leave the volume"));
        }
        // One place per volume and path: containers that share it share the mount.
        Path target = podsDir.resolve(pod.uid())
                .resolve("volume-subpaths")
                .resolve(mount.name())
                .resolve(HexFormat.of().formatHex(digest(subPath)));
        return node.files().call(() -> {
            node.mounts().unmount(target);
            node.mounts().subPath(volume, subPath, target);
            return target;
        });
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public Future<Void> unmount(String podUid) {
        Mounted mounted = pods.remove(podUid);
        if (mounted != null) {
            mounted.contents.values().forEach(ContentVolume::close);
        }
        Path directory = podsDir.resolve(podUid);
        return node.files().call(() -> {
            for (Path point : node.mounts().below(directory)) {
                node.mounts().unmount(point);
            }
            List<Path> left = node.mounts().below(directory);
            if (!left.isEmpty()) {
                throw new VolumeFault("still mounted: " + left);
            }
            Trees.delete(directory.resolve("volumes"));
            Trees.delete(directory.resolve("volume-subpaths"));
            return null;
        });
    }

    @Override
    public Future<Set<String>> present() {
        return node.files().call(() -> {
            Set<String> found = new HashSet<>();
            if (Files.isDirectory(podsDir)) {
                try (Stream<Path> entries = Files.list(podsDir)) {
                    entries.forEach(entry -> found.add(entry.getFileName().toString()));
                }
            }
            return found;
        });
    }

    /** {@code kubernetes.io~empty-dir}: the plugin's name as upstream writes it into paths. */
    private Path directory(String podUid, Volume volume) {
        String plugin = volume.type().equals("downwardAPI")
                ? "downward-api"
                : volume.type().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return podsDir.resolve(podUid)
                .resolve("volumes")
                .resolve("kubernetes.io~" + plugin)
                .resolve(volume.name());
    }
}
