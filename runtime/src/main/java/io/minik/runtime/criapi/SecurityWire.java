package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;
import static io.minik.runtime.criapi.CriCodes.refuse;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.OptionalLong;

/** What a container may do, on the wire and in the kubelet's words. */
final class SecurityWire {
    private static final String FIELD = "config.linux.security_context";

    private SecurityWire() {}

    /** @param pod as the client gives it with the container */
    static Cri.LinuxContainerSecurityContext security(
            CriProto.LinuxContainerSecurityContext asked, CriProto.LinuxSandboxSecurityContext pod) {
        boolean privileged = asked.getPrivileged();
        if (privileged && !pod.getPrivileged()) {
            throw invalid(FIELD + ".privileged", "no privileged container allowed in sandbox");
        }
        refuse(
                asked.getCapabilities().getAddAmbientCapabilitiesCount() > 0,
                FIELD + ".capabilities.add_ambient_capabilities",
                "ambient capabilities");
        checkLabels(asked);
        CriProto.SELinuxOption labels = asked.getSelinuxOptions();
        refuse(
                !privileged && !(labels.getType() + labels.getLevel() + labels.getRole() + labels.getUser()).isEmpty(),
                FIELD + ".selinux_options",
                "SELinux");
        return new Cri.LinuxContainerSecurityContext(
                runAs(asked),
                new Cri.SupplementalGroups(
                        asked.getSupplementalGroupsList(),
                        asked.getSupplementalGroupsPolicy() == CriProto.SupplementalGroupsPolicy.Strict),
                privileged,
                asked.getReadonlyRootfs(),
                asked.getNoNewPrivs(),
                new Cri.Capability(
                        asked.getCapabilities().getAddCapabilitiesList(),
                        asked.getCapabilities().getDropCapabilitiesList()),
                privileged
                        ? CriParts.KernelPaths.OPEN
                        : new CriParts.KernelPaths(asked.getMaskedPathsList(), asked.getReadonlyPathsList()),
                privileged ? Cri.SecurityProfile.UNCONFINED : seccomp(asked),
                pidTarget(asked, pod.getNamespaceOptions()));
    }

    private static CriParts.RunAs runAs(CriProto.LinuxContainerSecurityContext asked) {
        boolean named = !asked.getRunAsUsername().isEmpty();
        if (asked.hasRunAsGroup() && !asked.hasRunAsUser() && !named) {
            throw invalid(FIELD + ".run_as_group", "user group is specified without user");
        }
        return new CriParts.RunAs(
                asked.hasRunAsUser() ? OptionalLong.of(asked.getRunAsUser().getValue()) : OptionalLong.empty(),
                asked.hasRunAsUser() ? "" : asked.getRunAsUsername(),
                asked.hasRunAsGroup() ? OptionalLong.of(asked.getRunAsGroup().getValue()) : OptionalLong.empty());
    }

    /** A profile by name can't be put on; the runtime's own is none here, where containers have no AppArmor. */
    private static void checkLabels(CriProto.LinuxContainerSecurityContext asked) {
        boolean profile = asked.getApparmor().getProfileType() == CriProto.SecurityProfile.ProfileType.Localhost
                || asked.getApparmorProfile().startsWith("localhost/");
        refuse(profile && !asked.getPrivileged(), FIELD + ".apparmor", "AppArmor profiles");
    }

    /** Newer clients fill in the message, older ones the path; nothing at all is unconfined. */
    private static Cri.SecurityProfile seccomp(CriProto.LinuxContainerSecurityContext asked) {
        if (asked.hasSeccomp()) {
            return switch (asked.getSeccomp().getProfileType()) {
                case RuntimeDefault -> Cri.SecurityProfile.RUNTIME_DEFAULT;
                case Unconfined -> Cri.SecurityProfile.UNCONFINED;
                case Localhost ->
                    new Cri.SecurityProfile(
                            Cri.ProfileType.LOCALHOST, asked.getSeccomp().getLocalhostRef());
                case UNRECOGNIZED -> throw invalid(FIELD + ".seccomp", "unknown profile type");
            };
        }
        String path = asked.getSeccompProfilePath();
        if (path.isEmpty() || path.equals("unconfined")) {
            return Cri.SecurityProfile.UNCONFINED;
        }
        if (path.equals("runtime/default") || path.equals("docker/default")) {
            return Cri.SecurityProfile.RUNTIME_DEFAULT;
        }
        if (path.startsWith("localhost/")) {
            return new Cri.SecurityProfile(Cri.ProfileType.LOCALHOST, path.substring("localhost/".length()));
        }
        throw invalid(FIELD + ".seccomp_profile_path", "invalid seccomp profile \"" + path + "\"");
    }

