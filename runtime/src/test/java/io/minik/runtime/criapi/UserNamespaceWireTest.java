package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts.IdMapping;
import io.minik.runtime.cri.CriParts.UserNamespace;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserNamespaceWireTest {
    private static CriProto.IDMapping ids(long container, long host, long length) {
        return CriProto.IDMapping.newBuilder()
                .setContainerId((int) container)
                .setHostId((int) host)
                .setLength((int) length)
                .build();
    }

    private static CriProto.UserNamespace pod(CriProto.IDMapping... mappings) {
        return CriProto.UserNamespace.newBuilder()
                .setMode(CriProto.NamespaceMode.POD)
                .addAllUids(List.of(mappings))
                .addAllGids(List.of(mappings))
                .build();
    }

    private static void refused(CriProto.UserNamespace asked, String why) {
        assertThatThrownBy(() -> UserNamespaceWire.users("f", asked))
                .isInstanceOfSatisfying(
                        CriException.class, e -> assertThat(e.code()).isEqualTo(CriException.Code.INVALID_ARGUMENT))
                .hasMessageContaining(why);
    }

    @Test
    void aMappingOfUpstreamsSuiteComesThroughAndBack() {
        CriProto.UserNamespace asked = pod(ids(0, 4_000_000_000L, 100_000));
        UserNamespace heard = UserNamespaceWire.users("f", asked);
        assertThat(heard.uids()).containsExactly(new IdMapping(0, 4_000_000_000L, 100_000));
        assertThat(heard.own()).isTrue();
        assertThat(UserNamespaceWire.users(heard)).isEqualTo(asked);
        assertThat(UserNamespaceWire.heard(asked)).isEqualTo(heard);
    }

    @Test
    void nothingAndTheNodeAreTheNodesUsers() {
        CriProto.UserNamespace node = CriProto.UserNamespace.newBuilder()
                .setMode(CriProto.NamespaceMode.NODE)
                .build();
        assertThat(UserNamespaceWire.users("f", node)).isEqualTo(UserNamespace.NODE);
        assertThat(UserNamespaceWire.users("f", CriProto.UserNamespace.getDefaultInstance()))
                .isEqualTo(UserNamespace.NODE);
        assertThat(UserNamespaceWire.heard(CriProto.UserNamespace.getDefaultInstance()))
                .isEqualTo(UserNamespace.NODE);
        refused(node.toBuilder().addUids(ids(0, 65536, 65536)).build(), "can't use mappings with the node's users");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 65536, 65536, container id 0 is not mapped",
        "0, 65536, 65535, a mapping has at least 65536 ids",
        "0, 4294901760, 65536, up to 4294967294"
    })
    void aMappingThatNoPodCanLiveWithIsRefused(long container, long host, long length, String why) {
        refused(pod(ids(container, host, length)), why);
    }

    @Test
    void moreThanOneMappingAndUnevenOnesAreRefused() {
        refused(pod(ids(0, 65536, 65536), ids(65536, 200_000, 65536)), "one mapping is supported, there are 2");
        refused(pod(ids(0, 65536, 65536)).toBuilder().clearGids().build(), "one mapping is supported, there are 0");
        refused(
                pod(ids(0, 65536, 65536)).toBuilder()
                        .clearGids()
                        .addGids(ids(0, 65536, 70000))
                        .build(),
                "as many uids as gids");
        for (CriProto.NamespaceMode mode : List.of(CriProto.NamespaceMode.CONTAINER, CriProto.NamespaceMode.TARGET)) {
            refused(CriProto.UserNamespace.newBuilder().setMode(mode).build(), "unsupported mode " + mode);
        }
    }

    @Test
    void aMountHasTheMappingsOfItsSandboxOrNone() {
        CriProto.UserNamespace sandbox = pod(ids(0, 65536, 65536));
        CriProto.Mount same = CriProto.Mount.newBuilder()
                .addAllUidMappings(sandbox.getUidsList())
                .addAllGidMappings(sandbox.getGidsList())
                .build();
        assertThat(UserNamespaceWire.mapped("m", same, sandbox)).isTrue();
        assertThat(UserNamespaceWire.mapped("m", CriProto.Mount.getDefaultInstance(), sandbox))
                .isFalse();
        assertThatThrownBy(() -> UserNamespaceWire.mapped("m", same, pod(ids(0, 131072, 65536))))
                .hasMessageContaining("those of its sandbox");
    }

    @Test
    void aContainerRepeatsTheUsersOfItsSandboxOrSaysNothing() {
        CriProto.NamespaceOption sandbox = CriProto.NamespaceOption.newBuilder()
                .setUsernsOptions(pod(ids(0, 65536, 65536)))
                .build();
        UserNamespaceWire.check("f", CriProto.NamespaceOption.getDefaultInstance(), sandbox);
        UserNamespaceWire.check("f", sandbox, sandbox);
        CriProto.NamespaceOption node = CriProto.NamespaceOption.newBuilder()
                .setUsernsOptions(CriProto.UserNamespace.newBuilder().setMode(CriProto.NamespaceMode.NODE))
                .build();
        assertThatThrownBy(() -> UserNamespaceWire.check("f", node, sandbox))
                .hasMessageContaining("is that of its sandbox");
    }

    @Test
    void whoHasUsersOfHisOwnHasNoNamespaceOfTheNode() {
        CriProto.NamespaceOption asked = CriProto.NamespaceOption.newBuilder()
                .setNetwork(CriProto.NamespaceMode.NODE)
                .setUsernsOptions(pod(ids(0, 65536, 65536)))
                .build();
        CriProto.PodSandboxConfig config = CriProto.PodSandboxConfig.newBuilder()
                .setMetadata(CriProto.PodSandboxMetadata.newBuilder()
                        .setName("a")
                        .setUid("b")
                        .setNamespace("c"))
                .setLinux(CriProto.LinuxPodSandboxConfig.newBuilder()
                        .setSecurityContext(CriProto.LinuxSandboxSecurityContext.newBuilder()
                                .setNamespaceOptions(asked)))
                .build();
        assertThatThrownBy(() -> SandboxWire.config(config, Map.of()))
                .hasMessageContaining("has network, processes and ipc of its own");
        assertThat(Cri.NamespaceOption.PLAIN.users().own()).isFalse();
    }
}
