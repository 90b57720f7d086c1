package io.minik.server.admission;

import static io.minik.api.meta.Resources.DEPLOYMENTS;
import static io.minik.api.meta.Resources.NAMESPACES;
import static io.minik.api.meta.Resources.PODS;
import static io.minik.api.meta.Resources.SERVICE_ACCOUNTS;
import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.podsecurity.Policy;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodSecurityTest {
    private static final String POD =
            "{'metadata':{'name':'%s'},'spec':{'containers':[{'name':'c','image':'busybox'%s}]%s}}";
    private static final String PRIVILEGED = ",'securityContext':{'privileged':true}";

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi(
                new PodSecurityConfig(Policy.PRIVILEGED, Set.of("exempt-user"), Set.of("exempt"), Set.of("sandboxed")));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private void namespace(String name, String labels) {
        api.create(NAMESPACES, "", "{'metadata':{'name':'" + name + "','labels':{" + labels + "}}}");
        api.create(SERVICE_ACCOUNTS, name, "{'metadata':{'name':'default'}}");
    }

    private static String label(String mode, String value) {
        return "'pod-security.kubernetes.io/" + mode + "':'" + value + "'";
    }

    private List<String> warned(Resource resource, String namespace, String json) {
        return api.said(resource, namespace, json).warnings();
    }

    @Test
    void anEnforcedLevelRefusesPodsAndOnlyThem() {
        namespace("base", label("enforce", "baseline"));
        assertThatThrownBy(() -> api.create(PODS, "base", POD.formatted("p", PRIVILEGED, "")))
                .hasMessage("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": privileged (container"
                        + " \"c\" must not set securityContext.privileged=true)");
        api.create(PODS, "base", POD.formatted("plain", "", ""));
        assertThat(warned(
                        DEPLOYMENTS,
                        "base",
                        "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{"
                                + "'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'" + PRIVILEGED
                                + "}]}}}}"))
                .isEmpty();
    }

    @Test
    void templatesOfWorkloadsWarn() {
        namespace(
                "warned",
                label("enforce", "baseline") + "," + label("warn", "restricted") + ","
                        + label("warn-version", "v1.20"));
        String template = "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'restartPolicy':'%s','containers':[{"
                + "'name':'c','image':'i','securityContext':{'allowPrivilegeEscalation':false,'runAsNonRoot':true}}]}}";
        String warning = "would violate PodSecurity \"restricted:v1.20\": seccompProfile (pod or container \"c\" must"
                + " set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
        String selector = "'selector':{'matchLabels':{'a':'b'}},";
        for (String plural : List.of("deployments", "replicasets", "daemonsets", "statefulsets")) {
            Resource kind = new Resource("apps", "v1", plural, "x", true);
            assertThat(warned(
                            kind,
                            "warned",
                            "{'metadata':{'name':'w'},'spec':{" + selector + template.formatted("Always") + "}}"))
                    .as(plural)
                    .containsExactly(warning);
        }
        assertThat(warned(
                        new Resource("batch", "v1", "jobs", "Job", true),
                        "warned",
                        "{'metadata':{'name':'w'},'spec':{" + template.formatted("Never") + "}}"))
                .containsExactly(warning);
        assertThat(warned(
                        new Resource("batch", "v1", "cronjobs", "CronJob", true),
                        "warned",
                        "{'metadata':{'name':'w'},'spec':{'schedule':'* * * * *','jobTemplate':{'spec':{"
                                + template.formatted("Never") + "}}}}"))
                .containsExactly(warning);
        assertThat(warned(
                        new Resource("", "v1", "podtemplates", "PodTemplate", true),
                        "warned",
                        "{'metadata':{'name':'w'}," + template.formatted("Always") + "}"))
                .containsExactly(warning);
        assertThat(warned(
                        new Resource("", "v1", "replicationcontrollers", "ReplicationController", true),
                        "warned",
                        "{'metadata':{'name':'w'},'spec':{'selector':{'a':'b'}," + template.formatted("Always") + "}}"))
                .containsExactly(warning);
    }

    @Test
    void misspeltLabelsAreRefusedOnNamespaces() {
        assertThatThrownBy(() -> namespace("wrong", label("enforce", "baselin") + "," + label("warn-version", "1.30")))
                .hasMessage(
                        "Namespace \"wrong\" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid"
                                + " value: \"baselin\": must be one of privileged, baseline, restricted,"
                                + " metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.30\": must be"
                                + " \"latest\" or \"v1.x\"]");
        namespace("right", label("enforce", "privileged"));
        assertThatThrownBy(() -> api.merge(
                        NAMESPACES,
                        ObjectKey.cluster("right"),
                        "",
                        "{'metadata':{'labels':{" + label("audit", "x") + "}}}"))
                .hasMessageContaining("metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: \"x\"");
    }

    @Test
    void updatesThatChangeNothingOfConcernPassAndNewImagesAreLookedAt() {
        namespace("late", "");
        api.create(PODS, "late", POD.formatted("p", PRIVILEGED, ""));
        api.merge(
                NAMESPACES,
                ObjectKey.cluster("late"),
                "",
                "{'metadata':{'labels':{" + label("enforce", "baseline") + "}}}");
        ObjectKey pod = ObjectKey.of("late", "p");
        api.merge(PODS, pod, "", "{'metadata':{'labels':{'a':'b'}}}");
        api.merge(PODS, pod, "status", "{'status':{'phase':'Running'}}");
        assertThatThrownBy(() -> api.said(
                        Verb.PATCH,
                        PODS,
                        pod,
                        Map.of(),
                        "application/strategic-merge-patch+json",
                        "{'spec':{'containers':[{'name':'c','image':'other'}]}}"))
                .hasMessageStartingWith("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\"");
    }

    @Test
    void ephemeralContainersAreHeldToIt() {
        namespace("debug", label("enforce", "baseline"));
        api.create(PODS, "debug", POD.formatted("p", "", ""));
        ObjectKey pod = ObjectKey.of("debug", "p");
        assertThatThrownBy(() -> api.merge(
                        PODS,
                        pod,
                        "ephemeralcontainers",
                        "{'spec':{'ephemeralContainers':[{'name':'e','image':'i'" + PRIVILEGED + "}]}}"))
                .hasMessageContaining("privileged (container \"e\" must not set securityContext.privileged=true)");
        api.merge(PODS, pod, "ephemeralcontainers", "{'spec':{'ephemeralContainers':[{'name':'e','image':'i'}]}}");
    }

    @Test
    void whoTightensANamespaceHearsOfThePodsThatAreThere() {
        namespace("old", "");
        api.create(PODS, "old", POD.formatted("b", PRIVILEGED, ""));
        api.create(PODS, "old", POD.formatted("a", PRIVILEGED, ""));
        api.create(PODS, "old", POD.formatted("n", "", ",'hostNetwork':true"));
        api.create(PODS, "old", POD.formatted("fine", "", ""));
        assertThat(api.mergeSaid(
                                NAMESPACES,
                                ObjectKey.cluster("old"),
                                "{'metadata':{'labels':{" + label("enforce", "baseline") + "}}}")
                        .warnings())
                .containsExactly(
                        "existing pods in namespace \"old\" violate the new PodSecurity enforce level"
                                + " \"baseline:latest\"",
                        "a (and 1 other pod): privileged",
                        "n: host namespaces");
        assertThat(api.mergeSaid(
                                NAMESPACES,
                                ObjectKey.cluster("old"),
                                "{'metadata':{'labels':{" + label("enforce", "privileged") + "}}}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void exemptionsAreByNamespaceUserAndRuntimeClass() {
        api.create(
                new Resource("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false),
                "",
                "{'metadata':{'name':'sandboxed'},'handler':'runc'}");
        assertThat(warned(
                        NAMESPACES,
                        "",
                        "{'metadata':{'name':'exempt','labels':{" + label("enforce", "restricted") + "}}}"))
                .containsExactly("namespace \"exempt\" is exempt from Pod Security, and the policy"
                        + " (enforce=restricted:latest) will be ignored");
        api.create(SERVICE_ACCOUNTS, "exempt", "{'metadata':{'name':'default'}}");
        api.create(PODS, "exempt", POD.formatted("p", PRIVILEGED, ""));
        namespace("strict", label("enforce", "restricted"));
        api.create(PODS, "strict", POD.formatted("sandboxed", PRIVILEGED, ",'runtimeClassName':'sandboxed'"));
        Future<KubeObject> byExempt =
                api.createAs("exempt-user", PODS, "strict", POD.formatted("by-exempt", PRIVILEGED, ""));
        assertThat(await(byExempt).name()).isEqualTo("by-exempt");
        assertThatThrownBy(() -> await(api.createAs("other", PODS, "strict", POD.formatted("q", PRIVILEGED, ""))))
                .hasMessageContaining("violates PodSecurity \"restricted:latest\"");
    }

    @Test
    void theAuditLogHearsWhatWouldBeRefused() {
        namespace("audited", label("audit", "baseline"));
        assertThat(api.said(PODS, "audited", POD.formatted("p", PRIVILEGED, "")).annotations())
                .containsEntry("pod-security.kubernetes.io/enforce-policy", "privileged:latest")
                .containsEntry(
                        "pod-security.kubernetes.io/audit-violations",
                        "would violate PodSecurity \"baseline:latest\": privileged (container \"c\" must not set"
                                + " securityContext.privileged=true)");
    }
}
