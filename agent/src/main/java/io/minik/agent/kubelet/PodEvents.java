package io.minik.agent.kubelet;

import io.minik.api.client.EventRecorder;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;

/** The kubelet's events, about a pod or one of its containers. */
record PodEvents(EventRecorder recorder) {
    void normal(Pod pod, String reason, String message) {
        recorder.normal(pod.object(), reason, message);
    }

    void warning(Pod pod, String reason, String message) {
        recorder.warning(pod.object(), reason, message);
    }

    void normal(Pod pod, Container container, String reason, String message) {
        recorder.record(pod.object(), path(pod, container), EventRecorder.Type.Normal, reason, message);
    }

    void warning(Pod pod, Container container, String reason, String message) {
        recorder.record(pod.object(), path(pod, container), EventRecorder.Type.Warning, reason, message);
    }

    private static String path(Pod pod, Container container) {
        String list = pod.spec().initContainers().contains(container)
                ? "initContainers"
                : pod.spec().ephemeralContainers().contains(container) ? "ephemeralContainers" : "containers";
        return "spec." + list + "{" + container.name() + "}";
    }
}
