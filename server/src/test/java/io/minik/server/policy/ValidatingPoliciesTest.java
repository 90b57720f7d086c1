package io.minik.server.policy;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static io.minik.api.meta.Resources.NAMESPACES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What policies refuse, warn of and tell the audit log, on a whole API server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValidatingPoliciesTest {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final Resource POLICIES =
            new Resource(GROUP, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false);
    private static final Resource BINDINGS =
            new Resource(GROUP, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false);
    private static final Resource DEPLOYMENTS = new Resource("apps", "v1", "deployments", "Deployment", true);
    private static final String DEPLOYMENT =
            "{'metadata':{'name':'%s'},'spec':{'replicas':%d,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                    + "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'busybox'}]}}}}";

    private TestApi api;
    private final List<ObjectKey> policies = new ArrayList<>();

    @BeforeAll
    void start() {
        api = new TestApi();
        api.create(NAMESPACES, "", "{'metadata':{'name':'prod','labels':{'env':'prod'}}}");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @AfterEach
    void clear() {
        for (ObjectKey key : policies) {
            api.delete(BINDINGS, key, "{}");
            api.delete(POLICIES, key, "{}");
        }
        policies.clear();
    }

    /** Of config maps. @param more of the spec of the policy, and of the binding */
    private void policy(String more, String binding) {
        policy("configmaps", "", more, binding);
    }

    private void policy(String resource, String group, String more, String binding) {
        ObjectKey key = ObjectKey.cluster("p" + policies.size());
        api.create(
                POLICIES,
                "",
                "{'metadata':{'name':'" + key.name() + "'},'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':['"
                        + group + "'],'apiVersions':['v1'],'operations':['CREATE','UPDATE'],'resources':['" + resource
                        + "']}]}," + more + "}}");
        api.create(
                BINDINGS,
                "",
                "{'metadata':{'name':'" + key.name() + "'},'spec':{'policyName':'" + key.name() + "'," + binding
                        + "}}");
        policies.add(key);
    }

    private static final String DENY = "'validationActions':['Deny']";

    /** @param json with single quotes; double ones stay inside of texts */
    private TestApi.Said configMap(String data) {
        return api.said(
                Verb.CREATE,
                CONFIG_MAPS,
                ObjectKey.of("default", ""),
                Map.of("dryRun", "All"),
                "application/json",
                "{'metadata':{'name':'web','labels':{'a':'b'}},'data':" + data + "}");
    }

    @Test
    void aPolicyRefusesInUpstreamsWords() {
        policy("deployments", "apps", "'validations':[{'expression':'object.spec.replicas <= 5'}]", DENY);
        assertThatThrownBy(() -> api.create(DEPLOYMENTS, "default", DEPLOYMENT.formatted("web", 6)))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    String message = "ValidatingAdmissionPolicy 'p0' with binding 'p0' denied request:"
                            + " failed expression: object.spec.replicas <= 5";
                    assertThat(refused.status().code()).isEqualTo(422);
                    assertThat(refused.status().reason()).isEqualTo(Reason.Invalid);
                    assertThat(refused.getMessage()).isEqualTo("deployments.apps \"web\" is forbidden: " + message);
                    assertThat(refused.status().details().causes())
                            .singleElement()
                            .satisfies(cause -> assertThat(cause.message()).isEqualTo(message));
                    assertThat(refused.status().details().kind()).isEqualTo("deployments");
                });
        api.create(DEPLOYMENTS, "default", DEPLOYMENT.formatted("web", 5));
        assertThatThrownBy(() -> api.merge(DEPLOYMENTS, ObjectKey.of("default", "web"), "", "{'spec':{'replicas':6}}"))
                .hasMessageContaining("denied request");
        api.delete(DEPLOYMENTS, ObjectKey.of("default", "web"), "{}");
    }

    @Test
    void messageReasonAndExpressionSayWhy() {
        policy(
                "'validations':[{'expression':'object.data.n == \\'1\\'','message':'plain','messageExpression':"
                        + "'\\'n is \\' + object.data.n','reason':'Forbidden'}]",
                DENY);
        assertThatThrownBy(() -> configMap("{'n':'2'}")).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.status().code()).isEqualTo(403);
            assertThat(refused.getMessage()).endsWith("denied request: n is 2");
        });
        configMap("{'n':'1'}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'validations':[{'expression':'false','message':'plain','messageExpression':'string(object.data.none)'}] | plain
            'validations':[{'expression':'false','message':'plain','messageExpression':'\\'a\\\\nb\\''}]      | plain
            'validations':[{'expression':'false','messageExpression':'\\' \\''}]                           | failed expression: false
            'validations':[{'expression':' false ','message':' spaced '}]                                  | spaced
            'validations':[{'expression':'object.data.x == \\'1\\''}] | expression 'object.data.x == \"1\"' resulted in error: no such key: x
            """)
    void aMessageFallsBack(String validations, String wanted) {
        policy(validations, DENY);
        assertThatThrownBy(() -> configMap("{'n':'2'}")).hasMessageEndingWith("denied request: " + wanted);
    }

    @Test
    void aFailureIsAdmittedIfThePolicySaysSo() {
        policy("'failurePolicy':'Ignore','validations':[{'expression':'object.data.none == 1'}]", DENY);
        configMap("{'n':'1'}");
        policy("'failurePolicy':'Ignore','validations':[{'expression':'object.data.n == \\'2\\''}]", DENY);
        assertThatThrownBy(() -> configMap("{'n':'1'}")).hasMessageContaining("'p1'");
    }

    @Test
    void actionsWarnAndAudit() {
        policy(
                "'validations':[{'expression':'true'},{'expression':'false','message':'no'}]",
                "'validationActions':['Warn','Audit']");
        TestApi.Said said = configMap("{}");
        assertThat(said.warnings())
                .containsExactly("Validation failed for ValidatingAdmissionPolicy 'p0' with binding 'p0': no");
        assertThat(said.annotations())
                .containsEntry(
                        "validation.policy.admission.k8s.io/validation_failure",
                        "[{\"message\":\"no\",\"policy\":\"p0\",\"binding\":\"p0\",\"expressionIndex\":1,"
                                + "\"validationActions\":[\"Warn\",\"Audit\"]}]");
    }

    @Test
    void valuesGoToTheAuditLog() {
        policy(
                "'auditAnnotations':[{'key':'n','valueExpression':'\\'n is \\' + object.data.n'},"
                        + "{'key':'none','valueExpression':'null'}]",
                DENY);
        assertThat(configMap("{'n':'1'}").annotations()).isEqualTo(Map.of("p0/n", "n is 1"));
        assertThatThrownBy(() -> configMap("{}"))
                .hasMessageEndingWith(
                        "denied request: expression '\"n is \" + object.data.n' resulted in error: no such key: data");
    }

    @Test
    void variablesAreMadeOfOneAnother() {
        policy(
                "'variables':[{'name':'n','expression':'int(object.data.n)'},{'name':'twice','expression':'variables.n * 2'},"
                        + "{'name':'broken','expression':'object.data.none'}],"
                        + "'validations':[{'expression':'variables.twice == 4','messageExpression':'string(variables.n)'}]",
                DENY);
        configMap("{'n':'2'}");
        assertThatThrownBy(() -> configMap("{'n':'3'}")).hasMessageEndingWith("denied request: 3");
        assertThatThrownBy(() -> configMap("{'n':'x'}"))
                .hasMessageContaining(
                        "composited variable \"twice\" fails to evaluate: composited variable \"n\" fails to"
                                + " evaluate: ");
    }

    @Test
    void conditionsDecideBeforeValidations() {
        policy(
                "'matchConditions':[{'name':'c','expression':'object.data.n == \\'1\\''}],'validations':[{'expression':'false'}]",
                DENY);
        configMap("{'n':'2'}");
        assertThatThrownBy(() -> configMap("{'n':'1'}")).hasMessageContaining("failed expression: false");
        assertThatThrownBy(() -> configMap("{'m':'1'}"))
                .hasMessageEndingWith("expression 'object.data.n == \"1\"' resulted in error: no such key: n");
    }

    @Test
    void expressionsSeeNamespaceRequestAndAuthorizer() {
        policy(
                "'validations':[{'expression':'namespaceObject.metadata.name == \\'default\\' && request.operation =="
                        + " \\'CREATE\\' && request.dryRun && authorizer.requestResource.check(\\'create\\').allowed() &&"
                        + " authorizer.serviceAccount(\\'default\\',\\'default\\').group(\\'\\').resource(\\'secrets\\')"
                        + ".namespace(\\'default\\').check(\\'list\\').allowed()'}]",
                DENY);
        // The test's server allows everything.
        configMap("{}");
    }

    @Test
    void parametersComeByName() {
        String kind =
                "'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},'matchConditions':[{'name':'own','expression':"
                        + "'!object.metadata.name.startsWith(\\'limit\\')'}],"
                        + "'validations':[{'expression':'size(object.data) <= int(params.data.most)'}]";
        policy(kind, DENY + ",'paramRef':{'name':'limit','namespace':'prod','parameterNotFoundAction':'Deny'}");
        assertThatThrownBy(() -> configMap("{'a':'1'}"))
                .hasMessageEndingWith(
                        "denied request: failed to configure binding: no params found for policy binding with"
                                + " `Deny` parameterNotFoundAction");
        policies.forEach(key -> api.delete(BINDINGS, key, "{}"));
        api.create(CONFIG_MAPS, "prod", "{'metadata':{'name':'limit'},'data':{'most':'1'}}");
        api.create(
                BINDINGS,
                "",
                "{'metadata':{'name':'p0'},'spec':{'policyName':'p0'," + DENY
                        + ",'paramRef':{'name':'limit','namespace':'prod','parameterNotFoundAction':'Deny'}}}");
        configMap("{'a':'1'}");
        assertThatThrownBy(() -> configMap("{'a':'1','b':'2'}")).hasMessageContaining("denied request");
        api.delete(CONFIG_MAPS, ObjectKey.of("prod", "limit"), "{}");
    }

    @Test
    void parametersComeBySelectorAndAllMustBeMet() {
        for (String name : List.of("one", "two")) {
            api.create(
                    CONFIG_MAPS,
                    "default",
                    "{'metadata':{'name':'" + name + "','labels':{'kind':'limit'}},'data':{'least':'"
                            + (name.equals("one") ? 1 : 2) + "'}}");
        }
        policy(
                "'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},"
                        + "'validations':[{'expression':'size(object.data) >= int(params.data.least)','messageExpression':"
                        + "'\\'fewer than \\' + params.data.least'}]",
                DENY + ",'paramRef':{'selector':{'matchLabels':{'kind':'limit'}},'parameterNotFoundAction':'Allow'}");
        configMap("{'a':'1','b':'2'}");
        assertThatThrownBy(() -> configMap("{'a':'1'}")).hasMessageEndingWith("fewer than 2");
        for (String name : List.of("one", "two")) {
            api.delete(CONFIG_MAPS, ObjectKey.of("default", name), "{}");
        }
        configMap("{'a':'1'}");
    }

    @Test
    void whatIsMissingRefusesOrDoesNot() {
        policy(
                "'paramKind':{'apiVersion':'example.com/v1','kind':'Nothing'},'validations':[{'expression':'true'}]",
                DENY);
        assertThatThrownBy(() -> configMap("{}"))
                .hasMessageEndingWith(
                        "ValidatingAdmissionPolicy 'p0' denied request: failed to configure policy: failed to"
                                + " find resource referenced by paramKind: 'example.com/v1, Kind=Nothing'");
    }

    @Test
    void aClusterWideParameterHasNoNamespace() {
        policy(
                "'paramKind':{'apiVersion':'v1','kind':'Namespace'},'validations':[{'expression':'params.metadata.name =="
                        + " \\'prod\\''}]",
                DENY + ",'paramRef':{'name':'prod','namespace':'default','parameterNotFoundAction':'Deny'}");
        assertThatThrownBy(() -> configMap("{}"))
                .hasMessageEndingWith("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
    }

    @Test
    void aBindingNarrowsWhereThePolicyHolds() {
        policy(
                "'validations':[{'expression':'false'}]",
                DENY + ",'matchResources':{'namespaceSelector':{'matchLabels':{'env':'prod'}}}");
        configMap("{}");
        assertThatThrownBy(() -> api.create(CONFIG_MAPS, "prod", "{'metadata':{'name':'web'}}"))
                .hasMessageContaining("failed expression: false");
    }

    @Test
    void withoutABindingNothingHolds() {
        policy("'validations':[{'expression':'false'}]", DENY);
        assertThatThrownBy(() -> configMap("{}")).hasMessageContaining("denied");
        api.delete(BINDINGS, policies.get(0), "{}");
        configMap("{}");
        api.create(BINDINGS, "", "{'metadata':{'name':'p0'},'spec':{'policyName':'p0'," + DENY + "}}");
    }

    @Test
    void aPolicyCannotCloseItsOwnDoor() {
        policy("*", "*", "'validations':[{'expression':'false'}]", DENY);
        assertThatThrownBy(() -> configMap("{}")).hasMessageContaining("failed expression: false");
    }

    @Test
    void aBudgetEndsWhatIsDear() {
        StringBuilder all = new StringBuilder();
        for (int at = 0; at < 15; at++) {
            all.append(at == 0 ? "" : ",")
                    .append("{'expression':'[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b,"
                            + " [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e,"
                            + " a + b + c + d + e > 0)))))'}");
        }
        policy("'validations':[" + all + "]", DENY);
        assertThatThrownBy(() -> configMap("{}")).hasMessageContaining("cost");
    }
}
