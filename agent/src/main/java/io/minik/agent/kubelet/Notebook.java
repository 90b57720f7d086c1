package io.minik.agent.kubelet;

import io.minik.agent.kubelet.ContainerNotes.Failure;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** One worker's notes of its containers. Owned by the agent's loop. */
final class Notebook {
    private final Map<String, ContainerNotes> notes = new HashMap<>();
    private final Duration mostCrashBackOff;

    Notebook(Duration mostCrashBackOff) {
        this.mostCrashBackOff = mostCrashBackOff;
    }

    ContainerNotes of(Container container) {
        return notes.getOrDefault(container.name(), ContainerNotes.NONE);
    }

    void put(Container container, ContainerNotes known) {
        notes.put(container.name(), known);
    }

    Map<String, ContainerNotes> all() {
        return Map.copyOf(notes);
    }

    /** What an earlier minik knew of restarts, as far as the runtime shows it. */
    void remember(Pod pod, Observed observed) {
        for (Container container : pod.allContainers()) {
            observed.newest(container.name())
                    .filter(c -> c.attempt() > 0)
                    .ifPresent(c -> put(
                            container,
                            of(container)
                                    .crashes(CrashBackoff.after(
                                            c.attempt(),
                                            Times.ofNanos(c.container().createdAt()),
                                            mostCrashBackOff))));
        }
    }

    void started(Container container) {
        put(container, of(container).cleared().pulls(CrashBackoff.NONE));
    }

    /** A restart begins: the next one waits longer. A stop to start again is remembered with its container. */
    void begin(PodStep step, Instant now) {
        if (step instanceof PodStep.StartContainer start && start.restart()) {
            ContainerNotes known = of(start.container());
            put(start.container(), known.crashes(known.crash().next(now, mostCrashBackOff)));
        } else if (step instanceof PodStep.StopContainer stop && stop.again()) {
            put(stop.container(), of(stop.container()).stoppedToStart(stop.id()));
        }
    }

    /** @return the event's text */
    String startFailed(Container container, Throwable error, Instant now) {
        ContainerNotStarted failure = error instanceof ContainerNotStarted known
                ? known
                : ContainerNotStarted.create(ContainerStart.text(error));
        ContainerNotes known = of(container);
        if (failure.pulling()) {
            known = known.pulls(known.pull().next(now));
        }
        put(container, known.failed(new Failure(failure.reason(), failure.text(), now, failure.pulling())));
        return "Error: " + (failure.pulling() ? failure.reason() : failure.text());
    }
}
