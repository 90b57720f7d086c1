package io.minik.cli;

import io.minik.agent.node.NodeFigures;
import io.minik.agent.node.NodePressure;
import io.minik.agent.node.NodeReserved;
import io.minik.agent.node.Threshold;
import io.minik.runtime.sys.Inodes;
import io.minik.runtime.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What the kubelet and the node object say of this machine. @param forPods what all pods together are held to; empty: to nothing */
record Machine(
        NodeFigures figures,
        NodePressure pressure,
        Map<String, String> allocatable,
        Map<String, String> forPods,
        long memoryBytes,
        Path resolvConf) {
    static Machine read(NodeOptions node, Sys sys) throws IOException {
        NodeReserved reserved = node.kubelet.reserved(node.eviction);
        NodeFigures figures = new NodeFigures(
                node.dataDir,
                place -> {
                    Inodes inodes = Inodes.of(sys, place);
                    return new Threshold.Amount(inodes.all(), inodes.free());
                },
                reserved);
        Map<String, String> capacity = figures.capacity(node.maxPods);
        try {
            reserved.check(capacity);
        } catch (IllegalArgumentException e) {
            throw new StartFailure(String.valueOf(e.getMessage()), e);
        }
        return new Machine(
                figures,
                new NodePressure(node.eviction.policy()),
                figures.allocatable(node.maxPods),
                reserved.named() && node.kubelet.enforced() ? reserved.forPods(capacity) : Map.of(),
                figures.memoryBytes(),
                Resolvers.file(node.resolvConf));
    }
}
