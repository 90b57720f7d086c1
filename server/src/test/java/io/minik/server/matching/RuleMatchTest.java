package io.minik.server.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests rules and selectors mean. */
class RuleMatchTest {
    private static final String ALL_OF_PODS =
            "{'operations':['*'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods']}";

    /** @return the form that has matched, or nothing */
    private static String webhook(String webhook, Asked asked) {
        return shown(RuleMatch.ofWebhook(Asked.tree(webhook)), asked);
    }

    private static String policy(String constraints, Asked asked) {
        return shown(RuleMatch.ofResources(Asked.tree(constraints)), asked);
    }

    private static String shown(RuleMatch match, Asked asked) {
        return match.find(asked.attributes())
                .map(found -> found.row().resource().apiVersion() + "/"
                        + found.row().resource().plural() + " " + found.kind().kind())
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE | apps/v1/deployments        | CREATE        | apps | v1    | deployments       | *          | true
            CREATE | apps/v1/deployments        | UPDATE,DELETE | apps | v1    | deployments       | *          | false
            DELETE | apps/v1/deployments        | UPDATE,DELETE | apps | v1    | deployments       | *          | true
            CREATE | apps/v1/deployments        | *             | *    | *     | *                 | *          | true
            CREATE | apps/v1/deployments        | CREATE        | ''   | v1    | deployments       | *          | false
            CREATE | apps/v1/deployments        | CREATE        | apps | v2    | deployments       | *          | false
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | deployments       | *          | false
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | deployments/*     | *          | true
            UPDATE | apps/v1/deployments        | UPDATE        | apps | v1    | deployments/*     | *          | true
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | deployments/scale | *          | true
            UPDATE | apps/v1/deployments        | UPDATE        | apps | v1    | deployments/scale | *          | false
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | */scale           | *          | true
            UPDATE | apps/v1/deployments/status | UPDATE        | apps | v1    | */scale           | *          | false
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | *                 | *          | false
            UPDATE | apps/v1/deployments/scale  | UPDATE        | apps | v1    | */*               | *          | true
            CREATE | apps/v1/deployments        | CREATE        | apps | v1    | deployments       | Namespaced | true
            CREATE | apps/v1/deployments        | CREATE        | apps | v1    | deployments       | Cluster    | false
            CREATE | v1/nodes                   | CREATE        | ''   | v1    | nodes             | Cluster    | true
            CREATE | v1/nodes                   | CREATE        | ''   | v1    | nodes             | Namespaced | false
            CREATE | v1/namespaces              | CREATE        | ''   | v1    | namespaces        | Cluster    | true
            CREATE | v1/namespaces              | CREATE        | ''   | v1    | namespaces        | Namespaced | false
            """)
    void aRuleSaysOperationsResourcesAndScope(
            Operation operation,
            String path,
            String operations,
            String group,
            String version,
            String resource,
            String scope,
            boolean meant) {
        String rules = "{'rules':[{'operations':['" + operations.replace(",", "','") + "'],'apiGroups':['" + group
                + "'],'apiVersions':['" + version + "'],'resources':['" + resource + "'],'scope':'" + scope + "'}]}";
        assertThat(!webhook(rules, new Asked().by(operation).of(path)).isEmpty())
                .isEqualTo(meant);
    }

    @Test
    void theKindIsThatOfWhatASubresourceTakes() {
        String rules = "{'rules':[{'operations':['*'],'apiGroups':['*'],'apiVersions':['*'],'resources':['*/*']}]}";
        assertThat(webhook(rules, new Asked().by(Operation.UPDATE).of("apps/v1/deployments/scale")))
                .isEqualTo("apps/v1/deployments Scale");
        assertThat(webhook(rules, new Asked().by(Operation.UPDATE).of("apps/v1/deployments/status")))
                .isEqualTo("apps/v1/deployments Deployment");
    }

    @Test
    void equivalentMeansOtherVersionsAndGroupsOfTheSameObjects() {
        String rules =
                "{'operations':['*'],'apiGroups':['autoscaling'],'apiVersions':['v1'],'resources':['horizontalpodautoscalers']}";
        Asked v2 = new Asked()
                .of("autoscaling/v2/horizontalpodautoscalers")
                .object(
                        "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','spec':{'metrics':"
                                + "[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':70}}}]}}");
        assertThat(webhook("{'matchPolicy':'Exact','rules':[" + rules + "]}", v2))
                .isEmpty();
        assertThat(webhook("{'matchPolicy':'Equivalent','rules':[" + rules + "]}", v2))
                .isEqualTo("autoscaling/v1/horizontalpodautoscalers HorizontalPodAutoscaler");
        String events =
                "{'operations':['*'],'apiGroups':['events.k8s.io'],'apiVersions':['v1'],'resources':['events']}";
        assertThat(policy("{'matchPolicy':'Equivalent','resourceRules':[" + events + "]}", new Asked().of("v1/events")))
                .isEqualTo("events.k8s.io/v1/events Event");
    }

    @Test
    void theObjectIsSeenInTheFormThatHasMatched() {
        Attributes asked = new Asked()
                .of("autoscaling/v2/horizontalpodautoscalers")
                .object(
                        "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','spec':{'metrics':"
                                + "[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':70}}}]}}")
                .attributes();
        var form = asked.as(asked.others().get(0));
        var seen = asked.in(form).object().orElseThrow();
        assertThat(Json.text(seen, "apiVersion")).isEqualTo("autoscaling/v1");
        assertThat(Json.intOr(0, seen, "spec", "targetCPUUtilizationPercentage"))
                .isEqualTo(70);
        assertThat(asked.in(form)).isSameAs(asked.in(form));
        assertThat(asked.in(asked.asAsked()).object().orElseThrow())
                .isSameAs(asked.object().orElseThrow());
    }

