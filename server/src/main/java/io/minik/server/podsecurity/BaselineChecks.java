package io.minik.server.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What lets a pod out of its box: the baseline's checks of single fields. */
final class BaselineChecks {
    private static final Set<String> DEFAULT_CAPABILITIES = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

    /** Sysctls that are safe, by the minor version that says so first. */
    private static final Map<Integer, Set<String>> SYSCTLS = new TreeMap<>(Map.of(
            0,
            Set.of(
                    "kernel.shm_rmid_forced",
                    "net.ipv4.ip_local_port_range",
                    "net.ipv4.tcp_syncookies",
                    "net.ipv4.ping_group_range",
                    "net.ipv4.ip_unprivileged_port_start"),
            27,
            Set.of("net.ipv4.ip_local_reserved_ports"),
            29,
            Set.of(
                    "net.ipv4.tcp_keepalive_time",
                    "net.ipv4.tcp_fin_timeout",
                    "net.ipv4.tcp_keepalive_intvl",
                    "net.ipv4.tcp_keepalive_probes"),
            32,
            Set.of("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")));

    private BaselineChecks() {}

    static Optional<Violation> appArmorProfile(Checked pod) {
        Set<String> values = new TreeSet<>();
        boolean own = badProfile(pod.context(), values);
        List<String> containers = pod.containers(container -> badProfile(Checked.context(container), values));
        Set<String> annotations = new TreeSet<>();
        pod.annotations().forEach((key, value) -> {
            boolean allowed = value.isEmpty() || value.equals("runtime/default") || value.startsWith("localhost/");
            if (key.startsWith(APP_ARMOR) && !allowed) {
                annotations.add(key + "=" + Words.quoted(value));
            }
        });
        List<String> setters = new ArrayList<>();
        if (own || !containers.isEmpty()) {
            setters.add(Words.setters(own, containers));
        }
        if (!annotations.isEmpty()) {
            setters.add(Words.plural("annotation", "annotations", annotations.size()));
        }
        List<String> all = new ArrayList<>(values);
        all.addAll(annotations);
        return setters.isEmpty()
                ? Optional.empty()
                : violation(
                        Words.plural("forbidden AppArmor profile", "forbidden AppArmor profiles", all.size()),
                        String.join(" and ", setters) + " must not set AppArmor profile type to " + Words.list(all));
    }

    private static boolean badProfile(JsonNode context, Set<String> values) {
        JsonNode profile = context.path("appArmorProfile");
        String type = Json.text(profile, "type");
        boolean bad = profile.isObject() && !type.equals("RuntimeDefault") && !type.equals("Localhost");
        if (bad) {
            values.add(type);
        }
        return bad;
    }

    static Optional<Violation> capabilities(Checked pod) {
        Set<String> added = new TreeSet<>();
        List<String> containers = pod.containers(container -> {
            List<String> wanted = Json.stringList(container, "securityContext", "capabilities", "add").stream()
                    .filter(name -> !DEFAULT_CAPABILITIES.contains(name))
                    .toList();
            added.addAll(wanted);
            return !wanted.isEmpty();
        });
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        "non-default capabilities",
                        Words.containers(containers) + " must not include " + Words.list(added)
                                + " in securityContext.capabilities.add");
    }

    static Optional<Violation> hostNamespaces(Checked pod) {
        List<String> shared = new ArrayList<>();
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (Json.bool(pod.spec(), field)) {
                shared.add(field + "=true");
            }
        }
        return shared.isEmpty() ? Optional.empty() : violation("host namespaces", String.join(", ", shared));
    }

    static Optional<Violation> hostPathVolumes(Checked pod) {
        List<String> volumes = Json.items(pod.spec(), "volumes").stream()
                .filter(volume -> volume.path("hostPath").isObject())
                .map(volume -> Json.text(volume, "name"))
                .toList();
        return volumes.isEmpty() ? Optional.empty() : violation("hostPath volumes", Words.named("volume", volumes));
    }

    static Optional<Violation> hostPorts(Checked pod) {
        Set<String> ports = new TreeSet<>();
        List<String> containers = pod.containers(container -> {
            List<String> used = Json.items(container, "ports").stream()
                    .map(port -> Json.intOr(0, port, "hostPort"))
                    .filter(port -> port != 0)
                    .map(String::valueOf)
                    .toList();
            ports.addAll(used);
            return !used.isEmpty();
        });
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        "hostPort",
                        Words.containers(containers) + " " + Words.plural("uses", "use", containers.size()) + " "
                                + Words.plural("hostPort", "hostPorts", ports.size()) + " "
                                + String.join(", ", ports));
    }

    static Optional<Violation> privileged(Checked pod) {
        List<String> containers = pod.containers(container -> Json.bool(container, "securityContext", "privileged"));
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        "privileged", Words.containers(containers) + " must not set securityContext.privileged=true");
    }

    static Optional<Violation> procMount(Checked pod) {
        Set<String> types = new TreeSet<>();
        List<String> containers = pod.containers(container -> {
            JsonNode type = Checked.context(container).path("procMount");
            boolean bad = type.isTextual() && !type.textValue().equals("Default");
            if (bad) {
                types.add(type.textValue());
            }
            return bad;
        });
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        "procMount",
                        Words.containers(containers) + " must not set securityContext.procMount to "
                                + Words.list(types));
    }

    /** @param minor the version whose safe ones count */
    static Optional<Violation> sysctls(Checked pod, int minor) {
        List<String> unsafe = Json.items(pod.context(), "sysctls").stream()
                .map(sysctl -> Json.text(sysctl, "name"))
                .filter(name -> SYSCTLS.entrySet().stream()
                        .noneMatch(since ->
                                since.getKey() <= minor && since.getValue().contains(name)))
                .toList();
        return unsafe.isEmpty() ? Optional.empty() : violation("forbidden sysctls", String.join(", ", unsafe));
    }

    static Optional<Violation> windowsHostProcess(Checked pod) {
        boolean own = Json.bool(pod.context(), "windowsOptions", "hostProcess");
        List<String> containers =
                pod.containers(container -> Json.bool(container, "securityContext", "windowsOptions", "hostProcess"));
        return own || !containers.isEmpty()
                ? violation(
                        "hostProcess",
                        Words.setters(own, containers)
                                + " must not set securityContext.windowsOptions.hostProcess=true")
                : Optional.empty();
    }

    static Optional<Violation> violation(String reason, String detail) {
        return Optional.of(new Violation(reason, detail));
    }
}
