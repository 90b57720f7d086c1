package io.minik.server.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.server.http.TestApi;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What subresources may change beside their own part, and kinds that others answer for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubresourceMetadataTest {
    private static final String MARK = "'metadata':{'labels':{'by':'status'},'annotations':{'by':'status'}}";
    private static final Resource COMPONENTS = new Resource("", "v1", "componentstatuses", "ComponentStatus", false);

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private KubeObject marked(Resource resource, String namespace, String json) {
        KubeObject made = api.create(resource, namespace, json);
        return api.merge(resource, made.key(), "status", "{" + MARK + ",'spec':{'paused':true}}");
    }

    @Test
    void aStatusWriteMayLabelAPodButGivesItNoOwner() {
        String pod = "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}";
        KubeObject made = api.create(Resources.PODS, "default", pod);
        KubeObject after = api.merge(
                Resources.PODS,
                made.key(),
                "status",
                "{'metadata':{'labels':{'by':'status'},'ownerReferences':[{'apiVersion':'v1','kind':'ConfigMap','name':'x',"
                        + "'uid':'1'}]},'spec':{'hostname':'h'}}");
        assertThat(after.meta().labels()).containsEntry("by", "status");
        assertThat(after.at("metadata").has("ownerReferences")).isFalse();
        assertThat(after.at("spec").has("hostname")).isFalse();
    }

    @Test
    void aDeploymentsLabelsAreNotItsStatus() {
        KubeObject after = marked(
                Resources.DEPLOYMENTS,
                "default",
                "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{"
                        + "'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}");
        assertThat(after.meta().labels()).isEmpty();
        assertThat(after.annotations()).containsEntry("by", "status");
        assertThat(after.at("spec").has("paused")).isFalse();
    }

    @Test
    void ofSomeKindsAStatusWriteMarksNothing() {
        Resource levels = new Resource(
                "flowcontrol.apiserver.k8s.io",
                "v1",
                "prioritylevelconfigurations",
                "PriorityLevelConfiguration",
                false);
        KubeObject made = api.create(
                levels,
                "",
                "{'metadata':{'name':'l'},'spec':{'type':'Limited','limited':{'limitResponse':{'type':'Reject'}}}}");
        KubeObject after = api.merge(levels, made.key(), "status", "{" + MARK + "}");
        assertThat(after.meta().labels()).isEmpty();
        assertThat(after.annotations()).isEmpty();
    }

    @Test
    void anApprovalWritesAnyConditionAndNotesItInTheMetadata() {
        Resource requests = Resources.CERTIFICATE_SIGNING_REQUESTS;
        KubeObject made = api.create(
                requests,
                "",
                "{'metadata':{'name':'r'},'spec':{'request':'eA==','signerName':'a.b/c','usages':['client auth']}}");
        KubeObject after = api.merge(
                requests,
                made.key(),
                "approval",
                "{'metadata':{'annotations':{'patchedapproval':'true'}},'spec':{'usages':['any']},'status':{"
                        + "'certificate':'eA==','conditions':[{'type':'ApprovalPatch','status':'True','reason':'e2e'}]}}");
        assertThat(after.annotations()).containsEntry("patchedapproval", "true");
        assertThat(after.at("status", "conditions").path(0).path("type").asText())
                .isEqualTo("ApprovalPatch");
        assertThat(after.at("status").has("certificate")).isFalse();
        assertThat(after.at("spec", "usages").toString()).isEqualTo("[\"client auth\"]");
    }

    @Test
    void anIngressOfNoClassGetsTheDefaultOne() {
        Resource classes = new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);
        Resource ingresses = new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true);
        String ingress = "{'metadata':{'name':'%s'%s},'spec':{'defaultBackend':{'service':{'name':'s','port':{"
                + "'number':80}}}}}";
        assertThat(api.create(ingresses, "default", ingress.formatted("before", ""))
                        .at("spec")
                        .has("ingressClassName"))
                .isFalse();
        api.create(
                classes,
                "",
                "{'metadata':{'name':'fallback','annotations':{'ingressclass.kubernetes.io/is-default-class':'true'}},"
                        + "'spec':{'controller':'a.b/c'}}");
        assertThat(api.create(ingresses, "default", ingress.formatted("plain", ""))
                        .text("spec", "ingressClassName"))
                .isEqualTo("fallback");
        assertThat(api.create(
                                ingresses,
                                "default",
                                ingress.formatted("old", ",'annotations':{'kubernetes.io/ingress.class':'x'}"))
                        .at("spec")
                        .has("ingressClassName"))
                .isFalse();
    }

    @Test
    void claimsAndVolumesAreGuardedFromTheStart() {
        assertThat(api.create(
                                Resources.PERSISTENT_VOLUME_CLAIMS,
                                "default",
                                "{'metadata':{'name':'c'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{"
                                        + "'storage':'1'}}}}")
                        .meta()
                        .finalizers())
                .containsExactly("kubernetes.io/pvc-protection");
        assertThat(api.create(
                                Resources.PERSISTENT_VOLUMES,
                                "",
                                "{'metadata':{'name':'v','finalizers':['a.b/c']},'spec':{'capacity':{'storage':'1'},"
                                        + "'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/x'}}}")
                        .meta()
                        .finalizers())
                .containsExactly("a.b/c", "kubernetes.io/pv-protection");
    }

    @Test
    void componentsAnswer() {
        List<KubeObject> components = api.list(COMPONENTS, "", Map.of()).items();
        assertThat(components)
                .extracting(KubeObject::name)
                .containsExactly("controller-manager", "etcd-0", "scheduler");
        assertThat(components).allSatisfy(component -> assertThat(
                        component.at("conditions").path(0).path("status").asText())
                .isEqualTo("True"));
        assertThat(api.get(COMPONENTS, "", "etcd-0")
                        .at("conditions")
                        .path(0)
                        .path("message")
                        .asText())
                .isEqualTo("ok");
        assertThatThrownBy(() -> api.get(COMPONENTS, "", "etcd-1"))
                .hasMessage("componentstatuses \"etcd-1\" not found");
        assertThat(api.list(COMPONENTS, "", Map.of("fieldSelector", "metadata.name=scheduler"))
                        .items())
                .hasSize(1);
    }
}
