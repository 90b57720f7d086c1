package io.minik.runtime.linux;

import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.NamespaceMode;
import io.minik.runtime.cri.Cri.NamespaceOption;
import io.minik.runtime.cri.Cri.PodSandbox;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxMetadata;
import io.minik.runtime.cri.Cri.PodSandboxState;
import io.minik.runtime.cri.Cri.PodSandboxStatus;
import io.minik.runtime.cri.CriParts.IdMapping;
import io.minik.runtime.cri.CriParts.UserNamespace;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.PodOf;
import io.minik.runtime.sandbox.Sandboxes.PodResources;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import io.minik.runtime.sandbox.Sandboxes.UserMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sandboxes in CRI's terms and in the room's. Pure. */
final class PodTerms {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private PodTerms() {}

    /** Whether it is what Kubernetes calls a UID: one of its own for each pod, and in lower case. */
    static boolean isUuid(String uid) {
        return UUID.matcher(uid).matches();
    }

    /** As other runtimes' ids look. */
    static String digest(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-256", e);
        }
    }

    private static String id(PodSandboxMetadata pod) {
        return isUuid(pod.uid())
                ? pod.uid() + "-" + pod.attempt()
                : digest(pod.namespace(), pod.name(), pod.uid(), Integer.toString(pod.attempt()));
    }

    static SandboxConfig config(PodSandboxConfig asked) {
        PodSandboxMetadata pod = asked.metadata();
        NamespaceOption namespaces = asked.linux().namespaceOptions();
        return new SandboxConfig(
                id(pod),
                new PodOf(pod.namespace(), pod.name(), pod.uid(), pod.attempt()),
                asked.hostname(),
                new Sharing(
                        namespaces.network() == NamespaceMode.NODE,
                        namespaces.pid() == NamespaceMode.NODE,
                        namespaces.ipc() == NamespaceMode.NODE,
                        namespaces.pid() == NamespaceMode.POD,
                        users(namespaces.users())),
                asked.linux().sysctls(),
                asked.linux().cgroupParent(),
                resources(asked.linux().resources()),
                asked.labels(),
                asked.annotations());
    }

    private static UserMap users(UserNamespace asked) {
        if (!asked.own()) {
            return UserMap.NODE;
        }
        IdMapping uids = asked.uids().get(0);
        return new UserMap(uids.hostId(), asked.gids().get(0).hostId(), uids.length());
    }

    private static UserNamespace users(UserMap map) {
        return map.mapped()
                ? new UserNamespace(
                        NamespaceMode.POD,
                        List.of(new IdMapping(0, map.firstUid(), map.size())),
                        List.of(new IdMapping(0, map.firstGid(), map.size())))
                : UserNamespace.NODE;
    }

    static PodResources resources(LinuxContainerResources asked) {
        return new PodResources(asked.cpuShares(), asked.cpuQuota(), asked.cpuPeriod(), asked.memoryLimitInBytes(), 0);
    }

    static PodSandbox sandbox(Sandbox known) {
        SandboxConfig config = known.config();
        PodOf pod = config.pod();
        return new PodSandbox(
                known.id(),
                new PodSandboxMetadata(pod.name(), pod.uid(), pod.namespace(), pod.attempt()),
                known.state() == Sandboxes.State.READY
                        ? PodSandboxState.SANDBOX_READY
                        : PodSandboxState.SANDBOX_NOTREADY,
                known.createdAtNanos(),
                config.labels(),
                config.annotations());
    }

    static PodSandboxStatus status(Sandbox known) {
        PodResources now = known.config().resources();
        return new PodSandboxStatus(
                sandbox(known),
                known.ips(),
                namespaces(known.config().sharing()),
                Optional.of(new LinuxContainerResources(
                        now.cpuPeriodMicros(), now.cpuQuotaMicros(), now.cpuShares(), now.memoryLimitBytes(), 0)));
    }

    private static NamespaceOption namespaces(Sharing sharing) {
        NamespaceMode own = sharing.processes() ? NamespaceMode.POD : NamespaceMode.CONTAINER;
        return new NamespaceOption(
                sharing.hostNetwork() ? NamespaceMode.NODE : NamespaceMode.POD,
                sharing.hostPid() ? NamespaceMode.NODE : own,
                sharing.hostIpc() ? NamespaceMode.NODE : NamespaceMode.POD,
                "",
                users(sharing.users()));
    }
}
