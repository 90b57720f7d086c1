package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts.IdMapping;
import io.minik.runtime.cri.CriParts.UserNamespace;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.List;

/** Users of pods on the wire and in the kubelet's words. */
final class UserNamespaceWire {
    /** Images count on ids up to nobody's, which is 65534. */
    private static final long LEAST_IDS = 1 << 16;
    /** The last one is that of nothing. */
    private static final long MOST_IDS = (1L << 32) - 1;

    private UserNamespaceWire() {}

    // ---- what a client asks of us

    /** One that was not given is like one of mode POD without mappings: the node's users. */
    static UserNamespace users(String field, CriProto.UserNamespace asked) {
        boolean mapped = asked.getUidsCount() + asked.getGidsCount() > 0;
        switch (asked.getMode()) {
            case POD -> {
                return mapped ? own(field, asked) : UserNamespace.NODE;
            }
            case NODE -> {
                if (mapped) {
                    throw invalid(field, "can't use mappings with the node's users");
                }
                return UserNamespace.NODE;
            }
            default -> throw invalid(field, "users are the pod's or the node's: unsupported mode " + asked.getMode());
        }
    }

    private static UserNamespace own(String field, CriProto.UserNamespace asked) {
        List<IdMapping> uids = one(field + ".uids", asked.getUidsList());
        List<IdMapping> gids = one(field + ".gids", asked.getGidsList());
        if (uids.get(0).length() != gids.get(0).length()) {
            throw invalid(field, "as many uids as gids are mapped");
        }
        return new UserNamespace(Cri.NamespaceMode.POD, uids, gids);
    }

    private static List<IdMapping> one(String field, List<CriProto.IDMapping> asked) {
        if (asked.size() != 1) {
            throw invalid(field, "one mapping is supported, there are " + asked.size());
        }
        IdMapping only = heard(asked.get(0));
        if (only.containerId() != 0) {
            throw invalid(field, "container id 0 is not mapped");
        }
        if (only.length() < LEAST_IDS || only.hostId() + only.length() > MOST_IDS) {
            throw invalid(field, "a mapping has at least " + LEAST_IDS + " ids, up to " + (MOST_IDS - 1));
        }
        return List.of(only);
    }

    /**
     * Whether the owners in a mount are mapped: as the sandbox', or not at all.
     *
     * @param pod what the sandbox was run with
     */
    static boolean mapped(String field, CriProto.Mount mount, CriProto.UserNamespace pod) {
        if (mount.getUidMappingsCount() + mount.getGidMappingsCount() == 0) {
            return false;
        }
        if (!mount.getUidMappingsList().equals(pod.getUidsList())
                || !mount.getGidMappingsList().equals(pod.getGidsList())) {
            throw invalid(field + ".uidMappings", "the mappings of a mount are those of its sandbox");
        }
        return true;
    }

    /** A container has the users of its sandbox, and may repeat them. */
    static void check(String field, CriProto.NamespaceOption container, CriProto.NamespaceOption pod) {
        UserNamespace asked = users(field, container.getUsernsOptions());
        if (container.hasUsernsOptions() && !asked.equals(users(field, pod.getUsernsOptions()))) {
            throw invalid(field, "the user namespace of a container is that of its sandbox");
        }
    }

    // ---- what we tell a client, and ask of another runtime

    static CriProto.UserNamespace users(UserNamespace users) {
        return CriProto.UserNamespace.newBuilder()
                .setMode(SandboxWire.mode(users.mode()))
                .addAllUids(
                        users.uids().stream().map(UserNamespaceWire::mapping).toList())
                .addAllGids(
                        users.gids().stream().map(UserNamespaceWire::mapping).toList())
                .build();
    }

    private static CriProto.IDMapping mapping(IdMapping mapping) {
        return CriProto.IDMapping.newBuilder()
                .setContainerId((int) mapping.containerId())
                .setHostId((int) mapping.hostId())
                .setLength((int) mapping.length())
                .build();
    }

    // ---- what we hear from one

    static UserNamespace heard(CriProto.UserNamespace said) {
        return said.getUidsCount() == 0
                ? UserNamespace.NODE
                : new UserNamespace(
                        SandboxWire.mode(said.getMode()),
                        said.getUidsList().stream()
                                .map(UserNamespaceWire::heard)
                                .toList(),
                        said.getGidsList().stream()
                                .map(UserNamespaceWire::heard)
                                .toList());
    }

    private static IdMapping heard(CriProto.IDMapping said) {
        return new IdMapping(
                Integer.toUnsignedLong(said.getContainerId()),
                Integer.toUnsignedLong(said.getHostId()),
                Integer.toUnsignedLong(said.getLength()));
    }
}
