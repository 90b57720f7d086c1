package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.minik.agent.kubelet.ContainerStatuses.StatusInput;
import io.minik.api.core.Container;
import io.minik.api.core.ContainerState;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Pod;
import io.minik.api.core.PodCondition;
import io.minik.api.core.PodStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pod's status: phase, conditions, addresses and containers. Pure. */
final class PodStatuses {
    private static final String RESIZE_PENDING = "PodResizePending";
    private static final String RESIZE_IN_PROGRESS = "PodResizeInProgress";

    private final PodPlan.Input in;
    private final StatusInput more;
    private final Pod pod;
    private final List<ContainerStatus> init;
    private final List<ContainerStatus> main;

    private PodStatuses(PodPlan.Input in, StatusInput more) {
        this.in = in;
        this.more = more;
        this.pod = in.pod();
        ContainerStatuses statuses = new ContainerStatuses(in, more);
        this.init = statuses.init();
        this.main = statuses.main();
    }

    static PodStatus of(PodPlan.Input in, StatusInput more) {
        return new PodStatuses(in, more).status();
    }

    private PodStatus status() {
        boolean failed = in.end().map(PodEnd::failed).orElse(false);
        String phase = failed ? "Failed" : phase();
        List<String> podIps = podIps();
        PodStatus previous = more.previous();
        boolean keepReason = !failed && previous.terminal();
        // A pod that was refused never had a container: "waiting" would be said of it for ever, in place of the reason.
        boolean refused = failed
                && in.observed().containers().isEmpty()
                && previous.containerStatuses().isEmpty()
                && previous.initContainerStatuses().isEmpty();
        return new PodStatus(
                pod.meta().generation(),
                keepReason ? previous.phase() : phase,
                conditions(keepReason ? previous.phase() : phase),
                failed ? in.end().map(PodEnd::message).orElse("") : keepReason ? previous.message() : "",
                failed ? in.end().map(PodEnd::reason).orElse("") : keepReason ? previous.reason() : "",
                previous.nominatedNodeName(),
                more.hostIps().isEmpty() ? "" : more.hostIps().get(0),
                more.hostIps(),
                podIps.isEmpty() ? "" : podIps.get(0),
                podIps,
                Times.text(in.startTime()),
                refused ? List.of() : init,
                refused ? List.of() : main,
                refused ? List.of() : new ContainerStatuses(in, more).ephemeral(),
                pod.qos().name());
    }

    private List<String> podIps() {
        if (pod.spec().network().hostNetwork()) {
            return more.hostIps();
        }
        List<String> own = in.observed().newestSandbox().map(s -> s.ips()).orElse(List.of());
        return own.isEmpty() ? more.previous().podIps() : own;
    }

    /** As kubelet's getPhase: what is waiting for the first time makes it Pending, what runs makes it Running. */
    private String phase() {
        if (RestartRules.initFailed(pod, in.observed())) {
            return "Failed";
        }
        for (int i = 0; i < init.size(); i++) {
            Container container = pod.spec().initContainers().get(i);
            if (!container.sidecar() && !init.get(i).ready() && !anyMainBegan()) {
                return "Pending";
            }
            if (container.sidecar() && neverRan(init.get(i)) && !anyMainBegan()) {
                return "Pending";
            }
        }
        int running = 0;
        int stopped = 0;
        int succeeded = 0;
        for (ContainerStatus status : main) {
            if (status.state() instanceof ContainerState.Running) {
                running++;
            } else if (status.state() instanceof ContainerState.Terminated ended) {
                stopped++;
                succeeded += ended.exitCode() == 0 ? 1 : 0;
            } else if (neverRan(status)) {
                return "Pending";
            } else {
                stopped++;
            }
        }
        if (running > 0 || sidecarsRunning()) {
            return "Running";
        }
        boolean over = RestartRules.finished(in) || (in.end().isPresent() && stopped == main.size());
        if (!over) {
            return pod.spec().restartPolicy().equals("Always") || stopped > 0 ? "Running" : "Pending";
        }
        return succeeded == main.size() ? "Succeeded" : "Failed";
    }

    private boolean anyMainBegan() {
        return main.stream().anyMatch(s -> !neverRan(s));
    }

    private boolean sidecarsRunning() {
        for (int i = 0; i < init.size(); i++) {
            if (pod.spec().initContainers().get(i).sidecar() && init.get(i).state() instanceof ContainerState.Running) {
                return true;
            }
        }
        return false;
    }

    private static boolean neverRan(ContainerStatus status) {
        return status.state() instanceof ContainerState.Waiting
                && !(status.lastState() instanceof ContainerState.Terminated);
    }

