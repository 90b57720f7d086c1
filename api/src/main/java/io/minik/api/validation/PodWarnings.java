package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is odd about a pod, or about what pods are made from. */
final class PodWarnings {
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "scheduler.alpha.kubernetes.io/critical-pod",
            "non-functional in v1.16+; use the \"priorityClassName\" field instead",
            "security.alpha.kubernetes.io/sysctls",
            "non-functional in v1.11+; use the \"sysctls\" field instead",
            "security.alpha.kubernetes.io/unsafe-sysctls",
            "non-functional in v1.11+; use the \"sysctls\" field instead");
    private static final String SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String NO_POD = ": a null labelSelector results in matching no pod";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    /** A client is told 4 KiB of them; each port is looked at with all that are like it, and more than these is only work. */
    private static final int MOST = 1000;

    private final List<String> said;
    private final String path;

    /** @param path {@code spec.template.}, empty for a pod itself */
    PodWarnings(List<String> said, String path) {
        this.said = said;
        this.path = path;
    }

    void check(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        String here = path + "spec";
        nodes(spec, here);
        annotations(pod);
        new VolumeWarnings(said).volumes(spec.path("volumes"), here + ".volumes");
        duplicates(spec.path("hostAliases"), "ip", here + ".hostAliases");
        for (int at = 0; at < spec.path("hostAliases").size(); at++) {
            AddressWarnings.address(
                    Json.text(spec.path("hostAliases").get(at), "ip"), here + ".hostAliases[" + at + "].ip", said);
        }
        AddressWarnings.addresses(Json.at(spec, "dnsConfig", "nameservers"), here + ".dnsConfig.nameservers", said);
        duplicates(spec.path("imagePullSecrets"), "name", here + ".imagePullSecrets");
        for (int at = 0; at < spec.path("imagePullSecrets").size(); at++) {
            if (Json.text(spec.path("imagePullSecrets").get(at), "name").isEmpty()) {
                said.add(here + ".imagePullSecrets[" + at + "].name: invalid empty name \"\"");
            }
        }
        VolumeWarnings.fractions(spec.path("overhead"), here + ".overhead", said);
        Map<String, List<Port>> ports = new HashMap<>();
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            JsonNode containers = spec.path(list);
            for (int at = 0; at < containers.size(); at++) {
                container(pod, containers.get(at), here + "." + list + "[" + at + "]", ports);
            }
        }
        if (Json.longOr(0, spec, "terminationGracePeriodSeconds") < 0) {
            said.add(here + ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be"
                    + " treated as 1");
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            JsonNode affinity = Json.at(spec, "affinity", kind);
            String there = here + ".affinity." + kind + ".";
            selectors(affinity.path(REQUIRED), there + REQUIRED, "");
            selectors(affinity.path(PREFERRED), there + PREFERRED, "podAffinityTerm");
        }
    }

    private void selectors(JsonNode terms, String where, String inner) {
        for (int at = 0; at < terms.size(); at++) {
            JsonNode term = inner.isEmpty() ? terms.get(at) : terms.get(at).path(inner);
            if (!term.path("labelSelector").isObject()) {
                said.add(where + "[" + at + "]." + (inner.isEmpty() ? "" : inner + ".") + "labelSelector" + NO_POD);
            }
        }
    }

    private void nodes(JsonNode spec, String here) {
        spec.path("nodeSelector").fieldNames().forEachRemaining(key -> NodeLabelWarnings.message(key)
                .ifPresent(why -> said.add(here + ".nodeSelector[" + key + "]: " + why)));
        JsonNode affinity = Json.at(spec, "affinity", "nodeAffinity");
        String there = here + ".affinity.nodeAffinity.";
        JsonNode terms = Json.at(affinity, REQUIRED, "nodeSelectorTerms");
        for (int at = 0; at < terms.size(); at++) {
            NodeLabelWarnings.term(terms.get(at), there + REQUIRED + ".nodeSelectorTerms[" + at + "]", said);
        }
        JsonNode wishes = affinity.path(PREFERRED);
        for (int at = 0; at < wishes.size(); at++) {
            NodeLabelWarnings.term(
                    wishes.get(at).path("preference"), there + PREFERRED + "[" + at + "].preference", said);
        }
        JsonNode spreads = spec.path("topologySpreadConstraints");
        for (int at = 0; at < spreads.size(); at++) {
            String each = here + ".topologySpreadConstraints[" + at + "].";
            String key = Json.text(spreads.get(at), "topologyKey");
            NodeLabelWarnings.message(key).ifPresent(why -> said.add(each + "topologyKey: " + key + " is " + why));
            if (!spreads.get(at).path("labelSelector").isObject()) {
                said.add(each + "labelSelector" + NO_POD);
            }
        }
    }

    private void annotations(JsonNode pod) {
        JsonNode annotations = Json.at(pod, "metadata", "annotations");
        annotations.fieldNames().forEachRemaining(key -> {
            String why = ANNOTATIONS.get(key);
            if (why != null) {
                annotation(key, why);
            }
        });
        if (annotations.has(SECCOMP_OF_POD)
                && !Json.at(pod, "spec", "securityContext").has("seccompProfile")) {
            annotation(SECCOMP_OF_POD, "non-functional in v1.27+; use the \"seccompProfile\" field instead");
        }
    }

    private void annotation(String key, String why) {
        said.add(path + "metadata.annotations[" + key + "]: " + why);
    }

    private void duplicates(JsonNode items, String field, String where) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < items.size(); at++) {
            String value = Json.text(items.get(at), field);
            if (!seen.add(value)) {
                said.add(where + "[" + at + "]." + field + ": duplicate " + field + " \"" + value + "\"");
            }
        }
    }

    private void container(JsonNode pod, JsonNode container, String here, Map<String, List<Port>> ports) {
        String name = Json.text(container, "name");
        JsonNode annotations = Json.at(pod, "metadata", "annotations");
        JsonNode context = container.path("securityContext");
        if (annotations.has(SECCOMP_OF_CONTAINER + name) && !context.has("seccompProfile")) {
            annotation(
                    SECCOMP_OF_CONTAINER + name, "non-functional in v1.27+; use the \"seccompProfile\" field instead");
        }
        // A pod's own are fields by now, and what becomes of them was said there.
        if (!path.isEmpty()
                && annotations.has(APP_ARMOR + name)
                && !context.has("appArmorProfile")
                && !Json.at(pod, "spec", "securityContext").has("appArmorProfile")) {
            annotation(APP_ARMOR + name, "deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
        for (String side : List.of("limits", "requests")) {
            VolumeWarnings.fractions(Json.at(container, "resources", side), here + ".resources." + side, said);
        }
        env(container.path("env"), here + ".env");
        ports(container.path("ports"), here + ".ports", ports);
    }

    /** A name may come again if it builds on what it was before; else the first one is lost. */
    private void env(JsonNode env, String where) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < env.size(); at++) {
            JsonNode variable = env.get(at);
            String name = Json.text(variable, "name");
            if (seen.add(name)) {
                continue;
            }
            String reference = "$(" + name + ")";
            String value = Json.text(variable, "value");
            if (variable.has("valueFrom") || value.equals(reference) || !value.contains(reference)) {
                said.add(where + "[" + at + "]: hides previous definition of \"" + name
                        + "\", which may be dropped when using apply");
            }
        }
    }

    private record Port(String where, String hostIp, int hostPort) {}

    private void ports(JsonNode ports, String where, Map<String, List<Port>> all) {
        for (int at = 0; at < ports.size(); at++) {
            JsonNode port = ports.get(at);
            Port here = new Port(Causes.at(where, at), Json.text(port, "hostIP"), Json.intOr(0, port, "hostPort"));
            if (!here.hostIp().isEmpty() && here.hostPort() == 0) {
                said.add(here.where() + ": hostIP set without hostPort: " + inGo(port));
            }
            String key = Json.intOr(0, port, "containerPort") + "/" + Json.text(port, "protocol");
            List<Port> others = all.computeIfAbsent(key, unused -> new ArrayList<>());
            for (Port other : said.size() < MOST ? others : List.<Port>of()) {
                boolean oneHost = here.hostIp().isEmpty() != other.hostIp().isEmpty();
                if (here.hostIp().equals(other.hostIp()) && here.hostPort() == other.hostPort()) {
                    said.add(here.where() + ": duplicate port definition with " + other.where());
                } else if (here.hostPort() == 0 || other.hostPort() == 0) {
                    said.add(here.where() + ": overlapping port definition with " + other.where());
                } else if (here.hostPort() == other.hostPort() && oneHost) {
                    said.add(here.where() + ": dangerously ambiguous port definition with " + other.where());
                }
            }
            others.add(here);
        }
    }

    /** As Go prints the struct. */
    private static String inGo(JsonNode port) {
        return "{Name:" + Json.text(port, "name") + " HostPort:" + Json.intOr(0, port, "hostPort") + " ContainerPort:"
                + Json.intOr(0, port, "containerPort") + " Protocol:" + Json.text(port, "protocol") + " HostIP:"
                + Json.text(port, "hostIP") + "}";
    }
}
