package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** PodSpec, wherever it stands. */
final class PodRules {
    /** Of a pod that names none. */
    private static final long GRACE_SECONDS = 30;

    /** What resolvers of today read from resolv.conf. */
    private static final int MAX_SEARCHES = 32;

    private static final int LONGEST_SYSCTL = 253;
    /** What the kernel takes as a host name. */
    private static final int MOST_HOSTNAME = 64;

    private static final String SYSCTL = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    private final Causes causes;
    private final ContainerRules containers;

    PodRules(Causes causes) {
        this.causes = causes;
        this.containers = new ContainerRules(causes);
    }

    /** @param template whether it is a workload's template */
    void spec(JsonNode spec, String path, boolean template) {
        spec(spec, path, template, Map.of());
    }

    /** @param claims volumes that come from outside the template, by name: a StatefulSet's claims */
    void spec(JsonNode spec, String path, boolean template, Map<String, JsonNode> claims) {
        Map<String, JsonNode> volumes = new HashMap<>(claims);
        volumes.putAll(new VolumeRules(causes).volumes(spec.path("volumes"), path + ".volumes"));
        Set<String> names = new HashSet<>();
        containers(spec, path, "containers", volumes, names);
        containers(spec, path, "initContainers", volumes, names);
        if (!template && spec.path("ephemeralContainers").size() > 0) {
            containers(spec, path, "ephemeralContainers", volumes, names);
        }
        SecurityRules security = new SecurityRules(causes);
        security.pod(spec, path);
        security.system(spec, path);
        hostPorts(spec, path);
        restart(spec, path);
        dns(spec, path);
        names(spec, path);
        new SchedulingRules(causes).check(spec, path);
        for (String field : List.of("nodeName", "serviceAccountName", "priorityClassName", "runtimeClassName")) {
            String name = Json.text(spec, field);
            if (!name.isEmpty()) {
                causes.invalid(path + "." + field, name, Names.dns1123Subdomain(name));
            }
        }
        for (String field : List.of("hostname", "subdomain")) {
            String name = Json.text(spec, field);
            if (!name.isEmpty()) {
                causes.invalid(path + "." + field, name, Names.dns1123Label(name));
            }
        }
        hostname(spec, path);
        new MetaRules(causes).labels(spec.path("nodeSelector"), path + ".nodeSelector");
        long deadline = Json.longOr(1, spec, "activeDeadlineSeconds");
        if (deadline < 1 || deadline > Integer.MAX_VALUE) {
            causes.invalid(path + ".activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        }
        if (Json.bool(spec, "hostPID") && Json.bool(spec, "shareProcessNamespace")) {
            causes.invalid(
                    path + ".shareProcessNamespace",
                    spec.path("shareProcessNamespace"),
                    "ShareProcessNamespace and HostPID cannot both be enabled");
        }
        sysctls(Json.at(spec, "securityContext", "sysctls"), path + ".securityContext.sysctls");
    }

    /** One that is given as it is has no other words beside it. */
    private void hostname(JsonNode spec, String path) {
        String override = Json.text(spec, "hostnameOverride");
        if (override.isEmpty()) {
            return;
        }
        String here = path + ".hostnameOverride";
        causes.invalid(here, override, Names.dns1123Subdomain(override));
        if (override.length() > MOST_HOSTNAME) {
            causes.invalid(here, override, Names.tooLong(MOST_HOSTNAME));
        }
        if (Json.bool(spec, "setHostnameAsFQDN")) {
            causes.forbidden(path + ".setHostnameAsFQDN", "may not be set to true when `hostnameOverride` is set");
        }
        if (Json.bool(spec, "hostNetwork")) {
            causes.forbidden(path + ".hostNetwork", "may not be set to true when `hostnameOverride` is set");
        }
    }

    /** What is named by lists, once each. */
    private void names(JsonNode spec, String path) {
        JsonNode aliases = spec.path("hostAliases");
        for (int at = 0; at < aliases.size(); at++) {
            String here = path + ".hostAliases[" + at + "]";
            String address = Json.text(aliases.get(at), "ip");
            if (!Addresses.valid(address)) {
                causes.invalid(here + ".ip", address, Addresses.WORDS);
            }
            for (JsonNode name : aliases.get(at).path("hostnames")) {
                causes.invalid(here + ".hostnames", name.asText(), Names.dns1123Subdomain(name.asText()));
            }
        }
        JsonNode gates = spec.path("readinessGates");
        for (int at = 0; at < gates.size(); at++) {
            String type = Json.text(gates.get(at), "conditionType");
            causes.invalid(path + ".readinessGates[" + at + "].conditionType", type, Names.qualifiedName(type));
        }
        unique(spec.path("schedulingGates"), path + ".schedulingGates", true);
        unique(spec.path("resourceClaims"), path + ".resourceClaims", false);
    }

    private void unique(JsonNode items, String path, boolean qualified) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < items.size(); at++) {
            String name = Json.text(items.get(at), "name");
            String here = Causes.at(path, at) + (qualified ? "" : ".name");
            causes.invalid(here, name, qualified ? Names.qualifiedName(name) : Names.dns1123Label(name));
            if (!seen.add(name)) {
                causes.duplicate(here, name);
            }
        }
    }

