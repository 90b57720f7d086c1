package io.minik.runtime.criapi;

import java.util.List;

/** Ports of the node that lead to pods of CRI's clients. Idempotent; from any thread. */
public interface HostPorts {
    /**
     * One port of the node that leads to a pod.
     *
     * @param protocol tcp, udp or sctp; @param hostIp an address of the node, empty for all
     */
    record Port(String protocol, int containerPort, int hostPort, String hostIp) {
        /** Whether both can't be open. */
        boolean contends(Port other) {
            return hostPort == other.hostPort
                    && protocol.equals(other.protocol)
                    && (hostIp.isEmpty() || other.hostIp.isEmpty() || hostIp.equals(other.hostIp));
        }
    }

    /** @param ips of the pod */
    void open(String podSandboxId, List<String> ips, List<Port> ports);

    void close(String podSandboxId);
}
