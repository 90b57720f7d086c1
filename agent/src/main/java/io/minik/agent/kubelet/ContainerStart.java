package io.minik.agent.kubelet;

import io.minik.agent.kubelet.Environment.Reference;
import io.minik.agent.probe.Actions;
import io.minik.agent.volume.DownwardFields;
import io.minik.agent.volume.FileWork;
import io.minik.agent.volume.PodVolumes;
import io.minik.agent.volume.Volumes;
import io.minik.api.client.ApiClient;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.core.VolumeMount;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Seconds;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Brings one container from a name in a spec to a running process: image, environment, mounts, create, start, post-start
 * hook. One at a time per container; fails with {@link ContainerNotStarted}.
 */
final class ContainerStart {
    /** A post-start hook has no time limit of its own; the container's grace and liveness end it before this. */
    private static final long HOOK_MILLIS = 3_600_000;
    /** Real images declare a handful; a mount each is work for every start. */
    private static final int MOST_IMAGE_VOLUMES = 100;

    /** What is the same for every container of the node. */
    record Node(
            KubeletConfig config,
            ApiClient api,
            RuntimeService runtime,
            ImageFetch images,
            PodVolumes volumes,
            Actions actions,
            PodEvents events,
            FileWork files,
            Function<Pod, Map<String, String>> serviceLinks,
            UserRanges users) {}

    private final Node node;
    private final Pod pod;
    private final Container container;
    private final int attempt;
    private final Cri.PodSandboxStatus sandbox;
    private final PodDirectory directory;
    private final String pidTarget;
    /** Ids of the images that are volumes; filled with the mounts. */
    private final Set<String> volumeImages = new TreeSet<>();

    /** @param pidTarget id of the running container whose processes it sees, empty for its own */
    ContainerStart(Node node, Pod pod, PodStep.StartContainer start, Cri.PodSandboxStatus sandbox, String pidTarget) {
        this.pidTarget = pidTarget;
        this.node = node;
        this.pod = pod;
        this.container = start.container();
        this.attempt = start.attempt();
        this.sandbox = sandbox;
        this.directory = new PodDirectory(node.config(), pod);
    }

    Future<Void> run() {
        return node.images()
                .fetch(pod, container)
                .compose(image -> config(image))
                .compose(this::create)
                .compose(this::launch)
                .compose(this::postStart);
    }

    private Future<Cri.ContainerConfig> config(Cri.Image image) {
        DownwardFields fields = new DownwardFields(
                pod, node.config().nodeIps(), ips(), node.config().allocatable());
        return objects(Environment.references(container)).compose(objects -> {
            Map<String, String> environment = Environment.of(
                    container, fields, objects, node.serviceLinks().apply(pod));
            return mounts(image, environment)
                    .map(mounts -> ContainerConfigs.of(
                            new ContainerConfigs.Parts(
                                    pod, container, attempt, image, environment, mounts, volumeImages, pidTarget),
                            node.config()));
        });
    }

    private List<String> ips() {
        return pod.spec().network().hostNetwork() ? node.config().nodeIps() : sandbox.ips();
    }

    private Future<Map<Reference, KubeObject>> objects(Set<Reference> references) {
        Map<Reference, KubeObject> found = new LinkedHashMap<>();
        List<Future<Void>> reads = new ArrayList<>();
        for (Reference reference : references) {
            reads.add(node.api()
                    .get(reference.resource(), ObjectKey.of(pod.namespace(), reference.name()))
                    .<Void>map(object -> {
                        found.put(reference, object);
                        return null;
                    })
                    .recover(error -> ApiException.is(error, Status.Reason.NotFound)
                            ? Future.succeededFuture()
                            : Future.failedFuture(ContainerNotStarted.config(
                                    "failed to sync " + reference.word() + " cache: " + error.getMessage()))));
        }
        return reads.isEmpty()
                ? Future.succeededFuture(found)
                : Future.all(reads).map(ignored -> found);
    }

