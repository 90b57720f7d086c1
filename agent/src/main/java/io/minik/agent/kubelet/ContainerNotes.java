package io.minik.agent.kubelet;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the worker knows of one container name that neither runtime nor API say. Immutable.
 *
 * @param failure why the last try to start it failed; shown as its waiting state
 * @param pull back-off of its image
 * @param crash back-off of its restarts
 * @param probed the container id that the probe results are of; results of another id count for nothing
 * @param again id of the container that was stopped to be started again, whatever its exit code
 * @param startupPassed, ready, unhealthy as the probes say of that id
 */
record ContainerNotes(
        Optional<Failure> failure,
        CrashBackoff pull,
        CrashBackoff crash,
        String again,
        String probed,
        boolean startupPassed,
        boolean ready,
        Optional<Unhealthy> unhealthy) {
    static final ContainerNotes NONE = new ContainerNotes(
            Optional.empty(), CrashBackoff.NONE, CrashBackoff.NONE, "", "", false, false, Optional.empty());

    /**
     * @param reason ErrImagePull, CreateContainerConfigError, …
     * @param pulling whether it was the image, so that the pull's back-off counts
     */
    record Failure(String reason, String message, Instant at, boolean pulling) {}

    /** A probe says that the container must be killed. @param graceSeconds the probe's own, if it has one */
    record Unhealthy(String message, OptionalLong graceSeconds) {}

    ContainerNotes failed(Failure why) {
        return new ContainerNotes(Optional.of(why), pull, crash, again, probed, startupPassed, ready, unhealthy);
    }

    ContainerNotes cleared() {
        return new ContainerNotes(Optional.empty(), pull, crash, again, probed, startupPassed, ready, unhealthy);
    }

    ContainerNotes pulls(CrashBackoff next) {
        return new ContainerNotes(failure, next, crash, again, probed, startupPassed, ready, unhealthy);
    }

    ContainerNotes crashes(CrashBackoff next) {
        return new ContainerNotes(failure, pull, next, again, probed, startupPassed, ready, unhealthy);
    }

    ContainerNotes stoppedToStart(String id) {
        return new ContainerNotes(failure, pull, crash, id, probed, startupPassed, ready, unhealthy);
    }

    /** A new container is probed. */
    ContainerNotes probing(String id, boolean started, boolean readyNow) {
        return new ContainerNotes(failure, pull, crash, again, id, started, readyNow, Optional.empty());
    }

    ContainerNotes startup(boolean passed) {
        return new ContainerNotes(failure, pull, crash, again, probed, passed, ready, unhealthy);
    }

    ContainerNotes readiness(boolean isReady) {
        return new ContainerNotes(failure, pull, crash, again, probed, startupPassed, isReady, unhealthy);
    }

    ContainerNotes unhealthy(Unhealthy why) {
        return new ContainerNotes(failure, pull, crash, again, probed, startupPassed, ready, Optional.of(why));
    }
}