    private void sysctls(JsonNode sysctls, String path) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < sysctls.size(); at++) {
            String name = Json.text(sysctls.get(at), "name");
            String here = path + "[" + at + "].name";
            if (name.isEmpty()) {
                continue;
            }
            if (name.length() > LONGEST_SYSCTL || !name.matches(SYSCTL)) {
                causes.invalid(
                        here,
                        name,
                        "must have at most " + LONGEST_SYSCTL + " characters and match regex ^" + SYSCTL + "$");
            } else if (!seen.add(name)) {
                causes.duplicate(here, name);
            }
        }
    }

    private void containers(JsonNode spec, String path, String list, Map<String, JsonNode> volumes, Set<String> names) {
        JsonNode items = spec.path(list);
        for (int at = 0; at < items.size(); at++) {
            JsonNode container = items.get(at);
            String here = path + "." + list + "[" + at + "]";
            String name = Json.text(container, "name");
            if (!name.isEmpty() && !names.add(name)) {
                causes.duplicate(here + ".name", name);
            }
            containers.check(container, here, list, volumes);
            sleeps(container, spec, here);
            String mount = Json.text(container, "securityContext", "procMount");
            if (mount.equals("Unmasked") && Json.boolOr(true, spec, "hostUsers")) {
                causes.invalid(
                        here + ".securityContext.procMount", mount, "`hostUsers` must be false to use `Unmasked`");
            }
        }
    }

    /** A hook can't sleep longer than its pod may take to end. */
    private void sleeps(JsonNode container, JsonNode spec, String path) {
        long asked = Json.longOr(GRACE_SECONDS, spec, "terminationGracePeriodSeconds");
        // Below nothing is one second, in all that looks at it.
        long grace = asked < 0 ? 1 : asked;
        for (String hook : List.of("postStart", "preStop")) {
            JsonNode sleep = Json.at(container, "lifecycle", hook, "sleep");
            long seconds = Json.longOr(0, sleep, "seconds");
            if (!sleep.isMissingNode() && (seconds < 0 || seconds > grace)) {
                causes.invalid(
                        path + ".lifecycle." + hook + ".sleep",
                        seconds,
                        "must be non-negative and less than terminationGracePeriodSeconds (" + grace + ")");
            }
        }
    }

    /** No two containers may ask for one port of the host. */
    private void hostPorts(JsonNode spec, String path) {
        Map<String, String> taken = new HashMap<>();
        JsonNode items = spec.path("containers");
        for (int at = 0; at < items.size(); at++) {
            JsonNode ports = items.get(at).path("ports");
            for (int port = 0; port < ports.size(); port++) {
                int host = Json.intOr(0, ports.get(port), "hostPort");
                String here = path + ".containers[" + at + "].ports[" + port + "]";
                if (host != 0) {
                    String key = Json.textOr("TCP", ports.get(port), "protocol") + "/"
                            + Json.text(ports.get(port), "hostIP") + "/" + host;
                    if (taken.put(key, here) != null) {
                        causes.duplicate(here + ".hostPort", key);
                    }
                    boolean same = host == Json.intOr(0, ports.get(port), "containerPort");
                    if (Json.bool(spec, "hostNetwork") && !same) {
                        causes.invalid(
                                here + ".containerPort",
                                Json.intOr(0, ports.get(port), "containerPort"),
                                "must match `hostPort` when `hostNetwork` is true");
                    }
                }
            }
        }
    }

    private void restart(JsonNode spec, String path) {
        JsonNode inits = spec.path("initContainers");
        for (int at = 0; at < inits.size(); at++) {
            String policy = Json.text(inits.get(at), "restartPolicy");
            boolean sidecar = policy.equals("Always");
            if (!policy.isEmpty() && !List.of("Always", "Never", "OnFailure").contains(policy)) {
                causes.unsupported(
                        path + ".initContainers[" + at + "].restartPolicy",
                        policy,
                        List.of("Always", "Never", "OnFailure"));
            }
            for (String field : List.of("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")) {
                if (!sidecar && inits.get(at).has(field)) {
                    causes.forbidden(
                            path + ".initContainers[" + at + "]." + field,
                            "may not be set for init containers without restartPolicy=Always");
                }
            }
        }
    }

    private void dns(JsonNode spec, String path) {
        JsonNode config = spec.path("dnsConfig");
        boolean none = Json.text(spec, "dnsPolicy").equals("None");
        if (none && config.isMissingNode()) {
            causes.required(path + ".dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
        } else if (none && config.path("nameservers").isEmpty()) {
            causes.required(
                    path + ".dnsConfig.nameservers",
                    "must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
        int servers = config.path("nameservers").size();
        if (servers > 3) {
            causes.invalid(
                    path + ".dnsConfig.nameservers",
                    config.path("nameservers"),
                    "must not have more than 3 nameservers");
        }
        for (int at = 0; at < servers; at++) {
            String address = config.path("nameservers").get(at).asText();
            if (!Addresses.valid(address)) {
                causes.invalid(path + ".dnsConfig.nameservers[" + at + "]", address, Addresses.WORDS);
            }
        }
        int searches = config.path("searches").size();
        if (searches > MAX_SEARCHES) {
            causes.invalid(
                    path + ".dnsConfig.searches", config.path("searches"), "must not have more than 32 search paths");
        }
    }
}
