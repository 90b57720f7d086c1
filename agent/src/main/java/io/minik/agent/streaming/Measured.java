package io.minik.agent.streaming;

import io.minik.runtime.cri.Cri;

/** A running container, and what it used when somebody asked. */
record Measured(Cri.ContainerStatus container, Cri.ContainerStats stats) {
    String label(String name) {
        return container.container().labels().getOrDefault(name, "");
    }

    String podLabels() {
        return "{namespace=\"" + label("io.kubernetes.pod.namespace") + "\",pod=\"" + label("io.kubernetes.pod.name")
                + "\"}";
    }

    String labels() {
        return "{container=\"" + container.name() + "\",namespace=\"" + label("io.kubernetes.pod.namespace")
                + "\",pod=\"" + label("io.kubernetes.pod.name") + "\"}";
    }
}
