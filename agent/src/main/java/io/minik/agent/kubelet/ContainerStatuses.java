package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.ContainerResources;
import io.minik.api.core.ContainerState;
import io.minik.api.core.ContainerState.Running;
import io.minik.api.core.ContainerState.Terminated;
import io.minik.api.core.ContainerState.Unset;
import io.minik.api.core.ContainerState.Waiting;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.PodSpec;
import io.minik.api.core.PodStatus;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The status of each container, from the same {@link PodPlan.Input} that plans are made of. Pure. */
final class ContainerStatuses {
    /** Prefix of container ids in statuses. */
    static final String SCHEME = "minik://";
    /** Annotation on our containers: what imageID says, by which a registry finds the image again. */
    static final String IMAGE_ID = "io.minik.image-id";

    /** Of all messages of a pod's containers together. */
    private static final int POD_MESSAGE_BYTES = 12 * 1024;

    private final PodPlan.Input in;
    private final StatusInput more;

    ContainerStatuses(PodPlan.Input in, StatusInput more) {
        this.in = in;
        this.more = more;
    }

    List<ContainerStatus> init() {
        return in.pod().spec().initContainers().stream()
                .map(c -> of(c, more.previous().initContainerStatuses(), "PodInitializing"))
                .toList();
    }

    List<ContainerStatus> main() {
        String waiting = in.pod().spec().initContainers().isEmpty() ? "ContainerCreating" : "PodInitializing";
        return in.pod().spec().containers().stream()
                .map(c -> of(c, more.previous().containerStatuses(), waiting))
                .toList();
    }

    List<ContainerStatus> ephemeral() {
        return in.pod().spec().ephemeralContainers().stream()
                .map(c -> of(c, more.previous().ephemeralContainerStatuses(), "ContainerCreating"))
                .toList();
    }

    private ContainerStatus of(Container container, List<ContainerStatus> previous, String waiting) {
        Optional<ContainerStatus> before =
                previous.stream().filter(s -> s.name().equals(container.name())).findFirst();
        List<Cri.ContainerStatus> attempts = in.observed().attempts(container.name());
        if (attempts.isEmpty()) {
            return withoutAny(container, before, waiting);
        }
        Cri.ContainerStatus newest = attempts.get(0);
        ContainerState last = attempts.size() > 1
                ? terminated(attempts.get(1))
                : before.map(ContainerStatus::lastState).orElse(new Unset());
        ContainerState state = state(container, newest, waiting);
        if (state instanceof Waiting && Observed.exited(newest)) {
            last = terminated(newest);
        }
        boolean running = Observed.running(newest);
        boolean started = running && started(container, newest);
        boolean init = in.pod().spec().initContainers().contains(container);
        boolean visitor = in.pod().spec().ephemeralContainers().contains(container);
        boolean ready = (init && !container.sidecar())
                ? RestartRules.succeeded(Optional.of(newest))
                : (started && !visitor && ready(container, newest));
        return new ContainerStatus(
                container.name(),
                state,
                last,
                ready,
                newest.attempt(),
                imageName(container, newest),
                newest.annotations().getOrDefault(IMAGE_ID, newest.container().imageId()),
                SCHEME + newest.id(),
                Optional.of(started),
                new ContainerStatus.Given(
                        container.resources().requests(),
                        (running ? Grants.actual(newest) : Optional.<ContainerResources>empty())
                                .orElse(container.resources()),
                        newest.setup().user().map(ContainerStatuses::user)));
    }

    /** The runtime has none: not made yet, or its remains are gone and the API remembers. */
    private ContainerStatus withoutAny(Container container, Optional<ContainerStatus> before, String waiting) {
        if (before.isPresent() && before.get().state() instanceof Terminated) {
            return before.get();
        }
        if (before.isPresent()
                && before.get().state() instanceof Running
                && in.end().isPresent()) {
            return lost(before.get());
        }
        ContainerState state = in.notes(container.name())
                .failure()
                .<ContainerState>map(f -> new Waiting(f.reason(), f.message()))
                .orElse(new Waiting(waiting, ""));
        return new ContainerStatus(
                container.name(),
                state,
                before.map(ContainerStatus::lastState).orElse(new Unset()),
                false,
                before.map(ContainerStatus::restartCount).orElse(0),
                container.image(),
                "",
                "",
                Optional.of(false),
                new ContainerStatus.Given(container.resources().requests(), container.resources(), Optional.empty()));
    }

    private static ContainerStatus.User user(CriParts.ContainerUser made) {
        return new ContainerStatus.User(made.uid(), made.gid(), made.supplementalGroups());
    }

    private static ContainerStatus lost(ContainerStatus before) {
        return new ContainerStatus(
                before.name(),
                new Terminated(
                        137,
                        "ContainerStatusUnknown",
                        "The container could not be located when the pod was terminated",
                        "",
                        "",
                        ""),
                before.lastState(),
                false,
                before.restartCount(),
                before.image(),
                before.imageId(),
                before.containerId(),
                Optional.of(false),
                before.given());
    }

    private ContainerState state(Container container, Cri.ContainerStatus newest, String waiting) {
        return switch (newest.state()) {
            case CONTAINER_RUNNING -> new Running(Times.text(newest.startedAt()));
            case CONTAINER_CREATED -> new Waiting(waiting, "");
            case CONTAINER_EXITED -> {
                Optional<ContainerNotes.Failure> failure =
                        in.notes(container.name()).failure();
                boolean again = in.end().isEmpty() && RestartRules.restarts(in.pod(), container, newest.exitCode());
                yield again && failure.isPresent()
                        ? new Waiting(failure.get().reason(), failure.get().message())
                        : terminated(newest);
            }
        };
    }

    private ContainerState terminated(Cri.ContainerStatus ended) {
        if (!Observed.exited(ended)) {
            return new Unset();
        }
        String message = more.messages().getOrDefault(ended.id(), "");
        return new Terminated(
                ended.exitCode(),
                ended.reason(),
                shortened(message.isEmpty() ? ended.message() : message),
                Times.text(ended.startedAt()),
                Times.text(ended.finishedAt()),
                SCHEME + ended.id());
    }

    /** A pod's containers share the room for last words, as upstream gives it. */
    private String shortened(String message) {
        PodSpec spec = in.pod().spec();
        int containers = spec.containers().size()
                + spec.initContainers().size()
                + spec.ephemeralContainers().size();
        int most = POD_MESSAGE_BYTES / Math.max(1, containers);
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= most) {
            return message;
        }
        int end = most;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--; // within a character
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private boolean started(Container container, Cri.ContainerStatus running) {
        ContainerNotes notes = in.notes(container.name());
        return container.startupProbe().isEmpty() || (notes.probed().equals(running.id()) && notes.startupPassed());
    }

    private boolean ready(Container container, Cri.ContainerStatus running) {
        ContainerNotes notes = in.notes(container.name());
        return container.readinessProbe().isEmpty() || (notes.probed().equals(running.id()) && notes.ready());
    }

    private static String imageName(Container container, Cri.ContainerStatus newest) {
        String reference = newest.container().image().userSpecifiedImage();
        return reference.isEmpty() ? container.image() : reference;
    }

    /**
     * @param previous the status as the API has it
     * @param messages termination messages by container id
     * @param hostIps of the node, the first is the main one
     * @param resizePending why the spec's resources are not granted yet
     * @param resizeError why the granted resources could not be given
     */
    record StatusInput(
            PodStatus previous,
            Map<String, String> messages,
            List<String> hostIps,
            Optional<NodeAdmission.Rejection> resizePending,
            Optional<String> resizeError) {}
}
