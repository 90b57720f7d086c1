package io.minik.server.podsecurity;

import static io.minik.server.podsecurity.BaselineChecks.violation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a hardened pod must say of itself. */
final class RestrictedChecks {
    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");
    private static final Set<String> OTHER_VOLUMES = Set.of(
            "hostPath",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "gitRepo",
            "nfs",
            "iscsi",
            "glusterfs",
            "rbd",
            "flexVolume",
            "cinder",
            "cephfs",
            "flocker",
            "fc",
            "azureFile",
            "vsphereVolume",
            "quobyte",
            "azureDisk",
            "photonPersistentDisk",
            "portworxVolume",
            "scaleIO",
            "storageos");

    private RestrictedChecks() {}

    static Optional<Violation> privilegeEscalation(Checked pod) {
        List<String> containers = pod.containers(container -> {
            JsonNode allowed = Checked.context(container).path("allowPrivilegeEscalation");
            return !allowed.isBoolean() || allowed.booleanValue();
        });
        return containers.isEmpty()
                ? Optional.empty()
                : violation(
                        "allowPrivilegeEscalation != false",
                        Words.containers(containers) + " must set securityContext.allowPrivilegeEscalation=false");
    }

    static Optional<Violation> capabilities(Checked pod) {
        Set<String> forbidden = new TreeSet<>();
        List<String> keeping =
                pod.containers(container -> !Json.stringList(container, "securityContext", "capabilities", "drop")
                        .contains("ALL"));
        List<String> adding = pod.containers(container -> {
            List<String> wanted = Json.stringList(container, "securityContext", "capabilities", "add").stream()
                    .filter(name -> !name.equals("NET_BIND_SERVICE"))
                    .toList();
            forbidden.addAll(wanted);
            return !wanted.isEmpty();
        });
        List<String> details = new ArrayList<>();
        if (!keeping.isEmpty()) {
            details.add(Words.containers(keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        if (!adding.isEmpty()) {
            details.add(Words.containers(adding) + " must not include " + Words.list(forbidden)
                    + " in securityContext.capabilities.add");
        }
        return details.isEmpty()
                ? Optional.empty()
                : violation("unrestricted capabilities", String.join("; ", details));
    }

    static Optional<Violation> volumes(Checked pod) {
        List<String> names = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (JsonNode volume : pod.spec().path("volumes")) {
            if (VOLUMES.stream().noneMatch(volume::hasNonNull)) {
                names.add(Json.text(volume, "name"));
                types.add(OTHER_VOLUMES.stream()
                        .filter(volume::hasNonNull)
                        .findFirst()
                        .orElse("unknown"));
            }
        }
        return names.isEmpty()
                ? Optional.empty()
                : violation(
                        "restricted volume types",
                        Words.named("volume", names) + " " + Words.plural("uses", "use", names.size()) + " "
                                + Words.named("restricted volume type", types));
    }

    static Optional<Violation> runAsNonRoot(Checked pod) {
        JsonNode wished = pod.context().path("runAsNonRoot");
        boolean podRoot = wished.isBoolean() && !wished.booleanValue();
        List<String> root = pod.containers(container -> {
            JsonNode own = Checked.context(container).path("runAsNonRoot");
            return own.isBoolean() && !own.booleanValue();
        });
        String reason = "runAsNonRoot != true";
        if (podRoot || !root.isEmpty()) {
            return violation(reason, Words.setters(podRoot, root) + " must not set securityContext.runAsNonRoot=false");
        }
        List<String> silent = pod.containers(
                container -> !Checked.context(container).path("runAsNonRoot").isBoolean());
        return wished.isBoolean() || silent.isEmpty()
                ? Optional.empty()
                : violation(
                        reason, "pod or " + Words.containers(silent) + " must set securityContext.runAsNonRoot=true");
    }

    static Optional<Violation> runAsUser(Checked pod) {
        boolean own = Json.longOr(-1, pod.context(), "runAsUser") == 0;
        List<String> containers =
                pod.containers(container -> Json.longOr(-1, container, "securityContext", "runAsUser") == 0);
        return own || !containers.isEmpty()
                ? violation("runAsUser=0", Words.setters(own, containers) + " must not set runAsUser=0")
                : Optional.empty();
    }

    static Optional<Violation> seccompProfile(Checked pod) {
        Optional<Violation> bad = ProfileChecks.seccompBaseline(pod);
        if (bad.isPresent() || pod.context().path("seccompProfile").isObject()) {
            return bad;
        }
        List<String> silent = pod.containers(
                container -> !Checked.context(container).path("seccompProfile").isObject());
        return silent.isEmpty()
                ? Optional.empty()
                : violation(
                        "seccompProfile",
                        "pod or " + Words.containers(silent)
                                + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                                + " \"Localhost\"");
    }
}
