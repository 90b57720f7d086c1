package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import io.minik.runtime.criapi.proto.CriProto.LinuxContainerSecurityContext;
import io.minik.runtime.criapi.proto.CriProto.LinuxSandboxSecurityContext;
import io.minik.runtime.criapi.proto.CriProto.NamespaceMode;
import io.minik.runtime.criapi.proto.CriProto.NamespaceOption;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LinuxContainerSecurityContext, as the comments of api.proto have it. */
class SecurityWireTest {
    private static final String FIELD = "config.linux.security_context";

    private static LinuxContainerSecurityContext.Builder asked() {
        return LinuxContainerSecurityContext.newBuilder();
    }

    private static LinuxSandboxSecurityContext pod(NamespaceMode pid) {
        return LinuxSandboxSecurityContext.newBuilder()
                .setNamespaceOptions(NamespaceOption.newBuilder().setPid(pid))
                .build();
    }

    private static Cri.LinuxContainerSecurityContext taken(LinuxContainerSecurityContext.Builder asked) {
        return SecurityWire.security(asked.build(), LinuxSandboxSecurityContext.getDefaultInstance());
    }

    private static void refused(
            LinuxContainerSecurityContext.Builder asked, CriException.Code code, String field, String why) {
        assertThatThrownBy(() -> taken(asked))
                .isInstanceOfSatisfying(CriException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code))
                .hasMessageStartingWith(FIELD + field + ": ")
                .hasMessageContaining(why);
    }

    @Test
    void whatIsNotSaidIsTheImagesUserAndAnUnconfinedProfile() {
        Cri.LinuxContainerSecurityContext plain = taken(asked());
        assertThat(plain.runAs()).isEqualTo(new CriParts.RunAs(OptionalLong.empty(), "", OptionalLong.empty()));
        assertThat(plain.seccomp()).isEqualTo(Cri.SecurityProfile.UNCONFINED);
        assertThat(plain.supplementalGroups()).isEqualTo(new Cri.SupplementalGroups(List.of(), false));
        assertThat(plain.privileged()).isFalse();
        assertThat(plain.readonlyRootfs()).isFalse();
        assertThat(plain.noNewPrivs()).isFalse();
        assertThat(plain.pidTarget()).isEmpty();
    }

    /** "run_as_group should only be specified when run_as_user or run_as_username is specified; otherwise the runtime MUST error." */
    @Test
    void aGroupWithoutAUserIsRefused() {
        CriProto.Int64Value group = SecurityWire.number(7);
        refused(
                asked().setRunAsGroup(group),
                CriException.Code.INVALID_ARGUMENT,
                ".run_as_group",
                "user group is specified without user");
        assertThat(taken(asked().setRunAsUsername("www").setRunAsGroup(group)).runAs())
                .isEqualTo(new CriParts.RunAs(OptionalLong.empty(), "www", OptionalLong.of(7)));
        assertThat(taken(asked().setRunAsUser(SecurityWire.number(0)).setRunAsGroup(group))
                        .runAs())
                .isEqualTo(new CriParts.RunAs(OptionalLong.of(0), "", OptionalLong.of(7)));
    }

    @Test
    void aUsersNumberIsPreferredToItsName() {
        assertThat(taken(asked().setRunAsUser(SecurityWire.number(33)).setRunAsUsername("www"))
                        .runAs())
                .isEqualTo(new CriParts.RunAs(OptionalLong.of(33), "", OptionalLong.empty()));
    }

    /** In the words of containerd, which refuses it as well. */
    @Test
    void aPrivilegedContainerWantsAPrivilegedSandbox() {
        refused(
                asked().setPrivileged(true),
                CriException.Code.INVALID_ARGUMENT,
                ".privileged",
                "no privileged container allowed in sandbox");
    }

    @Test
    void aPrivilegedContainerHasNoProfileAndNoHiddenPaths() {
        Cri.LinuxContainerSecurityContext all = SecurityWire.security(
                asked().setPrivileged(true)
                        .addMaskedPaths("/proc/kcore")
                        .addReadonlyPaths("/proc/sys")
                        .setApparmorProfile("localhost/mine")
                        .setSelinuxOptions(CriProto.SELinuxOption.newBuilder().setLevel("s0"))
                        .setSeccompProfilePath("runtime/default")
                        .build(),
                LinuxSandboxSecurityContext.newBuilder().setPrivileged(true).build());
        assertThat(all.privileged()).isTrue();
        assertThat(all.paths()).isEqualTo(CriParts.KernelPaths.OPEN);
        assertThat(all.seccomp()).isEqualTo(Cri.SecurityProfile.UNCONFINED);
    }

    @Test
    void pathsAreTheClientsOwn() {
        assertThat(taken(asked().addMaskedPaths("/proc/kcore").addReadonlyPaths("/proc/sys"))
                        .paths())
                .isEqualTo(new CriParts.KernelPaths(List.of("/proc/kcore"), List.of("/proc/sys")));
    }

    @Test
    void groupsAreMergedWithTheImagesUnlessTheyAreStrict() {
        assertThat(taken(asked().addSupplementalGroups(7).addSupplementalGroups(8))
                        .supplementalGroups())
                .isEqualTo(new Cri.SupplementalGroups(List.of(7L, 8L), false));
        assertThat(taken(asked().setSupplementalGroupsPolicy(CriProto.SupplementalGroupsPolicy.Strict))
                        .supplementalGroups())
                .isEqualTo(new Cri.SupplementalGroups(List.of(), true));
    }

    /** The field of before 1.19: {@code runtime/default}, {@code docker/default}, {@code unconfined}, {@code localhost/PATH}. */
    @ParameterizedTest
    @CsvSource({
        "runtime/default, RUNTIME_DEFAULT, ''",
        "docker/default, RUNTIME_DEFAULT, ''",
        "unconfined, UNCONFINED, ''",
        "'', UNCONFINED, ''",
        "localhost//profiles/a.json, LOCALHOST, /profiles/a.json"
    })
    void olderClientsNameAProfileByAPath(String path, Cri.ProfileType type, String reference) {
        assertThat(taken(asked().setSeccompProfilePath(path)).seccomp())
                .isEqualTo(new Cri.SecurityProfile(type, reference));
    }

    @Test
    void theMessageCountsBeforeThePath() {
        CriProto.SecurityProfile profile = CriProto.SecurityProfile.newBuilder()
                .setProfileType(CriProto.SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef("/profiles/b.json")
                .build();
        assertThat(taken(asked().setSeccomp(profile).setSeccompProfilePath("unconfined"))
                        .seccomp())
                .isEqualTo(new Cri.SecurityProfile(Cri.ProfileType.LOCALHOST, "/profiles/b.json"));
        assertThat(taken(asked().setSeccomp(CriProto.SecurityProfile.getDefaultInstance()))
                        .seccomp())
                .as("RuntimeDefault = 0")
                .isEqualTo(Cri.SecurityProfile.RUNTIME_DEFAULT);
    }

    @Test
    void whatIsNoProfileIsRefused() {
        refused(
                asked().setSeccompProfilePath("mine"),
                CriException.Code.INVALID_ARGUMENT,
                ".seccomp_profile_path",
                "invalid seccomp profile \"mine\"");
        refused(
                asked().setSeccomp(CriProto.SecurityProfile.newBuilder().setProfileTypeValue(9)),
                CriException.Code.INVALID_ARGUMENT,
                ".seccomp",
                "unknown profile type");
    }

    @Test
    void whatTheNodeCannotEnforceIsRefusedByName() {
        refused(
                asked().setApparmorProfile("localhost/mine"),
                CriException.Code.UNIMPLEMENTED,
                ".apparmor",
                "AppArmor profiles");
        refused(
                asked().setSelinuxOptions(CriProto.SELinuxOption.newBuilder().setType("svirt_t")),
                CriException.Code.UNIMPLEMENTED,
                ".selinux_options",
                "SELinux");
        refused(
                asked().setCapabilities(CriProto.Capability.newBuilder().addAddAmbientCapabilities("CAP_NET_RAW")),
                CriException.Code.UNIMPLEMENTED,
                ".capabilities.add_ambient_capabilities",
                "ambient capabilities");
        refused(
                asked().setNamespaceOptions(NamespaceOption.newBuilder().setNetwork(NamespaceMode.NODE)),
                CriException.Code.UNIMPLEMENTED,
                ".namespace_options",
                "the node's network or IPC for one container of a sandbox");
    }

    /** The container's namespaces against the sandbox': what it has of its own is its processes. */
    @ParameterizedTest
    @CsvSource({
        "POD, POD, ''",
        "CONTAINER, CONTAINER, ''",
        "NODE, NODE, ''",
        "POD, CONTAINER, " + Cri.OWN_PROCESSES,
        "POD, NODE, " + Cri.NODE_PROCESSES,
        "POD, TARGET, the-target",
        "CONTAINER, TARGET, the-target"
    })
    void aContainerMayHaveOtherProcessesThanItsSandbox(NamespaceMode pod, NamespaceMode container, String target) {
        LinuxContainerSecurityContext asked = asked().setNamespaceOptions(
                        NamespaceOption.newBuilder().setPid(container).setTargetId("the-target"))
                .build();
        assertThat(SecurityWire.security(asked, pod(pod)).pidTarget()).isEqualTo(target);
    }

    @Test
    void aSandboxThatWasRunWithoutCommonProcessesGetsNoneLater() {
        LinuxContainerSecurityContext asked = asked().setNamespaceOptions(
                        NamespaceOption.newBuilder().setPid(NamespaceMode.POD))
                .build();
        assertThatThrownBy(() -> SecurityWire.security(asked, pod(NamespaceMode.CONTAINER)))
                .hasMessage(FIELD + ".namespace_options.pid: minik's runtime does not have"
                        + " processes that are common to a sandbox which was not run with them");
    }

    /** What a kubelet of ours asks of another runtime comes out of the same words again. */
    @Test
    void whatIsAskedOfAnotherRuntimeIsHeardAsItWasMeant() {
        Cri.LinuxContainerSecurityContext meant = new Cri.LinuxContainerSecurityContext(
                new CriParts.RunAs(OptionalLong.of(1000), "", OptionalLong.of(2000)),
                new Cri.SupplementalGroups(List.of(3L, 4L), true),
                false,
                true,
                true,
                new Cri.Capability(List.of("NET_ADMIN"), List.of("ALL")),
                new CriParts.KernelPaths(List.of("/proc/kcore"), List.of("/proc/sys")),
                new Cri.SecurityProfile(Cri.ProfileType.LOCALHOST, "/profiles/a.json"),
                "");
        Cri.NamespaceOption pod = Cri.NamespaceOption.PLAIN;
        assertThat(SecurityWire.security(SecurityWire.security(meant, pod), pod(NamespaceMode.CONTAINER)))
                .isEqualTo(meant);
    }
}
