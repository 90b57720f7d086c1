package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.kubelet.NodeAdmission.Rejection;
import io.minik.api.core.Pod;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a pod may not ask of this node's kernel: it is refused for good rather than run without it. Pure. */
final class NodeSecurity {
    /** Namespaced, and harmless to other pods and the node: upstream's list. */
    private static final Set<String> SAFE_SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_wmem");

    private static final String APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
    private static final List<String> CONTAINERS = List.of("initContainers", "containers", "ephemeralContainers");

    private NodeSecurity() {}

    /** @param unsafeSysctls that this node allows beside the safe ones: names, or beginnings that end in {@code *} */
    static Optional<Rejection> refuse(Pod pod, List<String> unsafeSysctls) {
        return system(pod)
                .or(() -> sysctl(pod, unsafeSysctls))
                .or(() -> appArmor(pod))
                .or(() -> device(pod));
    }

    /** Less is asked of pods of another system, since nothing here could be done with what they leave out. */
    private static Optional<Rejection> system(Pod pod) {
        String system = Json.text(pod.object().at("spec"), "os", "name");
        return system.isEmpty() || system.equals("linux")
                ? Optional.empty()
                : Optional.of(
                        rejection("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"));
    }

    private static Optional<Rejection> sysctl(Pod pod, List<String> unsafe) {
        for (String name : pod.spec().securityContext().sysctls().keySet()) {
            String sysctl = dotted(name);
            String why;
            if (sysctl.startsWith("net.") && pod.spec().network().hostNetwork()) {
                why = "not allowed with host net enabled";
            } else if (sysctl.startsWith("kernel.shm") && pod.spec().network().hostIpc()) {
                why = "not allowed with host ipc enabled";
            } else if (!SAFE_SYSCTLS.contains(sysctl) && unsafe.stream().noneMatch(each -> allows(each, sysctl))) {
                why = "not allowlisted";
            } else {
                continue;
            }
            return Optional.of(rejection("SysctlForbidden", "forbidden sysctl: \"" + name + "\" " + why));
        }
        return Optional.empty();
    }

    private static boolean allows(String pattern, String sysctl) {
        String name = dotted(pattern);
        return name.endsWith("*") ? sysctl.startsWith(name.substring(0, name.length() - 1)) : sysctl.equals(name);
    }

    /** {@code net/ipv4/x} is the same as {@code net.ipv4.x}: whichever separator comes first counts. */
    private static String dotted(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        return slash >= 0 && (dot < 0 || slash < dot) ? name.replace('.', '\0').replace('/', '.') : name;
    }

    private static Optional<Rejection> appArmor(Pod pod) {
        Stream<String> types = CONTAINERS.stream()
                .flatMap(list -> Json.items(pod.object().at("spec"), list).stream())
                .map(NodeSecurity::profile);
        boolean wanted = Stream.concat(Stream.of(profile(pod.object().at("spec"))), types)
                .anyMatch(type -> !type.isEmpty() && !type.equals("Unconfined"));
        boolean annotated = pod.annotations().entrySet().stream()
                .anyMatch(a -> a.getKey().startsWith(APP_ARMOR_ANNOTATION)
                        && !a.getValue().isEmpty()
                        && !a.getValue().equals("unconfined"));
        return wanted || annotated
                ? Optional.of(rejection("AppArmor", "Cannot enforce AppArmor: AppArmor is not supported by this node"))
                : Optional.empty();
    }

    /** A program that expects a raw device, and finds none or a file of its image at that path, would write its data nowhere. */
    private static Optional<Rejection> device(Pod pod) {
        return CONTAINERS.stream()
                .flatMap(list -> Json.items(pod.object().at("spec"), list).stream())
                .filter(container -> !container.path("volumeDevices").isEmpty())
                .findFirst()
                .map(container -> rejection(
                        "VolumeDevicesNotSupported",
                        "Cannot map block devices: volumeDevices of container \"" + Json.text(container, "name")
                                + "\" are not supported by this node"));
    }

    private static String profile(JsonNode of) {
        return Json.text(of, "securityContext", "appArmorProfile", "type");
    }

    private static Rejection rejection(String reason, String message) {
        return new Rejection(reason, message);
    }
}
