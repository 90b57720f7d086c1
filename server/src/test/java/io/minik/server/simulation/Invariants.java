package io.minik.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Informer;
import io.minik.api.client.KubeList;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What holds at each step of a story, and what has come to hold at its quiet end. */
final class Invariants {
    private static final List<Resource> REPLICATED = List.of(
            Resources.DEPLOYMENTS, Resources.STATEFUL_SETS, Resources.REPLICATION_CONTROLLERS, Resources.REPLICA_SETS);

    /** An event's key, up to the number in its name: the object that it is about. */
    private static final Pattern EVENT = Pattern.compile(" /registry/events/(\\S+)\\.[^. ]+ ");

    private static final Pattern LIFE = Pattern.compile("^\\S+ \\d+ \\S+ /registry/(leases|minions|events)/");
    /** Of one object in a minute: of what can't be done, told again at growing intervals. */
    private static final int MOST_EVENTS = 3;
    /** In one minute: five nodes that write what a busy user asks for come to a third of it. */
    private static final int MOST_WRITES = 1500;

    private static final int SECONDS = 60;
    /** One for each watch of the controllers and the nodes, and some thirty periodic ones. */
    private static final int MOST_TIMERS = 150;

    private final Story story;
    private final SimulatedCluster cluster;
    /** The store's revision a minute ago, and whatever it was each second since. */
    private final Deque<Long> revisions = new ArrayDeque<>();

    Invariants(Story story) {
        this.story = story;
        this.cluster = story.cluster;
    }

    /**
     * A pod's name runs once: two of a StatefulSet's would write into the same volume. And whatever is refused or seen late,
     * nobody writes as fast as the machine can. Each second.
     */
    void always() {
        Map<ObjectKey, String> where = new HashMap<>();
        for (HollowNode node : cluster.nodes) {
            for (ObjectKey pod : node.running.keySet()) {
                assertThat(where.put(pod, node.name))
                        .as("%s runs on %s and elsewhere at %s", pod, node.name, cluster.time.instant())
                        .isNull();
            }
        }
        long revision = cluster.disk.status().revision();
        revisions.add(revision);
        if (revisions.size() > SECONDS) {
            assertThat(revision - revisions.remove())
                    .as("writes in the minute before %s", cluster.time.instant())
                    .isLessThan(MOST_WRITES);
        }
    }

    void atRest() {
        Map<Resource, List<KubeObject>> all = new HashMap<>();
        for (Resource resource : Kinds.builtIn().now().watched()) {
            all.put(resource, cluster.all(resource));
        }
        nothingIsLost(all.getOrDefault(Resources.CONFIG_MAPS, List.of()));
        nodesRunWhatTheApiSays(all.getOrDefault(Resources.PODS, List.of()));
        workloadsAreWhole(all);
        servicesHaveTheirEndpoints(all);
        nothingLeaks(all);
        informersShowTheStore(all);
        assertThat(cluster.server().complaints()).as("rooms that are not well").isEmpty();
        Map<ObjectKey, String> pods = versions(all.getOrDefault(Resources.PODS, List.of()));
        assertThat(cluster.server().neighbour.heard)
                .as("what a handler that throws knows")
                .isEqualTo(pods);
        assertThat(cluster.server().neighbour.workedOn)
                .as("what a controller that throws worked on")
                .isEqualTo(pods);
    }

    private void nothingIsLost(List<KubeObject> notes) {
        Map<String, Integer> there = new TreeMap<>();
        notes.stream()
                .filter(note -> note.name().startsWith("note-"))
                .forEach(note -> there.put(note.name(), Integer.parseInt(note.text("data", "value"))));
        story.acknowledged.forEach((name, value) -> assertThat(there.getOrDefault(name, -1))
                .as("acknowledged write of %s", name)
                .isGreaterThanOrEqualTo(value));
    }