    private List<PodCondition> conditions(String phase) {
        List<PodCondition> ours = new ArrayList<>();
        boolean sandbox = in.observed().sandbox().isPresent();
        ours.add(condition("PodReadyToStartContainers", sandbox, "", ""));
        ours.add(initialized(phase));
        PodCondition containersReady = containersReady(phase);
        ours.add(ready(containersReady));
        ours.add(containersReady);
        ours.add(condition("PodScheduled", true, "", ""));
        in.end()
                .filter(end -> end.why() == PodEnd.Why.DISRUPTED)
                .ifPresent(end -> ours.add(condition("DisruptionTarget", true, "TerminationByKubelet", end.message())));
        resize(ours);
        List<PodCondition> all = new ArrayList<>();
        for (PodCondition condition : ours) {
            all.add(withTransition(condition));
        }
        for (PodCondition theirs : more.previous().conditions()) {
            boolean ended =
                    theirs.type().equals(RESIZE_PENDING) || theirs.type().equals(RESIZE_IN_PROGRESS);
            if (!ended && ours.stream().noneMatch(c -> c.type().equals(theirs.type()))) {
                all.add(theirs);
            }
        }
        return all;
    }

    private void resize(List<PodCondition> conditions) {
        more.resizePending()
                .ifPresent(why -> conditions.add(condition(RESIZE_PENDING, true, why.reason(), why.message())));
        boolean inProgress = in.end().isEmpty()
                && pod.allContainers().stream().anyMatch(c -> in.observed()
                        .current(c.name())
                        .filter(found -> !Observed.exited(found)
                                || in.notes(c.name()).again().equals(found.id()))
                        .filter(found -> Grants.outdated(c, found))
                        .isPresent());
        if (inProgress) {
            conditions.add(condition(
                    RESIZE_IN_PROGRESS,
                    true,
                    more.resizeError().isPresent() ? "Error" : "",
                    more.resizeError().orElse("")));
        }
    }

    private PodCondition initialized(String phase) {
        List<String> left = new ArrayList<>();
        for (int i = 0; i < init.size(); i++) {
            boolean sidecar = pod.spec().initContainers().get(i).sidecar();
            boolean done =
                    sidecar ? init.get(i).started().orElse(false) : init.get(i).ready();
            if (!done) {
                left.add(init.get(i).name());
            }
        }
        if (phase.equals("Succeeded")) {
            return condition("Initialized", true, "PodCompleted", "");
        }
        if (left.isEmpty() || anyMainBegan()) {
            return condition("Initialized", true, "", "");
        }
        return condition(
                "Initialized",
                false,
                "ContainersNotInitialized",
                "containers with incomplete status: [" + String.join(" ", left) + "]");
    }

    private PodCondition containersReady(String phase) {
        if (phase.equals("Succeeded")) {
            return condition("ContainersReady", false, "PodCompleted", "");
        }
        if (phase.equals("Failed")) {
            return condition("ContainersReady", false, "PodFailed", "");
        }
        List<String> unready = new ArrayList<>();
        for (int i = 0; i < init.size(); i++) {
            if (pod.spec().initContainers().get(i).sidecar() && !init.get(i).ready()) {
                unready.add(init.get(i).name());
            }
        }
        main.stream().filter(s -> !s.ready()).forEach(s -> unready.add(s.name()));
        if (unready.isEmpty()) {
            return condition("ContainersReady", true, "", "");
        }
        return condition(
                "ContainersReady",
                false,
                "ContainersNotReady",
                "containers with unready status: [" + String.join(" ", unready) + "]");
    }

    private PodCondition ready(PodCondition containersReady) {
        if (!containersReady.isTrue()) {
            return condition("Ready", false, containersReady.reason(), containersReady.message());
        }
        for (String gate : pod.spec().readinessGates()) {
            Optional<PodCondition> found = more.previous().condition(gate);
            if (found.isEmpty()) {
                return condition(
                        "Ready",
                        false,
                        "ReadinessGatesNotReady",
                        "corresponding condition of pod readiness gate \"" + gate + "\" does not exist.");
            }
            if (!found.get().isTrue()) {
                return condition(
                        "Ready",
                        false,
                        "ReadinessGatesNotReady",
                        "the status of pod readiness gate \"" + gate + "\" is not \"True\", but "
                                + found.get().status());
            }
        }
        return condition("Ready", true, "", "");
    }

    private PodCondition condition(String type, boolean is, String reason, String message) {
        return new PodCondition(
                type, is ? "True" : "False", reason, message, "", "", pod.meta().generation());
    }

    /** The time moves only when the status word does. */
    private PodCondition withTransition(PodCondition condition) {
        Optional<PodCondition> before = more.previous().condition(condition.type());
        String time = before.filter(b -> b.status().equals(condition.status()))
                .map(PodCondition::lastTransitionTime)
                .orElse(Times.text(in.now()));
        return new PodCondition(
                condition.type(),
                condition.status(),
                condition.reason(),
                condition.message(),
                "",
                time,
                condition.observedGeneration());
    }

    /** The fields of a status patch: what differs from before, null for what is no longer. */
    static Map<String, JsonNode> changes(PodStatus before, PodStatus now) {
        var old = before.tree();
        var fresh = now.tree();
        Map<String, JsonNode> changed = new LinkedHashMap<>();
        fresh.properties().forEach(field -> {
            if (!field.getValue().equals(old.get(field.getKey()))) {
                changed.put(field.getKey(), field.getValue());
            }
        });
        old.fieldNames().forEachRemaining(field -> {
            if (!fresh.has(field)) {
                changed.put(field, NullNode.getInstance());
            }
        });
        return changed;
    }
}
