package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.volume.PodVolumes;
import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an earlier minik left: pods that the runtime or the disk has and nobody wants, as far as their labels tell. */
final class Leftovers {
    private final RuntimeService runtime;
    private final PodVolumes present;

    Leftovers(RuntimeService runtime, PodVolumes present) {
        this.runtime = runtime;
        this.present = present;
    }

    /** @param wanted UIDs of the pods that stay */
    Future<List<Pod>> find(Set<String> wanted) {
        Future<List<Cri.PodSandbox>> sandboxes = runtime.listPodSandbox(Cri.PodSandboxFilter.ALL);
        Future<List<Cri.Container>> containers = runtime.listContainers(Cri.ContainerFilter.ALL);
        Future<Set<String>> volumes = present.present();
        return Future.all(sandboxes, containers, volumes).map(ignored -> {
            Map<String, Pod> orphans = new LinkedHashMap<>();
            for (Cri.Container container : containers.result()) {
                String uid = container.labels().getOrDefault(ContainerConfigs.POD_UID, "");
                if (!uid.isEmpty() && !wanted.contains(uid) && own(container.labels())) {
                    orphans.put(
                            uid,
                            orphan(uid, container.labels(), container.annotations(), names(containers.result(), uid)));
                }
            }
            for (Cri.PodSandbox sandbox : sandboxes.result()) {
                String uid = sandbox.metadata().uid();
                if (!wanted.contains(uid) && own(sandbox.labels())) {
                    orphans.computeIfAbsent(uid, key -> orphan(key, sandbox.labels(), sandbox.annotations(), Set.of()));
                }
            }
            for (String uid : volumes.result()) {
                if (!wanted.contains(uid)) {
                    orphans.computeIfAbsent(uid, key -> orphan(key, Map.of(), Map.of(), Set.of()));
                }
            }
            return new ArrayList<>(orphans.values());
        });
    }

    /** Whether a kubelet made it, and not somebody else through the runtime's socket. */
    static boolean own(Map<String, String> labels) {
        return labels.containsKey(ContainerConfigs.POD_UID) && !labels.containsKey(Cri.CLIENTS);
    }

    private static Set<String> names(List<Cri.Container> containers, String uid) {
        Set<String> names = new HashSet<>();
        containers.stream()
                .filter(c -> uid.equals(c.labels().get(ContainerConfigs.POD_UID)))
                .forEach(c -> names.add(c.metadata().name()));
        return names;
    }

    /** What is left of a pod says of it what its end needs: its name, its containers, and how long they may take. */
    private static Pod orphan(
            String uid, Map<String, String> labels, Map<String, String> annotations, Set<String> containers) {
        ObjectKey key = ObjectKey.of(
                labels.getOrDefault(ContainerConfigs.POD_NAMESPACE, "unknown"),
                labels.getOrDefault(ContainerConfigs.POD_NAME, "unknown"));
        return Pod.of(KubeObject.named("v1", "Pod", key, tree -> {
            Json.child(tree, "metadata").put("uid", uid);
            ObjectNode spec = Json.child(tree, "spec");
            String grace = annotations.getOrDefault(ContainerConfigs.GRACE, "");
            if (!grace.isEmpty()) {
                spec.put("terminationGracePeriodSeconds", Long.parseLong(grace));
            }
            ArrayNode list = spec.putArray("containers");
            containers.forEach(name -> list.addObject().put("name", name));
        }));
    }
}