    private void nodesRunWhatTheApiSays(List<KubeObject> pods) {
        for (HollowNode node : cluster.nodes) {
            Map<ObjectKey, String> here = new TreeMap<>();
            node.running.forEach((key, container) -> here.put(key, container.uid()));
            Map<ObjectKey, String> said = new TreeMap<>();
            pods.stream()
                    .filter(pod -> pod.text("spec", "nodeName").equals(node.name) && !Pods.finished(pod))
                    .forEach(pod -> said.put(pod.key(), pod.uid()));
            assertThat(here).as(node.name).isEqualTo(said);
        }
    }

    /** Each has what it wants, unless its containers crash, fit nowhere, or a quota keeps them out. */
    private void workloadsAreWhole(Map<Resource, List<KubeObject>> all) {
        Set<String> bounded = all.getOrDefault(Resources.RESOURCE_QUOTAS, List.of()).stream()
                .map(KubeObject::namespace)
                .collect(Collectors.toSet());
        for (Resource resource : REPLICATED) {
            for (KubeObject object : all.getOrDefault(resource, List.of())) {
                if (!object.at("metadata", "ownerReferences").isEmpty()) {
                    continue;
                }
                statusTellsTheTruth(object, all.getOrDefault(Resources.PODS, List.of()));
                if (!bounded.contains(object.namespace()) && isSound(object)) {
                    assertThat(object.at("status", "readyReplicas").asInt())
                            .as("%s: %s", object, object.tree())
                            .isEqualTo(object.at("spec", "replicas").asInt());
                }
            }
        }
        for (KubeObject set : all.getOrDefault(Resources.DAEMON_SETS, List.of())) {
            int ready = bounded.contains(set.namespace())
                    ? set.at("status", "numberReady").asInt()
                    : isSound(set) ? cluster.nodes.size() : 0;
            assertThat(set.at("status", "numberReady").asInt())
                    .as("%s: %s", set, set.tree())
                    .isEqualTo(ready);
        }
        for (KubeObject job : all.getOrDefault(Resources.JOBS, List.of())) {
            if (!bounded.contains(job.namespace()) && isSound(job)) {
                assertThat(job.at("status", "succeeded").asInt())
                        .as("%s: %s", job, job.tree())
                        .isEqualTo(job.at("spec", "completions").asInt());
            } else if (!bounded.contains(job.namespace()) && job.name().startsWith(WorkloadWords.CRASHES)) {
                assertThat(Conditions.isTrue(job.at("status"), "Failed"))
                        .as("%s: %s", job, job.tree())
                        .isTrue();
            }
        }
    }

    private static boolean isSound(KubeObject workload) {
        return !workload.name().startsWith(WorkloadWords.CRASHES)
                && !workload.name().startsWith(WorkloadWords.HUGE);
    }

    private static void statusTellsTheTruth(KubeObject workload, List<KubeObject> pods) {
        List<KubeObject> own = pods.stream()
                .filter(pod -> pod.namespace().equals(workload.namespace())
                        && pod.text("metadata", "labels", "app").equals(workload.name())
                        && Pods.active(pod))
                .toList();
        assertThat(workload.at("status", "replicas").asInt())
                .as("%s: %s", workload, workload.tree())
                .isEqualTo(own.size());
        assertThat(workload.at("status", "readyReplicas").asLong())
                .as("%s: %s", workload, workload.tree())
                .isEqualTo(own.stream().filter(Pods::ready).count());
    }

    /** Nobody is told old news, or that all is well, by a server without a store. */
    void saysThatItsStoreIsGone(ServerLife life) {
        Future<KubeList> asked = new ApiClient(life.transport(), "user").list(Resources.NODES, "", ListOptions.ALL);
        cluster.time.passUntil(Duration.ofSeconds(10), asked::isComplete);
        assertThat(asked.failed() && ApiException.is(asked.cause(), Reason.ServiceUnavailable))
                .as("a server without a store answers %s", asked)
                .isTrue();
    }

    /** Whoever goes on writing when nothing happens will do so for ever. */
    void quiet(List<String> written) {
        assertThat(written.stream().filter(line -> !LIFE.matcher(line).find()))
                .as("written in a quiet minute")
                .isEmpty();
        Map<String, Integer> events = new TreeMap<>();
        written.forEach(line -> {
            Matcher event = EVENT.matcher(line);
            if (event.find()) {
                events.merge(event.group(1), 1, Integer::sum);
            }
        });
        assertThat(events.values()).as("events in a quiet minute: %s", events).allMatch(count -> count < MOST_EVENTS);
    }

