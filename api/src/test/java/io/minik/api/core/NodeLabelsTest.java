package io.minik.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeLabelsTest {
    @ParameterizedTest
    @CsvSource({
        "disk,true",
        "example.com/disk,true",
        "kubernetes.io/hostname,true",
        "topology.kubernetes.io/zone,true",
        "x.node.kubernetes.io/y,true",
        "node.kubernetes.io/anything,true",
        "node-role.kubernetes.io/control-plane,false",
        "node-restriction.kubernetes.io/x,false",
        "x.node-restriction.kubernetes.io/y,false",
        "kubernetes.io/mine,false",
        "x.k8s.io/y,false",
        "notkubernetes.io/x,true",
    })
    void aNodeSaysWhatItIsAndNoMore(String label, boolean may) {
        assertThat(NodeLabels.mayBeSetByNode(label)).isEqualTo(may);
    }
}