    /**
     * Of its own a container has its processes only; all else is the sandbox', and so is what it does not speak of.
     *
     * @return as {@code pidTarget} has it
     */
    private static String pidTarget(CriProto.LinuxContainerSecurityContext container, CriProto.NamespaceOption pod) {
        if (!container.hasNamespaceOptions()) {
            return "";
        }
        CriProto.NamespaceOption asked = container.getNamespaceOptions();
        UserNamespaceWire.check(FIELD + ".namespace_options.userns_options", asked, pod);
        boolean more = (asked.getNetwork() == CriProto.NamespaceMode.NODE && pod.getNetwork() != asked.getNetwork())
                || (asked.getIpc() == CriProto.NamespaceMode.NODE && pod.getIpc() != asked.getIpc());
        refuse(more, FIELD + ".namespace_options", "the node's network or IPC for one container of a sandbox");
        if (asked.getPid() == pod.getPid()) {
            return asked.getPid() == CriProto.NamespaceMode.TARGET ? asked.getTargetId() : "";
        }
        return switch (asked.getPid()) {
            case TARGET -> asked.getTargetId();
            case CONTAINER -> Cri.OWN_PROCESSES;
            case NODE -> Cri.NODE_PROCESSES;
            case POD, UNRECOGNIZED -> {
                refuse(
                        true,
                        FIELD + ".namespace_options.pid",
                        "processes that are common to a sandbox which was not run with them");
                yield "";
            }
        };
    }

    // ---- what we ask of another runtime

    static CriProto.LinuxContainerSecurityContext security(
            Cri.LinuxContainerSecurityContext config, Cri.NamespaceOption pod) {
        CriProto.NamespaceOption.Builder namespaces = CriProto.NamespaceOption.newBuilder()
                .setNetwork(SandboxWire.mode(pod.network()))
                .setPid(SandboxWire.mode(pod.pid()))
                .setIpc(SandboxWire.mode(pod.ipc()))
                .setUsernsOptions(UserNamespaceWire.users(pod.users()));
        switch (config.pidTarget()) {
            case "" -> {}
            case Cri.OWN_PROCESSES -> namespaces.setPid(CriProto.NamespaceMode.CONTAINER);
            case Cri.NODE_PROCESSES -> namespaces.setPid(CriProto.NamespaceMode.NODE);
            default -> namespaces.setPid(CriProto.NamespaceMode.TARGET).setTargetId(config.pidTarget());
        }
        CriProto.LinuxContainerSecurityContext.Builder asked = CriProto.LinuxContainerSecurityContext.newBuilder()
                .setNamespaceOptions(namespaces)
                .setCapabilities(CriProto.Capability.newBuilder()
                        .addAllAddCapabilities(config.capabilities().addCapabilities())
                        .addAllDropCapabilities(config.capabilities().dropCapabilities()))
                .setPrivileged(config.privileged())
                .setRunAsUsername(config.runAs().username())
                .setReadonlyRootfs(config.readonlyRootfs())
                .addAllSupplementalGroups(config.supplementalGroups().ids())
                .setSupplementalGroupsPolicy(
                        config.supplementalGroups().strict()
                                ? CriProto.SupplementalGroupsPolicy.Strict
                                : CriProto.SupplementalGroupsPolicy.Merge)
                .setNoNewPrivs(config.noNewPrivs())
                .addAllMaskedPaths(config.paths().masked())
                .addAllReadonlyPaths(config.paths().readOnly())
                .setSeccomp(profile(config.seccomp()));
        config.runAs().user().ifPresent(user -> asked.setRunAsUser(number(user)));
        config.runAs().group().ifPresent(group -> asked.setRunAsGroup(number(group)));
        return asked.build();
    }

    static CriProto.Int64Value number(long value) {
        return CriProto.Int64Value.newBuilder().setValue(value).build();
    }

    private static CriProto.SecurityProfile profile(Cri.SecurityProfile profile) {
        return CriProto.SecurityProfile.newBuilder()
                .setProfileType(
                        switch (profile.profileType()) {
                            case RUNTIME_DEFAULT -> CriProto.SecurityProfile.ProfileType.RuntimeDefault;
                            case UNCONFINED -> CriProto.SecurityProfile.ProfileType.Unconfined;
                            case LOCALHOST -> CriProto.SecurityProfile.ProfileType.Localhost;
                        })
                .setLocalhostRef(profile.localhostRef())
                .build();
    }
}
