package io.minik.server.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Small clusters at random, and which nodes a pod may go to by the documented rules, read from the objects themselves with no
 * thought for speed: node by node as the filters have it.
 */
class FilterModelTest {
    private static final int CLUSTERS = 400;
    private static final int PODS = 12;
    private static final List<String> APPS = List.of("a", "b");
    private static final List<String> KEYS = List.of("zone", "rack", "kubernetes.io/hostname");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private record Placed(KubeObject pod, KubeObject node) {}

    @Test
    void eachNodeIsFitOrNotByTheRules() {
        Map<String, Integer> reasons = new TreeMap<>();
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            NodeSnapshot snapshot = new NodeSnapshot();
            List<KubeObject> nodes = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(6); i++) {
                KubeObject node = node(i);
                nodes.add(node);
                snapshot.node(node);
            }
            List<Placed> placed = new ArrayList<>();
            for (int i = 0; i < PODS; i++) {
                KubeObject pod = pod(i);
                PodNeeds needs = PodNeeds.of(pod);
                Domains domains = new Domains(needs, snapshot);
                Set<String> fit = new TreeSet<>();
                for (NodeState node : snapshot.nodes()) {
                    Unfit unfit = Filters.check(needs, node, domains, List.of());
                    if (unfit == null) {
                        fit.add(node.name());
                    } else {
                        unfit.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                    }
                }
                assertThat(fit)
                        .as("-Dseed=%d: %s on %s beside %s", seed, pod.tree(), nodes, placed)
                        .isEqualTo(nodes.stream()
                                .filter(node -> mayRun(pod, node, nodes, placed))
                                .map(KubeObject::name)
                                .collect(Collectors.toCollection(TreeSet::new)));
                Placer.Placement placement = new Placer(random).place(needs, snapshot, new Nominations(), List.of());
                assertThat(placement
                                .node()
                                .map(NodeState::name)
                                .map(fit::contains)
                                .orElse(fit.isEmpty()))
                        .isTrue();
                nodes.stream()
                        .filter(node -> placement.node().map(NodeState::name).equals(Optional.of(node.name())))
                        .forEach(node -> {
                            snapshot.place(needs, node.name());
                            placed.add(new Placed(pod, node));
                        });
                if (!placed.isEmpty() && random.nextInt(5) == 0) {
                    Placed gone = placed.remove(random.nextInt(placed.size()));
                    snapshot.remove(gone.pod().key());
                }
            }
        }
        assertThat(reasons).hasSizeGreaterThan(10);
    }

    private KubeObject node(int i) {
        return KubeObject.named("v1", "Node", ObjectKey.cluster("n" + i), tree -> {
            ObjectNode labels = Json.child(tree, "metadata").putObject("labels");
            labels.put("kubernetes.io/hostname", "n" + i);
            for (String key : List.of("zone", "rack")) {
                if (random.nextInt(4) > 0) {
                    labels.put(key, key + random.nextInt(2));
                }
            }
            if (random.nextInt(4) == 0) {
                Json.child(tree, "spec").put("unschedulable", true);
            }
            if (random.nextInt(3) == 0) {
                Json.child(tree, "spec")
                        .putArray("taints")
                        .addObject()
                        .put("key", "t")
                        .put("value", "v" + random.nextInt(2))
                        .put(
                                "effect",
                                List.of("NoSchedule", "PreferNoSchedule", "NoExecute")
                                        .get(random.nextInt(3)));
            }
            Json.child(Json.child(tree, "status"), "allocatable")
                    .put("cpu", String.valueOf(1 + random.nextInt(4)))
                    .put("memory", "8Gi")
                    .put("pods", String.valueOf(2 + random.nextInt(6)));
        });
    }

    private KubeObject pod(int i) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("ns" + random.nextInt(2), "p" + i), tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", app()).put("tier", app());
            ObjectNode spec = Json.child(tree, "spec");
            ObjectNode container = spec.putArray("containers").addObject().put("name", "c");
            container.putObject("resources").putObject("requests").put("cpu", 100 * random.nextInt(12) + "m");
            if (random.nextInt(4) == 0) {
                container
                        .putArray("ports")
                        .addObject()
                        .put("containerPort", 80)
                        .put("hostPort", 8000 + random.nextInt(2));
            }
            if (random.nextInt(5) == 0) {
                spec.putObject("nodeSelector").put("zone", "zone" + random.nextInt(2));
            }
            if (random.nextInt(3) == 0) {
                tolerations(spec.putArray("tolerations"));
            }
            if (random.nextInt(3) == 0) {
                terms(spec, "podAffinity");
            }
            if (random.nextInt(4) == 0) {
                terms(spec, "podAntiAffinity");
            }
            if (random.nextInt(3) == 0) {
                spread(spec.putArray("topologySpreadConstraints"));
            }
        });
    }

    private String app() {
        return APPS.get(random.nextInt(APPS.size()));
    }

    private String key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private void tolerations(ArrayNode tolerations) {
        switch (random.nextInt(4)) {
            case 0 -> tolerations.addObject().put("operator", "Exists");
            case 1 ->
                tolerations
                        .addObject()
                        .put("key", "t")
                        .put("operator", "Exists")
                        .put("effect", "NoSchedule");
            case 2 ->
                tolerations.addObject().put("key", "t").put("operator", "Equal").put("value", "v0");
            default ->
                tolerations
                        .addObject()
                        .put("key", "node.kubernetes.io/unschedulable")
                        .put("operator", "Exists");
        }
    }

    private void terms(ObjectNode spec, String kind) {
        ArrayNode terms = Json.child(Json.child(spec, "affinity"), kind)
                .putArray("requiredDuringSchedulingIgnoredDuringExecution");
        for (int i = random.nextInt(2); i >= 0; i--) {
            ObjectNode term = terms.addObject().put("topologyKey", key());
            selector(term);
            if (random.nextInt(3) == 0) {
                term.putArray("namespaces").add("ns" + random.nextInt(2));
            } else if (random.nextInt(3) == 0) {
                term.putObject("namespaceSelector");
            }
        }
    }

    private void selector(ObjectNode owner) {
        ObjectNode selector = owner.putObject("labelSelector");
        selector.putObject("matchLabels").put(random.nextBoolean() ? "app" : "tier", app());
    }

    private void spread(ArrayNode constraints) {
        for (int i = random.nextInt(2); i >= 0; i--) {
            ObjectNode constraint = constraints
                    .addObject()
                    .put("maxSkew", 1 + random.nextInt(2))
                    .put("topologyKey", key())
                    .put("whenUnsatisfiable", random.nextInt(4) == 0 ? "ScheduleAnyway" : "DoNotSchedule");
            selector(constraint);
            if (random.nextInt(3) == 0) {
                constraint.put("minDomains", 1 + random.nextInt(3));
            }
            if (random.nextBoolean()) {
                constraint.put("nodeAffinityPolicy", random.nextBoolean() ? "Honor" : "Ignore");
            }
            if (random.nextBoolean()) {
                constraint.put("nodeTaintsPolicy", random.nextBoolean() ? "Honor" : "Ignore");
            }
        }
    }

    // ---- the rules ----

    private static boolean mayRun(KubeObject pod, KubeObject node, List<KubeObject> nodes, List<Placed> placed) {
        List<Placed> here =
                placed.stream().filter(other -> other.node().equals(node)).toList();
        return toleratesAll(pod, node, true)
                && isSelected(pod, node)
                && here.stream().noneMatch(other -> hostPort(other.pod()) > 0 && hostPort(other.pod()) == hostPort(pod))
                && here.size() < node.at("status", "allocatable", "pods").asInt()
                && hasRoom(pod, node, here)
                && isSpread(pod, node, nodes, placed)
                && isNear(pod, node, placed)
                && isApart(pod, node, placed);
    }

    private static boolean toleratesAll(KubeObject pod, KubeObject node, boolean cordoned) {
        if (cordoned
                && node.at("spec", "unschedulable").asBoolean()
                && !isTolerated(pod, "node.kubernetes.io/unschedulable", "", "NoSchedule")) {
            return false;
        }
        for (JsonNode taint : node.at("spec", "taints")) {
            String effect = taint.path("effect").asText();
            if (!effect.equals("PreferNoSchedule")
                    && !isTolerated(
                            pod, taint.path("key").asText(), taint.path("value").asText(), effect)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTolerated(KubeObject pod, String key, String value, String effect) {
        for (JsonNode toleration : pod.at("spec", "tolerations")) {
            boolean ofKey =
                    !toleration.has("key") || toleration.path("key").asText().equals(key);
            boolean ofEffect = !toleration.has("effect")
                    || toleration.path("effect").asText().equals(effect);
            boolean ofValue = toleration.path("operator").asText().equals("Exists")
                    || toleration.path("value").asText().equals(value);
            if (ofKey && ofEffect && ofValue) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSelected(KubeObject pod, KubeObject node) {
        String zone = pod.text("spec", "nodeSelector", "zone");
        return zone.isEmpty() || zone.equals(node.meta().labels().get("zone"));
    }

    private static int hostPort(KubeObject pod) {
        return pod.at("spec", "containers")
                .path(0)
                .path("ports")
                .path(0)
                .path("hostPort")
                .asInt();
    }

    private static int cpuMillis(KubeObject pod) {
        String cpu = pod.at("spec", "containers")
                .path(0)
                .path("resources")
                .path("requests")
                .path("cpu")
                .asText();
        return Integer.parseInt(cpu.replace("m", ""));
    }

    private static boolean hasRoom(KubeObject pod, KubeObject node, List<Placed> here) {
        int all = 1000 * node.at("status", "allocatable", "cpu").asInt();
        int used = here.stream().mapToInt(other -> cpuMillis(other.pod())).sum();
        return cpuMillis(pod) == 0 || used + cpuMillis(pod) <= all;
    }

    private static boolean matches(JsonNode selector, KubeObject pod) {
        return selector.path("matchLabels").properties().stream()
                .allMatch(label ->
                        label.getValue().asText().equals(pod.meta().labels().get(label.getKey())));
    }

    /** @param owner of the term, whose namespace counts if none is named */
    private static boolean matches(JsonNode term, KubeObject owner, KubeObject pod) {
        boolean inScope = term.has("namespaceSelector")
                || (term.has("namespaces")
                        ? term.path("namespaces").path(0).asText().equals(pod.namespace())
                        : owner.namespace().equals(pod.namespace()));
        return inScope && matches(term.path("labelSelector"), pod);
    }

    private static JsonNode terms(KubeObject pod, String kind) {
        return pod.at("spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution");
    }

    private static boolean shares(String key, KubeObject node, KubeObject other) {
        String value = node.meta().labels().get(key);
        return value != null && value.equals(other.meta().labels().get(key));
    }

    private static boolean isNear(KubeObject pod, KubeObject node, List<Placed> placed) {
        JsonNode terms = terms(pod, "podAffinity");
        List<Placed> sought = placed.stream()
                .filter(other -> all(terms, term -> matches(term, pod, other.pod())))
                .toList();
        boolean first = all(terms, term -> matches(term, pod, pod))
                && sought.stream()
                        .allMatch(other ->
                                all(terms, term -> !other.node().meta().labels().containsKey(key(term))));
        return all(
                terms,
                term -> node.meta().labels().containsKey(key(term))
                        && (first || sought.stream().anyMatch(other -> shares(key(term), node, other.node()))));
    }

    private static boolean isApart(KubeObject pod, KubeObject node, List<Placed> placed) {
        return placed.stream().allMatch(other -> {
            KubeObject there = other.node();
            return all(
                            terms(pod, "podAntiAffinity"),
                            term -> !(matches(term, pod, other.pod()) && shares(key(term), node, there)))
                    && all(
                            terms(other.pod(), "podAntiAffinity"),
                            term -> !(matches(term, other.pod(), pod) && shares(key(term), node, there)));
        });
    }

    private static String key(JsonNode term) {
        return term.path("topologyKey").asText();
    }

    private static boolean all(JsonNode terms, Predicate<JsonNode> holds) {
        for (JsonNode term : terms) {
            if (!holds.test(term)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpread(KubeObject pod, KubeObject node, List<KubeObject> nodes, List<Placed> placed) {
        List<JsonNode> hard = new ArrayList<>();
        pod.at("spec", "topologySpreadConstraints").forEach(constraint -> {
            if (constraint.path("whenUnsatisfiable").asText().equals("DoNotSchedule")) {
                hard.add(constraint);
            }
        });
        for (JsonNode constraint : hard) {
            Map<String, Long> domains = new TreeMap<>();
            for (KubeObject each : nodes) {
                boolean counts = hard.stream()
                                .allMatch(one -> each.meta().labels().containsKey(key(one)))
                        && (constraint.path("nodeAffinityPolicy").asText().equals("Ignore") || isSelected(pod, each))
                        && (!constraint.path("nodeTaintsPolicy").asText().equals("Honor")
                                || toleratesAll(pod, each, false));
                if (counts) {
                    long there = placed.stream()
                            .filter(other -> other.node().equals(each)
                                    && other.pod().namespace().equals(pod.namespace())
                                    && matches(constraint.path("labelSelector"), other.pod()))
                            .count();
                    domains.merge(String.valueOf(each.meta().labels().get(key(constraint))), there, Long::sum);
                }
            }
            String own = node.meta().labels().get(key(constraint));
            if (own == null) {
                return false;
            }
            boolean few = domains.size() < constraint.path("minDomains").asInt(1);
            long least = few
                    ? 0
                    : domains.values().stream().mapToLong(Long::longValue).min().orElse(0);
            long self = matches(constraint.path("labelSelector"), pod) ? 1 : 0;
            if (domains.getOrDefault(own, 0L) + self - least
                    > constraint.path("maxSkew").asInt()) {
                return false;
            }
        }
        return true;
    }
}
