package io.minik.cli;

import io.minik.agent.node.NodeFigures;
import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import io.minik.runtime.sys.Inodes;
import io.minik.runtime.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What the kubelet and the node object say of this machine. */
record Machine(
        NodeFigures figures,
        NodePressure pressure,
        Map<String, String> allocatable,
        long memoryBytes,
        Path resolvConf) {
    static Machine read(NodeOptions node, Sys sys) throws IOException {
        NodeFigures figures = new NodeFigures(node.dataDir, place -> {
            Inodes inodes = Inodes.of(sys, place);
            return new Threshold.Amount(inodes.all(), inodes.free());
        });
        return new Machine(
                figures,
                new NodePressure(node.eviction.policy()),
                figures.allocatable(node.maxPods),
                figures.memoryBytes(),
                Resolvers.file(node.resolvConf));
    }
}