    @Test
    void policiesNameObjectsAndLeaveSomeOut() {
        Asked pod = new Asked().by(Operation.UPDATE).of("v1/pods").named("shop", "web");
        assertThat(policy("{}", pod)).isEqualTo("v1/pods Pod");
        assertThat(policy("{'resourceRules':[" + ALL_OF_PODS + "]}", pod)).isEqualTo("v1/pods Pod");
        String named = ALL_OF_PODS.replace("'resources'", "'resourceNames':['%s'],'resources'");
        assertThat(policy("{'resourceRules':[" + named.formatted("web") + "]}", pod))
                .isEqualTo("v1/pods Pod");
        assertThat(policy("{'resourceRules':[" + named.formatted("db") + "]}", pod))
                .isEmpty();
        assertThat(policy(
                        "{'resourceRules':[" + ALL_OF_PODS + "],'excludeResourceRules':[" + named.formatted("web")
                                + "]}",
                        pod))
                .isEmpty();
        assertThat(policy(
                        "{'resourceRules':[" + ALL_OF_PODS + "],'excludeResourceRules':[" + named.formatted("db")
                                + "]}",
                        pod))
                .isEqualTo("v1/pods Pod");
        assertThat(webhook("{'rules':[]}", pod)).isEmpty();
    }

    @Test
    void anObjectIsSelectedByWhatItIsOrWas() {
        String selector = "{'rules':[" + ALL_OF_PODS + "],'objectSelector':{'matchLabels':{'a':'b'}}}";
        String labelled = "{'metadata':{'labels':{'a':'b'}}}";
        assertThat(webhook(selector, new Asked().object(labelled))).isNotEmpty();
        assertThat(webhook(selector, new Asked().object("{}"))).isEmpty();
        assertThat(webhook(
                        selector, new Asked().by(Operation.UPDATE).object("{}").old(labelled)))
                .isNotEmpty();
        assertThat(webhook(selector, new Asked().by(Operation.DELETE).old(labelled)))
                .isNotEmpty();
        assertThat(webhook(selector, new Asked().by(Operation.DELETE).old("{}")))
                .isEmpty();
    }

    @Test
    void aNamespaceIsSelectedByItsLabels() {
        String all = "{'operations':['*'],'apiGroups':[''],'apiVersions':['v1'],'resources':['*']}";
        String selector = "{'rules':[" + all
                + "],'namespaceSelector':{'matchExpressions':[{'key':'env','operator':'In','values':['prod']}]}}";
        String prod = "{'metadata':{'name':'shop','labels':{'env':'prod'}}}";
        String plain = "{'metadata':{'name':'shop'}}";
        assertThat(webhook(selector, new Asked().beside(Resources.NAMESPACES, prod)))
                .isNotEmpty();
        assertThat(webhook(selector, new Asked().beside(Resources.NAMESPACES, plain)))
                .isEmpty();
        assertThat(webhook(selector, new Asked().of("v1/nodes"))).isNotEmpty();
        Asked namespace = new Asked().of("v1/namespaces").named("", "shop");
        assertThat(webhook(selector, namespace.object(prod))).isNotEmpty();
        assertThat(webhook(selector, namespace.object(plain))).isEmpty();
        assertThat(webhook(selector, namespace.by(Operation.DELETE).beside(Resources.NAMESPACES, prod)))
                .isNotEmpty();
        assertThatThrownBy(() -> webhook(selector, new Asked()))
                .isInstanceOf(ApiException.class)
                .hasMessage("namespaces \"shop\" not found");
        assertThat(webhook(selector.replace("'v1'", "'v2'"), new Asked())).isEmpty();
    }

    @Test
    void theConfigurationOfAdmissionIsExempt() {
        assertThat(RuleMatch.exempt(new Asked()
                        .of("admissionregistration.k8s.io/v1/validatingadmissionpolicies")
                        .attributes()
                        .review()))
                .isTrue();
        assertThat(RuleMatch.exempt(new Asked().attributes().review())).isFalse();
    }

    @Test
    void aRequestIsSaidAsAnAdmissionRequest() {
        Attributes asked = new Asked()
                .of("apps/v1/deployments/scale")
                .by(Operation.UPDATE)
                .query(Map.of("dryRun", "All", "fieldManager", "me"))
                .attributes();
        assertThat(asked.tree(asked.asAsked())).isEqualTo(Asked.tree("""
                {'kind':{'group':'autoscaling','version':'v1','kind':'Scale'},
                 'resource':{'group':'apps','version':'v1','resource':'deployments'},'subResource':'scale',
                 'requestKind':{'group':'autoscaling','version':'v1','kind':'Scale'},
                 'requestResource':{'group':'apps','version':'v1','resource':'deployments'},'requestSubResource':'scale',
                 'name':'web','namespace':'shop','operation':'UPDATE',
                 'userInfo':{'username':'alice','uid':'u1','groups':['dev','system:authenticated'],'extra':{'scopes':['a','b']}},
                 'dryRun':true,
                 'options':{'kind':'UpdateOptions','apiVersion':'meta.k8s.io/v1','fieldManager':'me','dryRun':['All']}}"""));
    }
}
