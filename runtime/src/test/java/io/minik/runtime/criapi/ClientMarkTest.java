package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.criapi.HostPorts.Port;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientMarkTest {
    private static CriProto.PortMapping.Builder mapping(int host, int container) {
        return CriProto.PortMapping.newBuilder().setHostPort(host).setContainerPort(container);
    }

    private static ClientMark asked(String handler, CriProto.PortMapping.Builder... mappings) {
        CriProto.PodSandboxConfig.Builder config = CriProto.PodSandboxConfig.newBuilder();
        List.of(mappings).forEach(config::addPortMappings);
        return ClientMark.of(CriProto.RunPodSandboxRequest.newBuilder()
                .setRuntimeHandler(handler)
                .setConfig(config)
                .build());
    }

    private static ClientMark kept(ClientMark mark) {
        return ClientMark.of(sandbox(mark.label()));
    }

    private static Cri.PodSandbox sandbox(Map<String, String> labels) {
        return new Cri.PodSandbox(
                "s",
                new Cri.PodSandboxMetadata("p", "u", "ns", 0),
                Cri.PodSandboxState.SANDBOX_READY,
                1,
                labels,
                Map.of());
    }

    @Test
    void whatIsKeptOfASandboxIsWhatWasAsked() {
        ClientMark mark = asked(
                "runc",
                mapping(18080, 8080).setHostIp("127.0.0.1"),
                mapping(53, 53).setProtocol(CriProto.Protocol.UDP),
                mapping(80, 8080).setHostIp("::1"));
        assertThat(mark.ports())
                .containsExactly(
                        new Port("tcp", 8080, 18080, "127.0.0.1"),
                        new Port("udp", 53, 53, ""),
                        new Port("tcp", 8080, 80, "::1"));
        assertThat(kept(mark)).isEqualTo(mark);
        assertThat(kept(asked(""))).isEqualTo(new ClientMark("", List.of()));
    }

    @Test
    void aPortWithoutOneOfTheNodeIsNoRule() {
        assertThat(asked("", mapping(0, 8080)).ports()).isEmpty();
        assertThat(asked("", mapping(80, 8080).setHostIp("0.0.0.0")).ports())
                .containsExactly(new Port("tcp", 8080, 80, ""));
    }

    @Test
    void sandboxesOfTheKubeletAndOfOlderMiniksHaveNone() {
        assertThat(ClientMark.of(sandbox(Map.of()))).isEqualTo(new ClientMark("", List.of()));
        assertThat(ClientMark.of(sandbox(Map.of(Cri.CLIENTS, "")))).isEqualTo(new ClientMark("", List.of()));
    }

    @Test
    void whatIsNoPortIsRefused() {
        for (CriProto.PortMapping.Builder wrong : List.of(
                mapping(70_000, 80),
                mapping(-1, 80),
                mapping(80, 0),
                mapping(80, 65_536),
                mapping(80, 80).setHostIp("nosuch"),
                mapping(80, 80).setProtocolValue(9))) {
            assertThatThrownBy(() -> asked("", wrong))
                    .isInstanceOfSatisfying(CriException.class, refused -> assertThat(refused.code())
                            .isEqualTo(CriException.Code.INVALID_ARGUMENT));
        }
    }

    @Test
    void portsContendForWhatOnlyOneCanHave() {
        Port all = new Port("tcp", 1, 80, "");
        Port here = new Port("tcp", 2, 80, "127.0.0.1");
        assertThat(all.contends(here)).isTrue();
        assertThat(here.contends(all)).isTrue();
        assertThat(here.contends(new Port("tcp", 2, 80, "192.0.2.1"))).isFalse();
        assertThat(all.contends(new Port("udp", 1, 80, ""))).isFalse();
        assertThat(all.contends(new Port("tcp", 1, 81, ""))).isFalse();
    }
}
