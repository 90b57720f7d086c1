package io.minik.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PodViewTest {
    private static PodSpec spec(String json) {
        return PodSpec.of(Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void absentFieldsReadAsTheApisDefaults() {
        PodSpec spec = spec("{'containers':[{'name':'c','image':'busybox'}]}");
        assertThat(spec.restartPolicy()).isEqualTo("Always");
        assertThat(spec.terminationGracePeriodSeconds()).isEqualTo(30);
        assertThat(spec.enableServiceLinks()).isTrue();
        assertThat(spec.network().dnsPolicy()).isEqualTo("ClusterFirst");
        assertThat(spec.containers().get(0).imagePullPolicy()).isEqualTo("Always");
        assertThat(spec.containers().get(0).terminationMessagePath()).isEqualTo("/dev/termination-log");
    }

    @Test
    void pullPolicyFollowsTheTag() {
        assertThat(spec("{'containers':[{'name':'c','image':'r:5000/busybox'}]}")
                        .containers()
                        .get(0)
                        .imagePullPolicy())
                .isEqualTo("Always");
        assertThat(spec("{'containers':[{'name':'c','image':'busybox:1.36'}]}")
                        .containers()
                        .get(0)
                        .imagePullPolicy())
                .isEqualTo("IfNotPresent");
    }

    @Test
    void qosComesFromRequestsAndLimits() {
        assertThat(PodQos.of(spec("{'containers':[{'name':'c'}]}"))).isEqualTo(PodQos.BestEffort);
        assertThat(PodQos.of(spec("{'containers':[{'name':'c','resources':{'requests':{'cpu':'100m'}}}]}")))
                .isEqualTo(PodQos.Burstable);
        String whole =
                "{'name':'c','resources':{'requests':{'cpu':'1','memory':'1Gi'},'limits':{'cpu':'1','memory':'1Gi'}}}";
        assertThat(PodQos.of(spec("{'containers':[" + whole + "]}"))).isEqualTo(PodQos.Guaranteed);
        assertThat(PodQos.of(spec("{'containers':[" + whole + ",{'name':'d'}]}")))
                .isEqualTo(PodQos.Burstable);
    }

    @Test
    void aStatusSurvivesTheWayThroughItsView() {
        String json = """
                {"phase":"Running","conditions":[{"type":"Ready","status":"True","lastProbeTime":null,
                "lastTransitionTime":"2026-01-01T00:00:00Z"}],"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.1"}],
                "containerStatuses":[{"name":"c","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}},
                "lastState":{"terminated":{"exitCode":3,"reason":"Error"}},"ready":true,"restartCount":1,
                "image":"i","imageID":"sha256:1","containerID":"minik://x","started":true,"resources":{}}],"qosClass":"BestEffort"}""";
        var tree = Json.parse(json.getBytes(StandardCharsets.UTF_8));
        assertThat(PodStatus.of(tree).tree()).isEqualTo(tree);
        assertThat(PodStatus.of(tree).ready()).isTrue();
    }

    @Test
    void aVolumeIsItsNameAndItsOneSource() {
        PodSpec spec = spec("{'volumes':[{'name':'a','configMap':{'name':'x'}},{'name':'b'}]}");
        assertThat(spec.volumes().get(0).type()).isEqualTo("configMap");
        assertThat(spec.volumes().get(1).type()).isEqualTo("emptyDir");
    }

    @Test
    void aPodGivesAReferenceForEvents() {
        Pod pod = Pod.of(KubeObject.ofBytes(
                "{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\"}}".getBytes(StandardCharsets.UTF_8)));
        assertThat(pod.reference("spec.containers{c}").path("fieldPath").asText())
                .isEqualTo("spec.containers{c}");
    }
}
