package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Sandboxes on the wire and in the kubelet's words. */
final class SandboxWire {
    /** RuntimeClass handlers that mean this runtime. */
    static final Set<String> HANDLERS = Set.of("", "minik", "runc");

    private static final String CGROUPS_OF_CLIENTS = "cri";

    private SandboxWire() {}

    // ---- what a client asks of us

    static Cri.PodSandboxConfig config(CriProto.RunPodSandboxRequest asked) {
        if (!HANDLERS.contains(asked.getRuntimeHandler())) {
            throw invalid("runtime_handler", "no runtime for \"" + asked.getRuntimeHandler() + "\" is configured");
        }
        return config(asked.getConfig(), ClientMark.of(asked).label());
    }

    /** @param mark of what it makes */
    static Cri.PodSandboxConfig config(CriProto.PodSandboxConfig asked, Map<String, String> mark) {
        CriProto.LinuxSandboxSecurityContext security = asked.getLinux().getSecurityContext();
        Cri.PodSandboxMetadata metadata = metadata(asked.getMetadata());
        return new Cri.PodSandboxConfig(
                metadata,
                asked.getHostname(),
                CriCodes.path("config.log_directory", asked.getLogDirectory()),
                Cri.with(asked.getLabelsMap(), mark),
                asked.getAnnotationsMap(),
                new Cri.LinuxPodSandboxConfig(
                        cgroupParent(asked.getLinux().getCgroupParent(), metadata),
                        namespaces(security.getNamespaceOptions()),
                        security.getPrivileged(),
                        asked.getLinux().getSysctlsMap(),
                        ResourcesWire.resources(
                                "config.linux.resources", asked.getLinux().getResources())));
    }

    private static Cri.PodSandboxMetadata metadata(CriProto.PodSandboxMetadata asked) {
        if (asked.getName().isEmpty()
                || asked.getUid().isEmpty()
                || asked.getNamespace().isEmpty()) {
            throw invalid("config.metadata", "name, uid and namespace are required");
        }
        return new Cri.PodSandboxMetadata(asked.getName(), asked.getUid(), asked.getNamespace(), asked.getAttempt());
    }

    /** A group for each sandbox, below the client's: who stops one sandbox must not end what runs in another one. */
    private static String cgroupParent(String asked, Cri.PodSandboxMetadata pod) {
        String parent = asked.replaceAll("^/+|/+$", "");
        if (!parent.matches("[A-Za-z0-9_.:@-]*(/[A-Za-z0-9_.:@-]+)*") || ("/" + parent + "/").contains("/../")) {
            throw invalid("config.linux.cgroup_parent", "\"" + asked + "\" is no path of a cgroup");
        }
        String words = pod.namespace() + "/" + pod.name() + "/" + pod.uid() + "/" + pod.attempt();
        return (parent.isEmpty() ? CGROUPS_OF_CLIENTS : parent) + "/sandbox-"
                + UUID.nameUUIDFromBytes(words.getBytes(StandardCharsets.UTF_8));
    }

    private static Cri.NamespaceOption namespaces(CriProto.NamespaceOption asked) {
        String field = "config.linux.security_context.namespace_options";
        Cri.NamespaceMode network = mode(asked.getNetwork());
        CriParts.UserNamespace users = UserNamespaceWire.users(field + ".userns_options", asked.getUsernsOptions());
        boolean ofNode = network == Cri.NamespaceMode.NODE
                || asked.getPid() == CriProto.NamespaceMode.NODE
                || asked.getIpc() == CriProto.NamespaceMode.NODE;
        if (users.own() && ofNode) {
            throw invalid(field, "a sandbox with users of its own has network, processes and ipc of its own, too");
        }
        if (asked.getNetwork() == CriProto.NamespaceMode.CONTAINER
                || asked.getIpc() == CriProto.NamespaceMode.CONTAINER) {
            throw invalid(field, "network and ipc are the pod's or the node's, not a container's");
        }
        return new Cri.NamespaceOption(network, mode(asked.getPid()), mode(asked.getIpc()), asked.getTargetId(), users);
    }

