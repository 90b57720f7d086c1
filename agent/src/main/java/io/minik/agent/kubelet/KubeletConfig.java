package io.minik.agent.kubelet;

import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import io.minik.api.object.KubeObject;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * @param nodeIps the first is the main one
 * @param cgroupRoot first part of cgroup parents: {@code kubepods}
 * @param node as the API has it; empty while it is not known
 * @param pages gets manifests of static pods by URL
 * @param addressing when pods can have addresses, and what comes before their first packet
 */
public record KubeletConfig(
        String nodeName,
        List<String> nodeIps,
        Places places,
        Resolving dns,
        String cgroupRoot,
        Machine machine,
        Supplier<Optional<KubeObject>> node,
        Addressing addressing,
        KubeletSettings settings,
        PageFetch pages) {
    /**
     * @param ready succeeds once pods can have addresses
     * @param guarded of a pod with its addresses: succeeds when its containers may start
     */
    public record Addressing(Future<Void> ready, BiFunction<KubeObject, List<String>, Future<Void>> guarded) {
        /** Nothing is between pods. */
        public static Addressing open(Future<Void> ready) {
            return new Addressing(ready, (pod, addresses) -> Future.succeededFuture());
        }
    }

    /**
     * @param rootDir pods' files: {@code <rootDir>/pods/<uid>}
     * @param podLogsDir upstream's is /var/log/pods
     * @param containerLogLinks where links for log collectors go (/var/log/containers); empty for none
     * @param podManifests of static pods; it need not be there
     */
    public record Places(Path rootDir, Path podLogsDir, Optional<Path> containerLogLinks, Path podManifests) {}

    /**
     * @param clusterDns addresses for pods' resolv.conf
     * @param resolvConf the node's own, for dnsPolicy Default and for the search list
     */
    public record Resolving(List<String> clusterDns, String clusterDomain, Path resolvConf) {}

    /**
     * The machine below.
     *
     * @param allocatable the node's, as quantities
     * @param left what there is of it and what is left; blocking
     */
    public record Machine(
            Map<String, String> allocatable,
            long memoryBytes,
            NodePressure pressure,
            Callable<Map<Threshold.Signal, Threshold.Amount>> left) {}

    Map<String, String> allocatable() {
        return machine.allocatable();
    }

    long nodeMemoryBytes() {
        return machine.memoryBytes();
    }

    Path rootDir() {
        return places.rootDir();
    }

    Optional<Path> containerLogLinks() {
        return places.containerLogLinks();
    }

    String clusterDomain() {
        return dns.clusterDomain();
    }

    Path podDir(String uid) {
        return places.rootDir().resolve("pods").resolve(uid);
    }

    Path podLogDir(String namespace, String name, String uid) {
        return places.podLogsDir().resolve(namespace + "_" + name + "_" + uid);
    }
}
