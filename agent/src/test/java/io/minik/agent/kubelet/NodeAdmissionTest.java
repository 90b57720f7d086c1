package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.kubelet.NodeAdmission.Rejection;
import io.minik.api.core.Node;
import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeAdmissionTest {
    private static final Node NODE = Node.of(
            object(
                    "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n1','labels':{'disk':'ssd'}},"
                            + "'spec':{'taints':[{'key':'bad','value':'yes','effect':'NoExecute'},{'key':'full','effect':'NoSchedule'}]}}"));
    private static final String TERMS =
            "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[%s]}}},";
    private static final String TOLERANT = "'tolerations':[{'key':'bad','operator':'Exists'%s}],";
    private static final String ANY = "'tolerations':[{'operator':'Exists'}],";

    private static Optional<Rejection> refusal(String spec, Map<String, String> allocatable, Optional<Node> node) {
        String pod = "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default','uid':'u'},'spec':{"
                + spec + "'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'2'}}}]}}";
        return NodeAdmission.refuse(Pod.of(object(pod)), new HeldResources(), allocatable, node);
    }

    private static KubeObject object(String text) {
        return KubeObject.of(Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static String reason(String spec) {
        return refusal(spec, Map.of("cpu", "4"), Optional.of(NODE))
                .map(Rejection::reason)
                .orElse("");
    }

    @Test
    void requiredNodeAffinityIsLookedAtLikeASelector() {
        assertThat(reason(ANY + "'nodeSelector':{'disk':'hdd'},")).isEqualTo("NodeAffinity");
        assertThat(reason(ANY
                        + TERMS.formatted("{'matchExpressions':[{'key':'disk','operator':'NotIn','values':['ssd']}]}")))
                .isEqualTo("NodeAffinity");
        assertThat(reason(ANY
                        + TERMS.formatted("{'matchFields':[{'key':'metadata.name','operator':'In','values':['n2']}]}")))
                .isEqualTo("NodeAffinity");
        assertThat(reason(ANY + TERMS.formatted("{}"))).isEqualTo("NodeAffinity");
        assertThat(reason(ANY
                        + TERMS.formatted("{'matchExpressions':[{'key':'disk','operator':'DoesNotExist'}]},"
                                + "{'matchFields':[{'key':'metadata.name','operator':'In','values':['n1']}]}")))
                .isEmpty();
    }

    @Test
    void onlyATaintThatDrivesPodsAwayRefusesThem() {
        assertThat(refusal("", Map.of(), Optional.of(NODE)))
                .contains(new Rejection(
                        "TaintToleration",
                        "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"));
        assertThat(reason(TOLERANT.formatted(""))).isEmpty();
        assertThat(reason(TOLERANT.formatted(",'effect':'NoExecute','tolerationSeconds':5")))
                .isEmpty();
        assertThat(reason(TOLERANT.formatted(",'effect':'NoSchedule'"))).isEqualTo("TaintToleration");
    }

    @Test
    void whatIsShortIsSaidBeforeWhatDoesNotMatch() {
        assertThat(refusal("'nodeSelector':{'disk':'hdd'},", Map.of("cpu", "1"), Optional.of(NODE))
                        .map(Rejection::reason))
                .contains("OutOfcpu");
    }

    @Test
    void aNodeThatIsNotKnownYetRefusesNothingForItsLabels() {
        assertThat(refusal("'nodeSelector':{'disk':'hdd'},", Map.of(), Optional.empty()))
                .isEmpty();
    }
}