    static Cri.NamespaceMode mode(CriProto.NamespaceMode mode) {
        return switch (mode) {
            case POD -> Cri.NamespaceMode.POD;
            case CONTAINER -> Cri.NamespaceMode.CONTAINER;
            case NODE -> Cri.NamespaceMode.NODE;
            case TARGET -> Cri.NamespaceMode.TARGET;
            case UNRECOGNIZED -> throw invalid("namespace_options", "unknown mode");
        };
    }

    // ---- what we tell a client

    static CriProto.PodSandboxMetadata metadata(Cri.PodSandboxMetadata metadata) {
        return CriProto.PodSandboxMetadata.newBuilder()
                .setName(metadata.name())
                .setUid(metadata.uid())
                .setNamespace(metadata.namespace())
                .setAttempt(metadata.attempt())
                .build();
    }

    /** Without the mark that is nobody's business. */
    static Map<String, String> labels(Map<String, String> labels) {
        if (!labels.containsKey(Cri.CLIENTS)) {
            return labels;
        }
        Map<String, String> rest = new HashMap<>(labels);
        rest.remove(Cri.CLIENTS);
        return rest;
    }

    static CriProto.PodSandboxState state(Cri.PodSandboxState state) {
        return state == Cri.PodSandboxState.SANDBOX_READY
                ? CriProto.PodSandboxState.SANDBOX_READY
                : CriProto.PodSandboxState.SANDBOX_NOTREADY;
    }

    static CriProto.PodSandbox sandbox(Cri.PodSandbox known) {
        return CriProto.PodSandbox.newBuilder()
                .setId(known.id())
                .setMetadata(metadata(known.metadata()))
                .setState(state(known.state()))
                .setCreatedAt(known.createdAt())
                .putAllLabels(labels(known.labels()))
                .putAllAnnotations(known.annotations())
                .setRuntimeHandler(ClientMark.of(known).handler())
                .build();
    }

    /** @param verbose whether people want more words */
    static CriProto.PodSandboxStatusResponse answer(
            Cri.PodSandboxStatus known, List<CriProto.ContainerStatus> containers, boolean verbose, long nowNanos) {
        CriProto.PodSandboxStatusResponse.Builder told = CriProto.PodSandboxStatusResponse.newBuilder()
                .setStatus(status(known))
                .addAllContainersStatuses(containers)
                .setTimestamp(nowNanos);
        if (verbose) {
            ObjectNode words = Json.object();
            words.put("runtimeType", "minik");
            known.ips().forEach(words.putArray("ips")::add);
            told.putInfo(CriCodes.WORDS, words.toString());
        }
        return told.build();
    }

    static CriProto.PodSandboxStatus status(Cri.PodSandboxStatus known) {
        Cri.PodSandbox pod = known.sandbox();
        CriProto.PodSandboxNetworkStatus.Builder network = CriProto.PodSandboxNetworkStatus.newBuilder();
        known.ips().stream().limit(1).forEach(network::setIp);
        known.ips().stream()
                .skip(1)
                .forEach(ip -> network.addAdditionalIps(
                        CriProto.PodIP.newBuilder().setIp(ip).build()));
        return CriProto.PodSandboxStatus.newBuilder()
                .setId(pod.id())
                .setMetadata(metadata(pod.metadata()))
                .setState(state(pod.state()))
                .setCreatedAt(pod.createdAt())
                .setNetwork(network)
                .setLinux(CriProto.LinuxPodSandboxStatus.newBuilder()
                        .setNamespaces(CriProto.Namespace.newBuilder().setOptions(namespaces(known.namespaces()))))
                .putAllLabels(labels(pod.labels()))
                .putAllAnnotations(pod.annotations())
                .setRuntimeHandler(ClientMark.of(pod).handler())
                .build();
    }

    private static CriProto.NamespaceOption namespaces(Cri.NamespaceOption namespaces) {
        return CriProto.NamespaceOption.newBuilder()
                .setNetwork(mode(namespaces.network()))
                .setPid(mode(namespaces.pid()))
                .setIpc(mode(namespaces.ipc()))
                .setTargetId(namespaces.targetId())
                .setUsernsOptions(UserNamespaceWire.users(namespaces.users()))
                .build();
    }

