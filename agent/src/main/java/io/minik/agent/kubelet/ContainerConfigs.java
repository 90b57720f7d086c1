package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.SecurityContext;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** From a container of a pod spec, its image, environment and mounts to what the runtime is told. Pure. */
final class ContainerConfigs {
    static final String POD_NAME = "io.kubernetes.pod.name";
    static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
    static final String POD_UID = "io.kubernetes.pod.uid";
    static final String CONTAINER_NAME = "io.kubernetes.container.name";
    static final String GRACE = "io.kubernetes.pod.terminationGracePeriod";
    /** The image as the spec named it when the container was made: a change of it restarts the container. */
    static final String SPEC_IMAGE = "io.minik.spec-image";

    private static final String VOLUME_IMAGES = "io.minik.volume-images";

    private ContainerConfigs() {}

    /**
     * @param environment what Kubernetes says; the image's own comes below it
     * @param volumeImages ids of images that are mounted as volumes
     * @param pidTarget id of the container whose processes it sees, empty for its own
     */
    record Parts(
            Pod pod,
            Container container,
            int attempt,
            Cri.Image image,
            Map<String, String> environment,
            List<Cri.Mount> mounts,
            Set<String> volumeImages,
            String pidTarget) {}

    static Cri.ContainerConfig of(Parts parts, KubeletConfig node) {
        Pod pod = parts.pod();
        Container container = parts.container();
        return new Cri.ContainerConfig(
                new Cri.ContainerMetadata(container.name(), parts.attempt()),
                new Cri.ImageSpec(parts.image().id(), imageName(container.image(), parts.image())),
                new Cri.ContainerProcess(
                        expand(container.command(), parts.environment()),
                        expand(container.args(), parts.environment()),
                        parts.environment(),
                        container.workingDir(),
                        container.stdin(),
                        container.stdinOnce(),
                        container.tty(),
                        container.stopSignal()),
                mounts(parts),
                List.of(),
                labels(pod, container.name()),
                annotations(parts),
                container.name() + "/" + parts.attempt() + ".log",
                new Cri.LinuxContainerConfig(
                        ResourceLimits.of(pod, container, node.nodeMemoryBytes()), security(parts, node)));
    }

    /** Root of a pod with users of its own is who root is on disk: in its volumes and in what the kubelet writes for it. */
    private static List<Cri.Mount> mounts(Parts parts) {
        if (parts.pod().spec().network().hostUsers()) {
            return parts.mounts();
        }
        return parts.mounts().stream()
                .map(mount -> new Cri.Mount(
                        mount.hostPath(),
                        mount.containerPath(),
                        mount.readonly(),
                        mount.recursiveReadOnly(),
                        mount.propagation(),
                        true,
                        mount.image()))
                .toList();
    }

    private static Map<String, String> annotations(Parts parts) {
        Container container = parts.container();
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(SPEC_IMAGE, container.image());
        annotations.putAll(Grants.annotation(container));
        if (!parts.volumeImages().isEmpty()) {
            annotations.put(VOLUME_IMAGES, String.join(",", parts.volumeImages()));
        }
        annotations.put(ContainerStatuses.IMAGE_ID, imageId(parts.image()));
        annotations.put(GRACE, Long.toString(parts.pod().spec().terminationGracePeriodSeconds()));
        annotations.put("io.kubernetes.container.terminationMessagePath", container.terminationMessagePath());
        annotations.put("io.kubernetes.container.terminationMessagePolicy", container.terminationMessagePolicy());
        return annotations;
    }

    /** Whether the spec names another image than the one that was started. */
    static boolean imageChanged(Container container, Cri.ContainerStatus running) {
        String started = running.annotations().getOrDefault(SPEC_IMAGE, container.image());
        return !started.equals(container.image());
    }

    /** Ids of the images that a container has as volumes. */
    static Set<String> volumeImages(Map<String, String> annotations) {
        String ids = annotations.getOrDefault(VOLUME_IMAGES, "");
        return ids.isEmpty() ? Set.of() : Set.of(ids.split(","));
    }

