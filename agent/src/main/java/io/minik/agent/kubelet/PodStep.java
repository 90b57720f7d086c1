package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import java.util.Map;
import java.util.Optional;

/**
 * One thing for a worker to do. {@link #subject} names what it touches: while a step on a subject runs, no other on the
 * same subject is started.
 */
sealed interface PodStep {
    String subject();

    /** Subject prefix of everything about one container name. */
    static String ofContainer(String name) {
        return "container/" + name;
    }

    record MountVolumes() implements PodStep {
        @Override
        public String subject() {
            return "volumes";
        }
    }

    record UnmountVolumes() implements PodStep {
        @Override
        public String subject() {
            return "volumes";
        }
    }

    /** @param before the one that can't be used any more; its containers are gone with it */
    record RunSandbox(int attempt, Optional<String> before) implements PodStep {
        @Override
        public String subject() {
            return "sandbox";
        }
    }

    record StopSandbox(String id) implements PodStep {
        @Override
        public String subject() {
            return "sandbox";
        }
    }

    record RemoveSandbox(String id) implements PodStep {
        @Override
        public String subject() {
            return "remove/" + id;
        }
    }

    /** Pull, create, start, post-start hook. @param restart counts in the crash back-off */
    record StartContainer(Container container, int attempt, boolean restart) implements PodStep {
        @Override
        public String subject() {
            return ofContainer(container.name());
        }
    }

    /**
     * @param why the Killing event's text
     * @param again it is to be started again, whatever its exit code
     */
    record StopContainer(String id, Container container, long graceSeconds, String why, boolean again)
            implements PodStep {
        @Override
        public String subject() {
            return ofContainer(container.name());
        }
    }

    /** Gives running containers the resources that their specs ask now. @param containers spec by id */
    record Resize(Map<String, Container> containers) implements PodStep {
        @Override
        public String subject() {
            return "resize";
        }
    }

    /** Removes an ended container, and its log. */
    record RemoveContainer(String id) implements PodStep {
        @Override
        public String subject() {
            return "remove/" + id;
        }
    }

    /** Tells that a restart or a pull has to wait: state and event, nothing else. */
    record BackOff(Container container, ContainerNotes.Failure failure, String event) implements PodStep {
        @Override
        public String subject() {
            return ofContainer(container.name());
        }
    }

    /** The pod ends for a reason of the node's. */
    record EndPod(String reason, String message) implements PodStep {
        static final EndPod DEADLINE =
                new EndPod("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");

        @Override
        public String subject() {
            return "pod";
        }
    }

    /** Everything is stopped and told: the object may go. */
    record ConfirmDeletion() implements PodStep {
        @Override
        public String subject() {
            return "pod";
        }
    }
}
