package io.minik.server.podsecurity;

import static io.minik.server.podsecurity.BaselineChecks.violation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The baseline's checks of what other parts of the system are told: SELinux, seccomp, whom handlers call. */
final class ProfileChecks {
    static final Set<String> SELINUX_TYPES = Set.of("", "container_t", "container_init_t", "container_kvm_t");
    static final Set<String> SELINUX_TYPES_31 =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");
    private static final String SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

    private ProfileChecks() {}

    static Optional<Violation> seLinuxOptions(Checked pod, Set<String> types) {
        Set<String> wrong = new TreeSet<>();
        Set<String> set = new TreeSet<>();
        boolean own = badLabel(pod.context(), types, wrong, set);
        List<String> containers = pod.containers(container -> badLabel(Checked.context(container), types, wrong, set));
        if (!own && containers.isEmpty()) {
            return Optional.empty();
        }
        List<String> what = new ArrayList<>();
        if (!wrong.isEmpty()) {
            what.add(Words.named("type", wrong));
        }
        for (String field : List.of("user", "role")) {
            if (set.contains(field)) {
                what.add(field + " may not be set");
            }
        }
        return violation(
                "seLinuxOptions",
                Words.setters(own, containers) + " set forbidden securityContext.seLinuxOptions: "
                        + String.join("; ", what));
    }

    private static boolean badLabel(JsonNode context, Set<String> types, Set<String> wrong, Set<String> set) {
        JsonNode label = context.path("seLinuxOptions");
        boolean bad = !types.contains(Json.text(label, "type"));
        if (bad) {
            wrong.add(Json.text(label, "type"));
        }
        for (String field : List.of("user", "role")) {
            if (!Json.text(label, field).isEmpty()) {
                set.add(field);
                bad = true;
            }
        }
        return bad;
    }

    /** Before 1.19 annotations said it. */
    static Optional<Violation> seccompAnnotations(Checked pod) {
        List<String> keys = new ArrayList<>();
        keys.add(SECCOMP_OF_POD);
        pod.containers().forEach(container -> keys.add(SECCOMP_OF_CONTAINER + Json.text(container, "name")));
        Set<String> forbidden = new TreeSet<>();
        pod.annotations().forEach((key, value) -> {
            boolean allowed =
                    value.equals("runtime/default") || value.equals("docker/default") || value.startsWith("localhost/");
            if (keys.contains(key) && !allowed) {
                forbidden.add(key + "=" + Words.quoted(value));
            }
        });
        return forbidden.isEmpty()
                ? Optional.empty()
                : violation(
                        "seccompProfile",
                        "forbidden " + Words.plural("annotation", "annotations", forbidden.size()) + " "
                                + String.join(", ", forbidden));
    }

    static Optional<Violation> seccompBaseline(Checked pod) {
        Set<String> values = new TreeSet<>();
        boolean own = badSeccomp(pod.context(), values);
        List<String> containers = pod.containers(container -> badSeccomp(Checked.context(container), values));
        return own || !containers.isEmpty()
                ? violation(
                        "seccompProfile",
                        Words.setters(own, containers) + " must not set securityContext.seccompProfile.type to "
                                + Words.list(values))
                : Optional.empty();
    }

    private static boolean badSeccomp(JsonNode context, Set<String> values) {
        JsonNode profile = context.path("seccompProfile");
        String type = Json.text(profile, "type");
        boolean bad = profile.isObject() && !type.equals("RuntimeDefault") && !type.equals("Localhost");
        if (bad) {
            values.add(type);
        }
        return bad;
    }

    /** A probe or hook that names a host makes the kubelet call it, from within the node's network. */
    static Optional<Violation> hostsOfHandlers(Checked pod) {
        Set<String> hosts = new TreeSet<>();
        Set<String> containers = new TreeSet<>(pod.containers(container -> {
            List<JsonNode> handlers = new ArrayList<>();
            for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
                handlers.add(container.path(probe));
            }
            for (String hook : List.of("postStart", "preStop")) {
                handlers.add(Json.at(container, "lifecycle", hook));
            }
            boolean named = false;
            for (JsonNode handler : handlers) {
                for (String kind : List.of("httpGet", "tcpSocket")) {
                    String host = Json.text(handler, kind, "host");
                    if (!host.isEmpty()) {
                        hosts.add(host);
                        named = true;
                    }
                }
            }
            return named;
        }));
        String what = "probe or lifecycle host";
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        what,
                        Words.containers(containers) + " " + Words.plural("uses", "use", containers.size()) + " "
                                + Words.named(what, hosts));
    }
}