    static CriProto.NamespaceMode mode(Cri.NamespaceMode mode) {
        return switch (mode) {
            case POD -> CriProto.NamespaceMode.POD;
            case CONTAINER -> CriProto.NamespaceMode.CONTAINER;
            case NODE -> CriProto.NamespaceMode.NODE;
            case TARGET -> CriProto.NamespaceMode.TARGET;
        };
    }

    /** Those that a filter wants; all of its fields count. */
    static boolean matches(CriProto.PodSandboxFilter filter, Cri.PodSandbox known) {
        return (filter.getId().isEmpty() || known.id().startsWith(filter.getId()))
                && (!filter.hasState() || filter.getState().getState() == state(known.state()))
                && Cri.matches(known.labels(), filter.getLabelSelectorMap());
    }

    // ---- what we ask of another runtime, and hear from it

    static CriProto.PodSandboxConfig config(Cri.PodSandboxConfig config) {
        CriProto.LinuxSandboxSecurityContext security = CriProto.LinuxSandboxSecurityContext.newBuilder()
                .setNamespaceOptions(namespaces(config.linux().namespaceOptions()))
                .setPrivileged(config.linux().privileged())
                .setSeccomp(CriProto.SecurityProfile.newBuilder()
                        .setProfileType(CriProto.SecurityProfile.ProfileType.RuntimeDefault))
                .build();
        return CriProto.PodSandboxConfig.newBuilder()
                .setMetadata(metadata(config.metadata()))
                .setHostname(config.hostname())
                .setLogDirectory(config.logDirectory().toString())
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setLinux(CriProto.LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent("/" + config.linux().cgroupParent())
                        .setSecurityContext(security)
                        .putAllSysctls(config.linux().sysctls())
                        .setResources(ResourcesWire.resources(config.linux().resources())))
                .build();
    }

    static Cri.PodSandbox heard(CriProto.PodSandbox said) {
        return new Cri.PodSandbox(
                said.getId(),
                heard(said.getMetadata()),
                heard(said.getState()),
                said.getCreatedAt(),
                said.getLabelsMap(),
                said.getAnnotationsMap());
    }

    static Cri.PodSandboxStatus heard(CriProto.PodSandboxStatus said) {
        CriProto.NamespaceOption namespaces = said.getLinux().getNamespaces().getOptions();
        boolean node = namespaces.getNetwork() == CriProto.NamespaceMode.NODE;
        List<String> ips = Stream.concat(
                        Stream.of(said.getNetwork().getIp()),
                        said.getNetwork().getAdditionalIpsList().stream().map(CriProto.PodIP::getIp))
                .filter(ip -> !ip.isEmpty() && !node)
                .toList();
        return new Cri.PodSandboxStatus(
                new Cri.PodSandbox(
                        said.getId(),
                        heard(said.getMetadata()),
                        heard(said.getState()),
                        said.getCreatedAt(),
                        said.getLabelsMap(),
                        said.getAnnotationsMap()),
                ips,
                new Cri.NamespaceOption(
                        mode(namespaces.getNetwork()),
                        mode(namespaces.getPid()),
                        mode(namespaces.getIpc()),
                        namespaces.getTargetId(),
                        UserNamespaceWire.heard(namespaces.getUsernsOptions())),
                Optional.empty());
    }

    private static Cri.PodSandboxMetadata heard(CriProto.PodSandboxMetadata said) {
        return new Cri.PodSandboxMetadata(said.getName(), said.getUid(), said.getNamespace(), said.getAttempt());
    }

    private static Cri.PodSandboxState heard(CriProto.PodSandboxState said) {
        return said == CriProto.PodSandboxState.SANDBOX_READY
                ? Cri.PodSandboxState.SANDBOX_READY
                : Cri.PodSandboxState.SANDBOX_NOTREADY;
    }
}
