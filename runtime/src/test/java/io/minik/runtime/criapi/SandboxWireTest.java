package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import io.minik.runtime.criapi.proto.CriProto.NamespaceMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PodSandboxConfig and what is told of sandboxes, as the comments of api.proto have it. */
class SandboxWireTest {
    private static final CriProto.PodSandboxMetadata METADATA = CriProto.PodSandboxMetadata.newBuilder()
            .setName("web")
            .setUid("u-1")
            .setNamespace("shop")
            .setAttempt(2)
            .build();

    private static CriProto.PodSandboxConfig.Builder asked() {
        return CriProto.PodSandboxConfig.newBuilder().setMetadata(METADATA);
    }

    private static Cri.PodSandboxConfig taken(CriProto.PodSandboxConfig.Builder config) {
        return SandboxWire.config(config.build(), Map.of());
    }

    private static Cri.PodSandboxConfig inCgroup(String parent) {
        return taken(
                asked().setLinux(CriProto.LinuxPodSandboxConfig.newBuilder().setCgroupParent(parent)));
    }

    private static CriProto.PodSandboxConfig.Builder with(CriProto.NamespaceOption.Builder namespaces) {
        return asked().setLinux(CriProto.LinuxPodSandboxConfig.newBuilder()
                .setSecurityContext(
                        CriProto.LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(namespaces)));
    }

    private static Cri.PodSandbox ready(String id, Map<String, String> labels) {
        return new Cri.PodSandbox(
                id,
                new Cri.PodSandboxMetadata("web", "u-1", "shop", 2),
                Cri.PodSandboxState.SANDBOX_READY,
                42,
                labels,
                Map.of("note", "kept"));
    }

