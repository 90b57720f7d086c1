package io.minik.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.policy.PolicyPod.NamedPort;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.runtime.nft.Element;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PolicyElementsTest {
    private static final String DB = "10.42.0.2";
    private static final String WEB = "10.42.0.3";
    private static final String FAR = "10.42.1.4";

    private final List<KubeObject> policies = new ArrayList<>();

    private static PolicyPod pod(String namespace, String app, String ip, boolean here) {
        return new PolicyPod(
                namespace,
                Map.of("app", app),
                Set.of(Address.parse(ip)),
                List.of(new NamedPort("sql", "TCP", app.equals("db") ? 5432 : 99)),
                here);
    }

    private Map<Element, String> elements() {
        return PolicyElements.of(new PolicyElements.World(
                policies,
                Map.of("default", Map.of("team", "a"), "far", Map.of("team", "b"), "kube-system", Map.of("k", "s")),
                List.of(
                        pod("default", "db", DB, true),
                        pod("default", "web", WEB, true),
                        pod("far", "web", FAR, false)),
                Optional.of(Address.parse("10.43.0.10"))));
    }

    private void policy(String spec) {
        byte[] json = spec.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ObjectNode tree =
                Json.object().put("apiVersion", "networking.k8s.io/v1").put("kind", "NetworkPolicy");
        tree.putObject("metadata").put("namespace", "default").put("name", "p" + policies.size());
        tree.set("spec", Json.parseObject(json));
        policies.add(KubeObject.of(tree));
    }

    /** The rules of the chain that an address leads to; empty if nothing is said of it. */
    private List<String> rules(String map, String ip) {
        Map<Element, String> all = elements();
        String verdict = all.get(new Element(map, ip));
        if (verdict == null) {
            return List.of();
        }
        String chain = verdict.substring("jump ".length());
        return all.getOrDefault(new Element(Element.CHAIN, chain), "").lines().toList();
    }

    /** What is in the set that a rule names. */
    private List<String> members(String rule) {
        String set = Stream.of(rule.split(" "))
                .filter(word -> word.startsWith("@"))
                .findFirst()
                .orElseThrow()
                .substring(1);
        return elements().keySet().stream()
                .filter(element -> element.map().equals(set))
                .map(Element::key)
                .sorted()
                .toList();
    }

    @Test
    void withoutPoliciesNothingIsInTheKernel() {
        assertThat(elements()).isEmpty();
    }

    @Test
    void aPolicyWithoutRulesShutsWhatItSelectsAndNobodyElse() {
        policy("{'podSelector':{'matchLabels':{'app':'db'}}}");
        assertThat(rules("in", DB)).containsExactly("drop");
        assertThat(rules("out", DB)).isEmpty();
        assertThat(rules("in", WEB)).isEmpty();
        assertThat(elements()).containsKey(new Element("self", DB + " . " + DB));
    }

    @Test
    void podsInOtherNamespacesOnOtherNodesAreFoundBySelectors() {
        policy("{'podSelector':{'matchLabels':{'app':'db'}},'ingress':[{'from':[{'namespaceSelector':"
                + "{'matchLabels':{'team':'b'}},'podSelector':{'matchLabels':{'app':'web'}}}],"
                + "'ports':[{'port':5432},{'port':8000,'endPort':8010},{'protocol':'UDP'}]}]}");
        List<String> v4 = rules("in", DB).stream()
                .filter(rule -> rule.startsWith("ip saddr"))
                .toList();
        assertThat(v4).hasSize(3);
        assertThat(v4)
                .anyMatch(rule -> rule.endsWith("tcp dport 5432 return"))
                .anyMatch(rule -> rule.endsWith("tcp dport 8000-8010 return"))
                .anyMatch(rule -> rule.endsWith("meta l4proto udp return"));
        assertThat(members(v4.get(0))).containsExactly(FAR);
        assertThat(rules("in", DB)).last().isEqualTo("drop");
    }

    @Test
    void aPodSelectorAloneMeansThePolicysNamespace() {
        policy("{'podSelector':{},'ingress':[{'from':[{'podSelector':{'matchLabels':{'app':'web'}}}]}]}");
        assertThat(members(rules("in", DB).get(0))).containsExactly(WEB);
    }

    @Test
    void rangesHaveExceptions() {
        policy("{'podSelector':{},'policyTypes':['Egress'],'egress':[{'to':[{'ipBlock':{'cidr':'10.0.0.0/8',"
                + "'except':['10.1.0.0/16','10.2.0.0/16']}},{'ipBlock':{'cidr':'0.0.0.0/0'}}]}]}");
        assertThat(rules("out", DB))
                .containsExactly(
                        "ip daddr 10.0.0.0/8 ip daddr != 10.1.0.0/16 ip daddr != 10.2.0.0/16 return",
                        "meta nfproto ipv4 return",
                        "drop");
        assertThat(rules("in", DB)).isEmpty();
    }

    @Test
    void namedPortsAreThoseOfThePodThatIsReached() {
        policy("{'podSelector':{},'ingress':[{'ports':[{'port':'sql'}]}]}");
        assertThat(rules("in", DB)).containsExactly("tcp dport 5432 return", "drop");
        assertThat(rules("in", WEB)).containsExactly("tcp dport 99 return", "drop");
        policies.clear();
        policy(
                "{'podSelector':{},'policyTypes':['Egress'],'egress':[{'to':[{'podSelector':{'matchLabels':{'app':'db'}}}],"
                        + "'ports':[{'port':'sql'}]}]}");
        String rule = rules("out", WEB).get(0);
        assertThat(rule).startsWith("ip daddr . tcp dport @");
        assertThat(members(rule)).containsExactly(DB + " . 5432");
    }

    @Test
    void theClusterDnsIsReachedByWhoMayReachItsPods() {
        policy(
                "{'podSelector':{'matchLabels':{'app':'web'}},'policyTypes':['Egress'],'egress':[{'to':[{'namespaceSelector':"
                        + "{'matchLabels':{'k':'s'}},'podSelector':{'matchLabels':{'k8s-app':'kube-dns'}}}],"
                        + "'ports':[{'protocol':'UDP','port':53}]}]}");
        policy("{'podSelector':{'matchLabels':{'app':'db'}},'policyTypes':['Egress']}");
        assertThat(elements()).containsKey(new Element("dns", WEB + " . udp"));
        assertThat(elements()).doesNotContainKey(new Element("dns", WEB + " . tcp"));
        assertThat(elements()).doesNotContainKey(new Element("dns", DB + " . udp"));
    }

    @Test
    void podsOfOnePolicyShareAChain() {
        policy("{'podSelector':{},'ingress':[{}]}");
        long chains = elements().keySet().stream()
                .filter(element -> element.map().equals(Element.CHAIN))
                .count();
        assertThat(chains).isEqualTo(1);
        assertThat(elements().get(new Element("in", DB))).isEqualTo(elements().get(new Element("in", WEB)));
    }
}