    private Future<List<Cri.Mount>> mounts(Cri.Image fromImage, Map<String, String> environment) {
        List<Future<Cri.Mount>> mounts = new ArrayList<>(declared(fromImage));
        Map<String, Future<Void>> contents = new HashMap<>();
        for (VolumeMount mount : container.volumeMounts()) {
            String subPath =
                    mount.subPathExpr().isEmpty() ? mount.subPath() : expandStrictly(mount.subPathExpr(), environment);
            Optional<Volume> image = imageVolume(mount);
            if (image.isPresent() && !pod.spec().network().hostUsers()) {
                mounts.add(shown(image.get(), mount, subPath));
                continue;
            }
            Future<Void> ready = image.isEmpty()
                    ? Future.succeededFuture()
                    : contents.computeIfAbsent(mount.name(), ignored -> imageContent(image.get()));
            boolean readOnly = mount.readOnly() || shownOnly(mount);
            mounts.add(ready.compose(ignored -> node.volumes().hostPath(pod, mount, subPath))
                    .map(path -> new Cri.Mount(
                            path,
                            mount.mountPath(),
                            readOnly,
                            recursive(mount),
                            propagation(mount),
                            false,
                            Optional.empty()))
                    .recover(error -> Future.failedFuture(
                            error instanceof ContainerNotStarted ? error : ContainerNotStarted.config(text(error)))));
        }
        return Future.all(mounts).compose(ignored -> {
            List<Cri.Mount> all =
                    new ArrayList<>(mounts.stream().map(Future::result).toList());
            return node.files()
                    .call(() -> {
                        all.addAll(directory.files(
                                SandboxConfigs.hostname(pod, node.config()), ips(), container, attempt));
                        // What is mounted below another one's place comes after it.
                        all.sort(Comparator.comparingInt(mount ->
                                Path.of(mount.containerPath()).normalize().getNameCount()));
                        return directory.dns().notices();
                    })
                    .map(notices -> {
                        notices.forEach(notice -> node.events().warning(pod, "DNSConfigForming", notice));
                        return List.copyOf(all);
                    });
        });
    }

    /** The volumes that the image declares and the pod does not give: with the image's content, gone with the container. */
    private List<Future<Cri.Mount>> declared(Cri.Image fromImage) {
        Set<Path> given = new HashSet<>();
        container
                .volumeMounts()
                .forEach(mount -> given.add(Path.of("/", mount.mountPath()).normalize()));
        Set<Path> wanted = new TreeSet<>();
        fromImage.volumes().forEach(path -> wanted.add(Path.of("/", path).normalize()));
        wanted.removeAll(given);
        wanted.remove(Path.of("/"));
        if (wanted.size() > MOST_IMAGE_VOLUMES) {
            throw ContainerNotStarted.create(
                    "the image declares " + wanted.size() + " volumes, and may declare " + MOST_IMAGE_VOLUMES);
        }
        List<Future<Cri.Mount>> mounts = new ArrayList<>();
        for (Path path : wanted) {
            Path place = directory.imageVolumes(container.name(), attempt).resolve("v" + mounts.size());
            mounts.add(node.images()
                    .layers(fromImage)
                    .compose(layers -> node.volumes().fill(place, layers, path.toString()))
                    .map(filled -> Cri.Mount.of(place, path.toString()))
                    .recover(error -> Future.failedFuture(ContainerNotStarted.create(text(error)))));
        }
        return mounts;
    }

    private boolean shownOnly(VolumeMount mount) {
        return pod.spec().volumes().stream()
                .anyMatch(volume -> volume.name().equals(mount.name()) && Volumes.readOnly(volume));
    }

    private Optional<Volume> imageVolume(VolumeMount mount) {
        return pod.spec().volumes().stream()
                .filter(volume ->
                        volume.type().equals(Volumes.IMAGE) && volume.name().equals(mount.name()))
                .findFirst();
    }

    /** By the runtime, since what the node has mounted of an image can't be mapped into the pod's users any more. */
    private Future<Cri.Mount> shown(Volume volume, VolumeMount mount, String subPath) {
        return node.images().fetch(pod, container, volume).map(image -> {
            volumeImages.add(image.id());
            return new Cri.Mount(
                    Path.of(""),
                    mount.mountPath(),
                    true,
                    Cri.RecursiveReadOnly.NO,
                    Cri.MountPropagation.PROPAGATION_PRIVATE,
                    true,
                    Optional.of(new CriParts.ImageMount(image.id(), subPath)));
        });
    }