    private static void refused(CriProto.PodSandboxConfig.Builder config, CriException.Code code, String message) {
        assertThatThrownBy(() -> taken(config))
                .isInstanceOfSatisfying(CriException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void aSandboxIsCalledByNameUidAndNamespace() {
        assertThat(taken(asked()).metadata()).isEqualTo(new Cri.PodSandboxMetadata("web", "u-1", "shop", 2));
        for (CriProto.PodSandboxMetadata.Builder part : List.of(
                METADATA.toBuilder().clearName(),
                METADATA.toBuilder().clearUid(),
                METADATA.toBuilder().clearNamespace())) {
            refused(
                    asked().setMetadata(part),
                    CriException.Code.INVALID_ARGUMENT,
                    "config.metadata: name, uid and namespace are required");
        }
    }

    /** A runtime_handler that is not known must be an error: a RuntimeClass is a promise of isolation. */
    @ParameterizedTest
    @ValueSource(strings = {"", "minik", "runc"})
    void theRuntimesNamesAreThisOnes(String handler) {
        CriProto.RunPodSandboxRequest.Builder request =
                CriProto.RunPodSandboxRequest.newBuilder().setConfig(asked()).setRuntimeHandler(handler);
        assertThat(SandboxWire.config(request.build()).metadata().name()).isEqualTo("web");
        assertThatThrownBy(() ->
                        SandboxWire.config(request.setRuntimeHandler("gvisor").build()))
                .hasMessage("runtime_handler: no runtime for \"gvisor\" is configured");
    }

    @Test
    void eachSandboxHasACgroupOfItsOwnBelowItsClients() {
        String first = inCgroup("/kubepods/pod1").linux().cgroupParent();
        assertThat(first).startsWith("kubepods/pod1/sandbox-");
        assertThat(inCgroup("kubepods/pod1/").linux().cgroupParent()).isEqualTo(first);
        assertThat(inCgroup("").linux().cgroupParent()).startsWith("cri/sandbox-");
        CriProto.PodSandboxConfig.Builder next =
                asked().setMetadata(METADATA.toBuilder().setAttempt(3));
        assertThat(taken(next).linux().cgroupParent())
                .isNotEqualTo(taken(asked()).linux().cgroupParent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../b", "a//b", "a b", "a/$(x)"})
    void whatLeadsOutOfTheNodesCgroupsIsRefused(String parent) {
        assertThatThrownBy(() -> inCgroup(parent))
                .hasMessage("config.linux.cgroup_parent: \"" + parent + "\" is no path of a cgroup");
    }

    @Test
    void theLogDirectoryIsAbsolute() {
        assertThat(taken(asked().setLogDirectory("/var/log/pods/x")).logDirectory())
                .isEqualTo(Path.of("/var/log/pods/x"));
        refused(
                asked().setLogDirectory("var/log"),
                CriException.Code.INVALID_ARGUMENT,
                "config.log_directory: \"var/log\" is not absolute");
    }

    /** "Namespaces currently set by the kubelet: POD, NODE" for network and IPC. */
    @Test
    void networkAndIpcAreThePodsOrTheNodes() {
        Cri.NamespaceOption node = taken(with(CriProto.NamespaceOption.newBuilder()
                        .setNetwork(NamespaceMode.NODE)
                        .setIpc(NamespaceMode.NODE)))
                .linux()
                .namespaceOptions();
        assertThat(node)
                .isEqualTo(new Cri.NamespaceOption(
                        Cri.NamespaceMode.NODE,
                        Cri.NamespaceMode.POD,
                        Cri.NamespaceMode.NODE,
                        "",
                        CriParts.UserNamespace.NODE));
        String field = "config.linux.security_context.namespace_options";
        refused(
                with(CriProto.NamespaceOption.newBuilder().setNetwork(NamespaceMode.CONTAINER)),
                CriException.Code.INVALID_ARGUMENT,
                field + ": network and ipc are the pod's or the node's, not a container's");
        assertThat(taken(with(CriProto.NamespaceOption.newBuilder()
                                .setUsernsOptions(
                                        CriProto.UserNamespace.newBuilder().setMode(NamespaceMode.NODE))))
                        .metadata()
                        .name())
                .as("the node's users are what there is")
                .isEqualTo("web");
    }

    /** Labels come back as they were given, without the runtime's own. */
    @Test
    void theRuntimesMarkIsNotTold() {
        CriProto.PodSandbox told = SandboxWire.sandbox(ready("id", Map.of("app", "web", Cri.CLIENTS, "")));
        assertThat(told.getLabelsMap()).containsExactlyEntriesOf(Map.of("app", "web"));
        assertThat(told.getAnnotationsMap()).containsExactlyEntriesOf(Map.of("note", "kept"));
        assertThat(told.getCreatedAt()).isEqualTo(42);
        assertThat(told.getMetadata()).isEqualTo(METADATA);
    }

    /** "ip" is the first address, "additional_ips" those of the other families. */
    @Test
    void theFirstAddressIsTheSandboxs() {
        CriProto.PodSandboxStatus told =
                SandboxWire.status(status(List.of("10.42.0.2", "fd00::2"), Cri.NamespaceMode.POD));
        assertThat(told.getNetwork().getIp()).isEqualTo("10.42.0.2");
        assertThat(told.getNetwork().getAdditionalIpsList())
                .extracting(CriProto.PodIP::getIp)
                .containsExactly("fd00::2");
        CriProto.PodSandboxStatus none = SandboxWire.status(status(List.of(), Cri.NamespaceMode.NODE));
        assertThat(none.getNetwork().getIp()).isEmpty();
        assertThat(none.getLinux().getNamespaces().getOptions().getNetwork()).isEqualTo(NamespaceMode.NODE);
    }

    private static Cri.PodSandboxStatus status(List<String> ips, Cri.NamespaceMode network) {
        return new Cri.PodSandboxStatus(
                ready("id", Map.of()),
                ips,
                new Cri.NamespaceOption(
                        network, Cri.NamespaceMode.CONTAINER, Cri.NamespaceMode.POD, "", CriParts.UserNamespace.NODE),
                Optional.empty());
    }

    /** Other runtimes tell the node's addresses of a sandbox on its network: these are not the pod's. */
    @Test
    void aSandboxOnTheNodesNetworkHasNoAddressOfItsOwn() {
        CriProto.PodSandboxStatus said =
                SandboxWire.status(status(List.of("10.42.0.2", "fd00::2"), Cri.NamespaceMode.POD));
        assertThat(SandboxWire.heard(said).ips()).containsExactly("10.42.0.2", "fd00::2");
        assertThat(SandboxWire.heard(SandboxWire.status(status(List.of("192.0.2.1"), Cri.NamespaceMode.NODE)))
                        .ips())
                .isEmpty();
    }

    @Test
    void moreWordsAreToldToWhoAsksForThem() {
        Cri.PodSandboxStatus known = status(List.of("10.42.0.2"), Cri.NamespaceMode.POD);
        CriProto.PodSandboxStatusResponse brief = SandboxWire.answer(known, List.of(), false, 7);
        assertThat(brief.getInfoMap()).isEmpty();
        assertThat(brief.getTimestamp()).isEqualTo(7);
        assertThat(SandboxWire.answer(known, List.of(), true, 7).getInfoMap())
                .containsExactlyEntriesOf(Map.of("info", "{\"runtimeType\":\"minik\",\"ips\":[\"10.42.0.2\"]}"));
    }

    /** PodSandboxFilter: "All those fields are combined with 'AND'". */
    @ParameterizedTest
    @CsvSource({
        "'', '', '', true",
        "abc, '', '', true",
        "abcdef, READY, web, true",
        "b, '', '', false",
        "'', NOTREADY, '', false",
        "'', READY, db, false",
        "abc, NOTREADY, web, false"
    })
    void aFilterIsAllOfItsFields(String id, String state, String app, boolean found) {
        CriProto.PodSandboxFilter.Builder filter =
                CriProto.PodSandboxFilter.newBuilder().setId(id);
        if (!state.isEmpty()) {
            filter.setState(CriProto.PodSandboxStateValue.newBuilder()
                    .setState(CriProto.PodSandboxState.valueOf("SANDBOX_" + state)));
        }
        if (!app.isEmpty()) {
            filter.putLabelSelector("app", app);
        }
        assertThat(SandboxWire.matches(filter.build(), ready("abcdef", Map.of("app", "web", "tier", "front"))))
                .isEqualTo(found);
    }

    /** What a kubelet of ours asks of another runtime comes out of the same words again, in a cgroup below. */
    @Test
    void whatIsAskedOfAnotherRuntimeIsHeardAsItWasMeant() {
        Cri.PodSandboxConfig meant = taken(asked().setHostname("web")
                .setLogDirectory("/var/log/pods/x")
                .putLabels("app", "web")
                .putAnnotations("note", "kept")
                .setLinux(CriProto.LinuxPodSandboxConfig.newBuilder()
                        .putSysctls("net.core.somaxconn", "1024")
                        .setCgroupParent("/kubepods")
                        .setResources(CriProto.LinuxContainerResources.newBuilder()
                                .setCpuShares(512)
                                .setMemoryLimitInBytes(64 << 20))));
        Cri.PodSandboxConfig heard = SandboxWire.config(SandboxWire.config(meant), Map.of());
        assertThat(heard.linux().cgroupParent()).startsWith(meant.linux().cgroupParent() + "/sandbox-");
        assertThat(heard.linux().resources()).isEqualTo(meant.linux().resources());
        assertThat(heard.linux().sysctls()).isEqualTo(Map.of("net.core.somaxconn", "1024"));
        assertThat(heard.metadata()).isEqualTo(meant.metadata());
        assertThat(heard.hostname()).isEqualTo("web");
        assertThat(heard.labels()).isEqualTo(Map.of("app", "web"));
        assertThat(heard.annotations()).isEqualTo(Map.of("note", "kept"));
    }
}
