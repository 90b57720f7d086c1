package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.SecurityContext;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.Containers.ContainerConfig;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.image.Images.Image;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    /** Hexadecimal digits of the pod's UID in ids: 48 bits, and the container's name stands beside them. */
    private static final int SHORT_UID = 12;

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
            String sandboxId,
            String hostname,
            Image image,
            Map<String, String> environment,
            List<Mount> mounts,
            Set<String> volumeImages,
            String pidTarget) {}

    static String id(String podUid, String name, int attempt) {
        String hex = podUid.replace("-", "").toLowerCase(Locale.ROOT);
        return "c-" + hex.substring(0, Math.min(SHORT_UID, hex.length())) + "-" + name + "-" + attempt;
    }

    static ContainerConfig of(Parts parts, KubeletConfig node) {
        Pod pod = parts.pod();
        Container container = parts.container();
        List<String> command = command(parts);
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(SPEC_IMAGE, container.image());
        annotations.putAll(Grants.annotation(container));
        if (!parts.volumeImages().isEmpty()) {
            annotations.put(VOLUME_IMAGES, String.join(",", parts.volumeImages()));
        }
        annotations.put(ContainerStatuses.IMAGE_ID, imageId(parts.image()));
        annotations.put(GRACE, Long.toString(pod.spec().terminationGracePeriodSeconds()));
        annotations.put("io.kubernetes.container.terminationMessagePath", container.terminationMessagePath());
        annotations.put("io.kubernetes.container.terminationMessagePolicy", container.terminationMessagePolicy());
        return new ContainerConfig(
                id(pod.uid(), container.name(), parts.attempt()),
                parts.sandboxId(),
                container.name(),
                parts.attempt(),
                parts.image().id(),
                imageName(container.image(), parts.image()),
                parts.image().layers(),
                command,
                environment(parts),
                container.workingDir().isEmpty() ? parts.image().config().workingDir() : container.workingDir(),
                container.stdin(),
                container.stdinOnce(),
                container.tty(),
                parts.mounts(),
                List.of(),
                security(parts, node),
                ResourceLimits.of(pod, container, node.nodeMemoryBytes()),
                ResourceLimits.cgroupParent(node.cgroupRoot(), pod),
                container.stopSignal().isEmpty() ? parts.image().config().stopSignal() : container.stopSignal(),
                node.podLogDir(pod.namespace(), pod.name(), pod.uid())
                        .resolve(container.name())
                        .resolve(parts.attempt() + ".log"),
                node.logMaxBytes(),
                node.logMaxFiles(),
                labels(pod, container.name()),
                annotations,
                parts.pidTarget());
    }

    /** Whether the spec names another image than the one that was started. */
    static boolean imageChanged(Container container, Containers.Container running) {
        String started = running.config().annotations().getOrDefault(SPEC_IMAGE, container.image());
        return !started.equals(container.image());
    }

    /** Ids of the images that a container has as volumes. */
    static Set<String> volumeImages(ContainerConfig config) {
        String ids = config.annotations().getOrDefault(VOLUME_IMAGES, "");
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

    private static String imageId(Image image) {
        return image.repoDigests().isEmpty() ? image.id() : image.repoDigests().get(0);
    }

    private static String imageName(String wanted, Image image) {
        return image.repoTags().stream()
                .filter(tag -> tag.equals(wanted) || tag.endsWith("/" + wanted))
                .findFirst()
                .orElse(image.repoTags().isEmpty() ? wanted : image.repoTags().get(0));
    }

    /** The spec's command replaces entrypoint and cmd of the image, its args only cmd. */
    private static List<String> command(Parts parts) {
        Container container = parts.container();
        var image = parts.image().config();
        List<String> argv = new ArrayList<>();
        List<String> command = expand(container.command(), parts.environment());
        List<String> args = expand(container.args(), parts.environment());
        argv.addAll(command.isEmpty() ? image.entrypoint() : command);
        if (!args.isEmpty()) {
            argv.addAll(args);
        } else if (command.isEmpty()) {
            argv.addAll(image.cmd());
        }
        if (argv.isEmpty()) {
            throw ContainerNotStarted.create("no command specified");
        }
        return List.copyOf(argv);
    }

    private static List<String> expand(List<String> words, Map<String, String> environment) {
        return words.stream()
                .map(word -> Expansion.expand(word, name -> Optional.ofNullable(environment.get(name))))
                .toList();
    }

    private static List<String> environment(Parts parts) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", DEFAULT_PATH);
        all.put("HOSTNAME", parts.hostname());
        if (parts.container().tty()) {
            all.put("TERM", "xterm");
        }
        for (String entry : parts.image().config().env()) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                all.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        all.putAll(parts.environment());
        return all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private static Security security(Parts parts, KubeletConfig node) {
        Pod pod = parts.pod();
        SecurityContext own = parts.container().securityContext();
        var shared = pod.spec().securityContext();
        OptionalLong user = own.runAsUser().isPresent() ? own.runAsUser() : shared.runAsUser();
        OptionalLong group = own.runAsGroup().isPresent() ? own.runAsGroup() : shared.runAsGroup();
        String imageUser = parts.image().config().user();
        if (own.runAsNonRoot().or(shared::runAsNonRoot).orElse(false)) {
            checkNonRoot(parts, user, imageUser);
        }
        List<Long> groups = new ArrayList<>(shared.supplementalGroups());
        shared.fsGroup().ifPresent(groups::add);
        if (own.procMount().equals("Unmasked") && pod.spec().network().hostUsers()) {
            throw ContainerNotStarted.config("procMount: Unmasked needs a user namespace (hostUsers: false)");
        }
        boolean unmasked = own.privileged() || own.procMount().equals("Unmasked");
        return new Security(
                user.isPresent() ? Long.toString(user.getAsLong()) : imageUser,
                group.orElse(-1),
                List.copyOf(groups),
                own.privileged(),
                own.readOnlyRootFilesystem(),
                own.allowPrivilegeEscalation().map(allowed -> !allowed).orElse(false),
                own.addCapabilities(),
                own.dropCapabilities(),
                unmasked ? List.of() : Security.DEFAULT_MASKED_PATHS,
                unmasked ? List.of() : Security.DEFAULT_READ_ONLY_PATHS,
                own.privileged() ? "unconfined" : seccomp(own.seccompProfile(), shared.seccompProfile(), node),
                shared.supplementalGroupsPolicy().equals("Strict"));
    }

    private static String seccomp(String own, String shared, KubeletConfig node) {
        String profile = own.isEmpty() ? shared : own;
        if (profile.startsWith("Localhost/")) {
            return "localhost/" + node.rootDir().resolve("seccomp").resolve(profile.substring("Localhost/".length()));
        }
        return switch (profile) {
            case "RuntimeDefault" -> "runtime/default";
            case "" -> node.seccompDefault() ? "runtime/default" : "unconfined";
            default -> "unconfined";
        };
    }

    private static void checkNonRoot(Parts parts, OptionalLong user, String imageUser) {
        String where = " (pod: \"" + parts.pod().name() + "_" + parts.pod().namespace() + "("
                + parts.pod().uid() + ")\", container: " + parts.container().name() + ")";
        if (user.isPresent()) {
            if (user.getAsLong() == 0) {
                throw ContainerNotStarted.config("container's runAsUser breaks non-root policy" + where);
            }
            return;
        }
        String name = imageUser.split(":", 2)[0];
        if (name.chars().allMatch(c -> c == '0')) {
            throw ContainerNotStarted.config("container has runAsNonRoot and image will run as root" + where);
        }
        if (!name.chars().allMatch(Character::isDigit)) {
            throw ContainerNotStarted.config("container has runAsNonRoot and image has non-numeric user (" + name
                    + "), cannot verify user is non-root" + where);
        }
    }
}
