package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the node has granted one pod, and how far that has come. Owned by the agent's loop. */
final class PodGrant {
    /** Limits that could not be changed, mostly because more memory is in use: upstream's kubelet asks as often. */
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final PodWorker.Node node;
    private Pod granted;
    private Optional<NodeAdmission.Rejection> pending = Optional.empty();
    private Optional<String> error = Optional.empty();
    private Instant retryAt = Instant.EPOCH;

    PodGrant(PodWorker.Node node, Pod pod) {
        this.node = node;
        this.granted = pod;
    }

    /** The pod, with the resources that the node has granted it. */
    Pod granted() {
        return granted;
    }

    /** Why the node does not grant what the spec asks now. */
    Optional<NodeAdmission.Rejection> pending() {
        return pending;
    }

    /** Why what was granted could not be given. */
    Optional<String> error() {
        return error;
    }

    Instant retryAt() {
        return retryAt;
    }

    void seen(Pod pod) {
        grant(Grants.keep(pod, granted));
    }

    void remember(Pod pod, Observed observed) {
        grant(Grants.remembered(pod, observed));
    }

    /** Takes on what the spec asks now, if the node has room for it. */
    void decide(Pod pod, boolean ended) {
        if (ended || !Grants.asks(pod, granted)) {
            pending = Optional.empty();
            return;
        }
        Optional<NodeAdmission.Rejection> refusal = node.neighbours().refuse(pod);
        if (refusal.isEmpty()) {
            grant(pod);
            retryAt = Instant.EPOCH;
        } else if (!refusal.equals(pending)) {
            node.start()
                    .events()
                    .warning(
                            pod,
                            "Resize" + refusal.get().reason(),
                            refusal.get().message());
        }
        pending = refusal;
    }

    private void grant(Pod pod) {
        granted = pod;
        node.neighbours().granted(pod);
    }

    void failed(String why) {
        retryAt = node.loop().now().plus(RETRY);
        error = Optional.of(why);
    }

    void done(Pod pod, PodStep.Resize step) {
        error = Optional.empty();
        if (step.containers().isEmpty()) {
            node.start().events().normal(pod, "ResizeCompleted", "Pod resize completed");
        }
    }
}
