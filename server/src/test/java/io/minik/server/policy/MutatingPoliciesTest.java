package io.minik.server.policy;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static io.minik.api.meta.Resources.PODS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
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

/** What policies make of objects, on a whole API server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutatingPoliciesTest {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final Resource POLICIES =
            new Resource(GROUP, "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false);
    private static final Resource BINDINGS =
            new Resource(GROUP, "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false);
    private static final Resource DEPLOYMENTS = new Resource("apps", "v1", "deployments", "Deployment", true);

    private TestApi api;
    private final List<ObjectKey> policies = new ArrayList<>();

    @BeforeAll
    void start() {
        api = new TestApi();
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

    private void policy(String resource, String group, String more, String mutations) {
        ObjectKey key = ObjectKey.cluster("p" + policies.size());
        api.create(
                POLICIES,
                "",
                "{'metadata':{'name':'" + key.name() + "'},'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':['"
                        + group + "'],'apiVersions':['v1'],'operations':['CREATE','UPDATE'],'resources':['" + resource
                        + "']}]}," + more + "'mutations':[" + mutations + "]}}");
        api.create(
                BINDINGS, "", "{'metadata':{'name':'" + key.name() + "'},'spec':{'policyName':'" + key.name() + "'}}");
        policies.add(key);
    }

    private static final String NEVER = "'reinvocationPolicy':'Never',";
    private static final String IF_NEEDED = "'reinvocationPolicy':'IfNeeded',";

    /** @param expression with single quotes */
    private static String apply(String expression) {
        return "{'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'" + expression.replace("'", "\\'")
                + "'}}";
    }

    private static String json(String expression) {
        return "{'patchType':'JSONPatch','jsonPatch':{'expression':'" + expression.replace("'", "\\'") + "'}}";
    }

    private KubeObject configMap(String data) {
        return api.said(
                        Verb.CREATE,
                        CONFIG_MAPS,
                        ObjectKey.of("default", ""),
                        Map.of("dryRun", "All"),
                        "application/json",
                        "{'metadata':{'name':'web'},'data':" + data + "}")
                .object();
    }

    @Test
    void anApplyConfigurationIsMergedByTheTypesOfLists() {
        policy(
                "pods",
                "",
                NEVER,
                apply("Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'side', image:"
                        + " 'proxy', restartPolicy: 'Always'}], containers: object.spec.containers.map(c,"
                        + " Object.spec.containers{name: c.name, env: [Object.spec.containers.env{name: 'A', value:"
                        + " 'b'}]})}}"));
        KubeObject pod = api.create(
                PODS,
                "default",
                "{'metadata':{'name':'web'},'spec':{'containers':[{'name':'c','image':'busybox','args':['x']},"
                        + "{'name':'d','image':'busybox','env':[{'name':'Z','value':'y'}]}]}}");
        assertThat(pod.at("spec", "initContainers").path(0).path("image").asText())
                .isEqualTo("proxy");
        assertThat(pod.at("spec", "initContainers")
                        .path(0)
                        .path("terminationMessagePath")
                        .asText())
                .isEqualTo("/dev/termination-log");
        var containers = pod.at("spec", "containers");
        assertThat(containers).hasSize(2);
        assertThat(containers.path(0).path("args").path(0).asText()).isEqualTo("x");
        assertThat(containers.path(0).path("env")).hasSize(1);
        assertThat(containers.path(1).path("env")).hasSize(2);
        api.delete(PODS, pod.key(), "{'gracePeriodSeconds':0}");
    }

    /** As the Kubernetes documentation writes it. */
    @Test
    void aSidecarIsPutInUnlessItIsThere() {
        policy(
                "pods",
                "",
                IF_NEEDED
                        + "'matchConditions':[{'name':'c','expression':'!object.spec.?initContainers.orValue([]).exists(ic,"
                        + " ic.name == \\'mesh-proxy\\')'}],",
                apply("Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'mesh-proxy', image:"
                        + " 'mesh/proxy:v1', restartPolicy: 'Always'}]}}"));
        KubeObject pod = api.create(
                PODS, "default", "{'metadata':{'name':'web'},'spec':{'containers':[{'name':'c','image':'busybox'}]}}");
        assertThat(pod.at("spec", "initContainers")).hasSize(1);
        api.delete(PODS, pod.key(), "{'gracePeriodSeconds':0}");
    }

    @Test
    void aJsonPatchIsDoneAsItIsWritten() {
        policy(
                "configmaps",
                "",
                NEVER,
                json(
                        "[JSONPatch{op: 'test', path: '/data/a', value: '1'}, JSONPatch{op: 'add', path: '/metadata/labels',"
                                + " value: Object.metadata.labels{}}, JSONPatch{op: 'add', path: '/metadata/labels/' +"
                                + " jsonpatch.escapeKey('x/y'), value: 'yes'}]"));
        assertThat(configMap("{'a':'1'}").meta().labels()).isEqualTo(Map.of("x/y", "yes"));
        assertThat(configMap("{'a':'2'}").meta().labels()).isEmpty();
    }

    @Test
    void mutationsSeeWhatThoseBeforeLeft() {
        policy(
                "configmaps",
                "",
                NEVER,
                json("[JSONPatch{op: 'add', path: '/data/b', value: object.data.a + '!'}]") + ","
                        + json("[JSONPatch{op: 'add', path: '/data/c', value: object.data.b + '!'}]"));
        policy("configmaps", "", NEVER, json("[JSONPatch{op: 'add', path: '/data/d', value: object.data.c + '!'}]"));
        assertThat(configMap("{'a':'1'}").text("data", "d")).isEqualTo("1!!!");
    }

    @Test
    void aPolicyIsAskedAgainWhenOthersChangeWhatItSaw() {
        String count = "[JSONPatch{op: 'add', path: '/data/n', value: has(object.data.n) ? object.data.n + 'i' : 'i'}]";
        policy("configmaps", "", IF_NEEDED, json(count));
        policy("configmaps", "", NEVER, json("[JSONPatch{op: 'add', path: '/data/other', value: 'x'}]"));
        assertThat(configMap("{'a':'1'}").text("data", "n")).isEqualTo("ii");
    }

    @Test
    void aPolicyThatNobodyChangesAfterIsAskedOnce() {
        String count = "[JSONPatch{op: 'add', path: '/data/n', value: has(object.data.n) ? object.data.n + 'i' : 'i'}]";
        policy("configmaps", "", NEVER, json(count));
        policy("configmaps", "", NEVER, json("[JSONPatch{op: 'add', path: '/data/other', value: 'x'}]"));
        assertThat(configMap("{'a':'1'}").text("data", "n")).isEqualTo("i");
    }

    @Test
    void aScaleIsChangedAsAScale() {
        policy("deployments/scale", "apps", NEVER, apply("Object{spec: Object.spec{replicas: 2}}"));
        KubeObject made = api.create(
                DEPLOYMENTS,
                "default",
                "{'metadata':{'name':'scaled'},'spec':{'replicas':1,'selector':{'matchLabels':{'a':'b'}},'template':"
                        + "{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'busybox'}]}}}}");
        api.merge(DEPLOYMENTS, made.key(), "scale", "{'spec':{'replicas':9}}");
        assertThat(api.get(DEPLOYMENTS, "default", "scaled")
                        .at("spec", "replicas")
                        .asInt())
                .isEqualTo(2);
        api.delete(DEPLOYMENTS, made.key(), "{}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            Object{data: {'a': object.data.none}} | expression 'Object{data: {"a": object.data.none}}' resulted in error: no such key: none
            Object{metadata: Object.spec{}} | type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type
            Object{nothing: 'x'} | error applying patch: failed to convert patch object to typed object: .nothing: field not declared in schema
            """)
    void whatCannotBeFollowedRefuses(String expression, String wanted) {
        policy("configmaps", "", NEVER, apply(expression));
        assertThatThrownBy(() -> configMap("{'a':'1'}")).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.status().code()).isEqualTo(403);
            assertThat(refused.getMessage())
                    .startsWith("policy 'p0' with binding 'p0' denied request: ")
                    .contains(wanted);
        });
        clear();
        policy("configmaps", "", NEVER + "'failurePolicy':'Ignore',", apply(expression));
        assertThat(configMap("{'a':'1'}").text("data", "a")).isEqualTo("1");
    }

    @Test
    void whatCanOnlyBeReplacedAsAWholeIsNot() {
        policy("pods", "", NEVER, apply("Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'a'}]}}"));
        assertThatThrownBy(() -> api.create(
                        PODS,
                        "default",
                        "{'metadata':{'name':'web'},'spec':{'containers':[{'name':'c','image':'busybox'}]}}"))
                .hasMessageContaining("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs:"
                        + " .spec.tolerations");
    }

    @Test
    void conditionsAndParametersHoldHereToo() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'values'},'data':{'v':'42'}}");
        policy(
                "configmaps",
                "",
                NEVER
                        + "'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},'matchConditions':[{'name':'c','expression':"
                        + "'has(object.data.a)'}],'variables':[{'name':'v','expression':'params.data.v'}],",
                json("[JSONPatch{op: 'add', path: '/data/v', value: variables.v}]"));
        api.delete(BINDINGS, policies.get(0), "{}");
        api.create(
                BINDINGS,
                "",
                "{'metadata':{'name':'p0'},'spec':{'policyName':'p0','paramRef':{'name':'values','parameterNotFoundAction':"
                        + "'Deny'}}}");
        assertThat(configMap("{'a':'1'}").text("data", "v")).isEqualTo("42");
        assertThat(configMap("{'b':'1'}").text("data", "v")).isEmpty();
        api.delete(CONFIG_MAPS, ObjectKey.of("default", "values"), "{}");
    }

    @Test
    void anObjectKeepsItsName() {
        policy("configmaps", "", NEVER, json("[JSONPatch{op: 'replace', path: '/metadata/name', value: 'other'}]"));
        assertThatThrownBy(() -> configMap("{}")).hasMessageContaining("metadata.name: Invalid value: \"other\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'patchType':'JSONPatch','jsonPatch':{'expression':'[1]'}} | spec.mutations[0].jsonPatch.expression: Invalid value: "[1]": must evaluate to list(JSONPatch) but got list(int)
            {'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'{}'}} | must evaluate to Object but got map
            {'patchType':'ApplyConfiguration'} | spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration
            {'patchType':'JSONPatch','jsonPatch':{'expression':'[JSONPatch{a: 1}]'}} | undefined field 'a'
            {'patchType':'JSONPatch','jsonPatch':{'expression':'[JSONPatch{op: 1}]'}} | expected type of field 'op' is 'string' but provided type is 'int'
            {'patchType':'JSONPatch','jsonPatch':{'expression':'[Other{}]'}} | undeclared reference to 'Other' (in container '')
            """)
    void aPolicyThatCouldNotBeFollowedIsRefused(String mutation, String wanted) {
        assertThatThrownBy(() -> policy("configmaps", "", NEVER, mutation)).hasMessageContaining(wanted);
    }
}