    static Map<String, String> labels(Pod pod, String container) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(POD_NAME, pod.name());
        labels.put(POD_NAMESPACE, pod.namespace());
        labels.put(POD_UID, pod.uid());
        if (!container.isEmpty()) {
            labels.put(CONTAINER_NAME, container);
        }
        return labels;
    }

    private static String imageId(Cri.Image image) {
        return image.repoDigests().isEmpty() ? image.id() : image.repoDigests().get(0);
    }

    private static String imageName(String wanted, Cri.Image image) {
        return image.repoTags().stream()
                .filter(tag -> tag.equals(wanted) || tag.endsWith("/" + wanted))
                .findFirst()
                .orElse(image.repoTags().isEmpty() ? wanted : image.repoTags().get(0));
    }

    private static List<String> expand(List<String> words, Map<String, String> environment) {
        return words.stream()
                .map(word -> Expansion.expand(word, name -> Optional.ofNullable(environment.get(name))))
                .toList();
    }

    private static Cri.LinuxContainerSecurityContext security(Parts parts, KubeletConfig node) {
        Pod pod = parts.pod();
        SecurityContext own = parts.container().securityContext();
        var shared = pod.spec().securityContext();
        OptionalLong user = own.runAsUser().isPresent() ? own.runAsUser() : shared.runAsUser();
        OptionalLong group = own.runAsGroup().isPresent() ? own.runAsGroup() : shared.runAsGroup();
        if (own.runAsNonRoot().or(shared::runAsNonRoot).orElse(false)) {
            checkNonRoot(parts, user);
        }
        List<Long> groups = new ArrayList<>(shared.supplementalGroups());
        shared.fsGroup().ifPresent(groups::add);
        if (own.procMount().equals("Unmasked") && pod.spec().network().hostUsers()) {
            throw ContainerNotStarted.config("procMount: Unmasked needs a user namespace (hostUsers: false)");
        }
        return new Cri.LinuxContainerSecurityContext(
                new CriParts.RunAs(user, "", group),
                new Cri.SupplementalGroups(
                        List.copyOf(groups), shared.supplementalGroupsPolicy().equals("Strict")),
                own.privileged(),
                own.readOnlyRootFilesystem(),
                own.allowPrivilegeEscalation().map(allowed -> !allowed).orElse(false),
                new Cri.Capability(own.addCapabilities(), own.dropCapabilities()),
                own.privileged() || own.procMount().equals("Unmasked")
                        ? CriParts.KernelPaths.OPEN
                        : CriParts.KernelPaths.USUAL,
                own.privileged()
                        ? Cri.SecurityProfile.UNCONFINED
                        : seccomp(own.seccompProfile(), shared.seccompProfile(), node),
                parts.pidTarget());
    }

    private static Cri.SecurityProfile seccomp(String own, String shared, KubeletConfig node) {
        String profile = own.isEmpty() ? shared : own;
        if (profile.startsWith("Localhost/")) {
            Path file = node.rootDir().resolve("seccomp").resolve(profile.substring("Localhost/".length()));
            return new Cri.SecurityProfile(Cri.ProfileType.LOCALHOST, file.toString());
        }
        boolean byDefault = profile.isEmpty() && node.settings().seccompDefault();
        return byDefault || profile.equals("RuntimeDefault")
                ? Cri.SecurityProfile.RUNTIME_DEFAULT
                : Cri.SecurityProfile.UNCONFINED;
    }

    private static void checkNonRoot(Parts parts, OptionalLong user) {
        String where = " (pod: \"" + parts.pod().name() + "_" + parts.pod().namespace() + "("
                + parts.pod().uid() + ")\", container: " + parts.container().name() + ")";
        if (user.isPresent()) {
            if (user.getAsLong() == 0) {
                throw ContainerNotStarted.config("container's runAsUser breaks non-root policy" + where);
            }
            return;
        }
        Cri.Image image = parts.image();
        if (image.uid().orElse(0) == 0 && image.username().isEmpty()) {
            throw ContainerNotStarted.config("container has runAsNonRoot and image will run as root" + where);
        }
        if (!image.username().isEmpty()) {
            throw ContainerNotStarted.config("container has runAsNonRoot and image has non-numeric user ("
                    + image.username() + "), cannot verify user is non-root" + where);
        }
    }
}