    private Future<Void> imageContent(Volume volume) {
        return node.images()
                .fetch(pod, container, volume)
                .compose(image -> {
                    volumeImages.add(image.id());
                    return node.images().layers(image);
                })
                .compose(layers -> node.volumes().image(pod, volume, layers));
    }

    /** Unlike in commands, a name that is not known fails: it would become a directory's name. */
    private static String expandStrictly(String text, Map<String, String> environment) {
        return Expansion.expand(text, name -> {
            String value = environment.get(name);
            if (value == null) {
                throw ContainerNotStarted.config("missing value for \"" + name + "\"");
            }
            return Optional.of(value);
        });
    }

    private static Cri.RecursiveReadOnly recursive(VolumeMount mount) {
        return switch (mount.recursiveReadOnly()) {
            case "Enabled" -> Cri.RecursiveReadOnly.YES;
            case "IfPossible" -> Cri.RecursiveReadOnly.IF_POSSIBLE;
            default -> Cri.RecursiveReadOnly.NO;
        };
    }

    private static Cri.MountPropagation propagation(VolumeMount mount) {
        return switch (mount.mountPropagation()) {
            case "HostToContainer" -> Cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
            case "Bidirectional" -> Cri.MountPropagation.PROPAGATION_BIDIRECTIONAL;
            default -> Cri.MountPropagation.PROPAGATION_PRIVATE;
        };
    }

    private Future<String> create(Cri.ContainerConfig config) {
        Cri.PodSandboxConfig pods = SandboxConfigs.of(
                pod, sandbox.attempt(), node.config(), sandbox.namespaces().users());
        return node.runtime()
                .createContainer(sandbox.id(), config, pods)
                .recover(error -> Future.failedFuture(ContainerNotStarted.create(text(error))))
                .compose(id -> {
                    node.events().normal(pod, container, "Created", "Created container: " + container.name());
                    return link(id, pods.logDirectory().resolve(config.logPath()))
                            .map(id);
                });
    }

    private Future<Void> link(String id, Path log) {
        if (node.config().containerLogLinks().isEmpty()) {
            return Future.succeededFuture();
        }
        Path folder = node.config().containerLogLinks().get();
        return node.files().call(() -> {
            Files.createDirectories(folder);
            Path link = logLink(folder, pod, container.name(), id);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, log);
            return null;
        });
    }

    private Future<String> launch(String id) {
        return node.runtime()
                .startContainer(id)
                .recover(error -> Future.failedFuture(ContainerNotStarted.run(text(error))))
                .map(started -> {
                    node.events().normal(pod, container, "Started", "Started container " + container.name());
                    return id;
                });
    }

    private Future<Void> postStart(String id) {
        if (container.postStart().isEmpty()) {
            return Future.succeededFuture();
        }
        return node.actions()
                .run(Actions.Purpose.HOOK, container.postStart().get(), target(id, container, ips()), HOOK_MILLIS)
                .compose(outcome -> {
                    if (outcome.result() == Actions.Result.WARNING) {
                        node.events().warning(pod, container, "LifecycleHTTPFallback", outcome.message());
                    }
                    return outcome.ok() ? Future.succeededFuture() : hookFailed(id, outcome.message());
                });
    }

    private Future<Void> hookFailed(String id, String why) {
        node.events().warning(pod, container, "FailedPostStartHook", "PostStartHook failed");
        node.events().normal(pod, container, "Killing", "FailedPostStartHook");
        return node.runtime()
                .stopContainer(id, Seconds.duration(pod.spec().terminationGracePeriodSeconds()))
                .transform(ended -> Future.failedFuture(ContainerNotStarted.postStart(why)));
    }

    static Actions.Target target(String id, Container container, List<String> ips) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        container.ports().stream()
                .filter(port -> !port.name().isEmpty())
                .forEach(port -> ports.put(port.name(), port.containerPort()));
        return new Actions.Target(id, ips.isEmpty() ? "127.0.0.1" : ips.get(0), ports);
    }

    /** {@code <pod>_<namespace>_<container>-<id>.log}, the name that log collectors take apart. */
    static Path logLink(Path folder, Pod pod, String container, String id) {
        return folder.resolve(pod.name() + "_" + pod.namespace() + "_" + container + "-" + id + ".log");
    }

    static String text(Throwable error) {
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }
}