    private void servicesHaveTheirEndpoints(Map<Resource, List<KubeObject>> all) {
        for (KubeObject service : all.getOrDefault(Resources.SERVICES, List.of())) {
            String app = service.text("spec", "selector", "app");
            if (app.isEmpty()) {
                continue;
            }
            Set<String> ready = all.getOrDefault(Resources.PODS, List.of()).stream()
                    .filter(pod -> pod.namespace().equals(service.namespace())
                            && pod.text("metadata", "labels", "app").equals(app)
                            && Pods.active(pod)
                            && Pods.ready(pod))
                    .map(pod -> pod.text("status", "podIP"))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> sliced = new TreeSet<>();
            all.getOrDefault(Resources.ENDPOINT_SLICES, List.of()).stream()
                    .filter(slice -> slice.namespace().equals(service.namespace())
                            && slice.text("metadata", "labels", "kubernetes.io/service-name")
                                    .equals(service.name()))
                    .flatMap(slice -> StreamSupport.stream(slice.at("endpoints").spliterator(), false))
                    .filter(endpoint ->
                            endpoint.path("conditions").path("ready").asBoolean())
                    .forEach(endpoint -> endpoint.path("addresses").forEach(address -> sliced.add(address.asText())));
            assertThat(sliced).as("slices of %s", service).isEqualTo(ready);
            Set<String> old = new TreeSet<>();
            all.getOrDefault(Resources.ENDPOINTS, List.of()).stream()
                    .filter(endpoints -> endpoints.key().equals(service.key()))
                    .forEach(endpoints -> endpoints.at("subsets").forEach(subset -> subset.path("addresses")
                            .forEach(address -> old.add(address.path("ip").asText()))));
            assertThat(old).as("endpoints of %s", service).isEqualTo(ready);
        }
    }

    private void nothingLeaks(Map<Resource, List<KubeObject>> all) {
        Set<String> namespaces = all.getOrDefault(Resources.NAMESPACES, List.of()).stream()
                .map(KubeObject::name)
                .collect(Collectors.toSet());
        Set<String> uids =
                all.values().stream().flatMap(List::stream).map(KubeObject::uid).collect(Collectors.toSet());
        for (List<KubeObject> objects : all.values()) {
            for (KubeObject object : objects) {
                assertThat(object.meta().deleting())
                        .as("%s is on its way: %s", object, object.tree())
                        .isFalse();
                assertThat(object.namespace().isEmpty() || namespaces.contains(object.namespace()))
                        .as("%s is in no namespace", object)
                        .isTrue();
                object.at("metadata", "ownerReferences").forEach(owner -> assertThat(uids)
                        .as("%s belongs to %s", object, owner)
                        .contains(owner.path("uid").asText()));
            }
        }
        assertThat(all.getOrDefault(Resources.LEASES, List.of()).stream()
                        .filter(lease -> lease.namespace().equals("kube-node-lease"))
                        .map(KubeObject::name))
                .containsExactlyInAnyOrderElementsOf(
                        cluster.nodes.stream().map(node -> node.name).toList());
        assertThat(cluster.time.timers()).as("timers").isLessThan(MOST_TIMERS);
        cluster.nodes.forEach(node ->
                assertThat(node.watches()).as("watches of %s", node.name).isEqualTo(1));
    }

    private void informersShowTheStore(Map<Resource, List<KubeObject>> all) {
        all.forEach((resource, objects) -> {
            Informer informer = cluster.server().controllers.informer(resource);
            if (informer.isSynced()) {
                assertThat(versions(informer.list()))
                        .as("informer of %s", resource)
                        .isEqualTo(versions(objects));
            }
        });
    }

    private static Map<ObjectKey, String> versions(Iterable<KubeObject> objects) {
        Map<ObjectKey, String> versions = new TreeMap<>();
        objects.forEach(object -> versions.put(object.key(), object.meta().resourceVersion()));
        return versions;
    }
}
