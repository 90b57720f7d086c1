package io.minik.server.admission;

import static io.minik.api.meta.Resources.NODES;
import static io.minik.api.meta.Resources.PERSISTENT_VOLUME_CLAIMS;
import static io.minik.api.meta.Resources.PODS;
import static io.minik.api.meta.Resources.SERVICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Steps that are asked only if a flag says so, and those that are left out if one does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdmissionPluginsTest {
    private static final Resource CLASSES =
            new Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    private static final String POD = "{'metadata':{'name':'%s'},'spec':{'containers':[{'name':'c','image':'busybox:1',"
            + "'imagePullPolicy':'IfNotPresent','resources':{'requests':{'example.com/gpu':'1','cpu':'1'},'limits':"
            + "{'example.com/gpu':'1'}}}]}}";
    private static final String SERVICE =
            "{'metadata':{'name':'%s'},'spec':{'ports':[{'port':80}],'externalIPs':['192.0.2.9']}}";

    private TestApi usual;
    private TestApi other;

    @BeforeAll
    void start() {
        usual = new TestApi();
        other = new TestApi(AdmissionPlugins.of(
                List.of(
                        "AlwaysPullImages",
                        "ExtendedResourceToleration",
                        "TaintNodesByCondition",
                        "DenyServiceExternalIPs"),
                List.of("DefaultTolerationSeconds", "ServiceAccount", "PersistentVolumeClaimResize")));
    }

    @AfterAll
    void stop() {
        usual.close();
        other.close();
    }

    @Test
    void imagesAreAlwaysPulledIfThatIsSaid() {
        KubeObject pod = other.create(PODS, "default", POD.formatted("a"));
        assertThat(pod.at("spec", "containers").path(0).path("imagePullPolicy").asText())
                .isEqualTo("Always");
        assertThat(pod.at("spec", "tolerations"))
                .isEqualTo(TestApi.tree("{'t':[{'key':'example.com/gpu','operator':'Exists','effect':'NoSchedule'}]}")
                        .path("t"));
        assertThat(pod.at("spec", "volumes").isMissingNode()).isTrue();
        KubeObject plain = usual.create(PODS, "default", POD.formatted("a"));
        assertThat(plain.at("spec", "containers")
                        .path(0)
                        .path("imagePullPolicy")
                        .asText())
                .isEqualTo("IfNotPresent");
        assertThat(plain.at("spec", "tolerations")).hasSize(2);
        assertThat(plain.at("spec", "volumes")).hasSize(1);
    }

    @Test
    void aNewNodeIsTaintedIfThatIsSaid() {
        String node = "{'metadata':{'name':'n'}}";
        assertThat(other.create(NODES, "", node).at("spec", "taints"))
                .isEqualTo(TestApi.tree("{'t':[{'key':'node.kubernetes.io/not-ready','effect':'NoSchedule'}]}")
                        .path("t"));
        assertThat(usual.create(NODES, "", node).at("spec", "taints").isMissingNode())
                .isTrue();
    }

    @Test
    void externalAddressesAreDeniedIfThatIsSaid() {
        assertThatThrownBy(() -> other.create(SERVICES, "default", SERVICE.formatted("s")))
                .hasMessage("services \"s\" is forbidden: Use of external IPs is denied by admission control.");
        usual.create(SERVICES, "default", SERVICE.formatted("s"));
    }

    @Test
    void aClaimGrowsOnlyWhereItsClassLetsIt() {
        for (TestApi api : List.of(usual, other)) {
            for (String name : List.of("fixed", "growing")) {
                api.create(
                        CLASSES,
                        "",
                        "{'metadata':{'name':'" + name + "'},'provisioner':'example.com/p','allowVolumeExpansion':"
                                + name.equals("growing") + "}");
                KubeObject claim = api.create(
                        PERSISTENT_VOLUME_CLAIMS,
                        "default",
                        "{'metadata':{'name':'" + name + "'},'spec':{'storageClassName':'" + name
                                + "','accessModes':['ReadWriteOnce'],'volumeName':'v','resources':{'requests':{'storage':"
                                + "'1Gi'}}}}");
                api.merge(PERSISTENT_VOLUME_CLAIMS, claim.key(), "status", "{'status':{'phase':'Bound'}}");
            }
        }
        String more = "{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}";
        usual.merge(PERSISTENT_VOLUME_CLAIMS, key("growing"), "", more);
        assertThatThrownBy(() -> usual.merge(PERSISTENT_VOLUME_CLAIMS, key("fixed"), "", more))
                .hasMessage(
                        "persistentvolumeclaims \"fixed\" is forbidden: only dynamically provisioned pvc can be resized"
                                + " and the storageclass that provisions the pvc must support resize");
        other.merge(PERSISTENT_VOLUME_CLAIMS, key("fixed"), "", more);
    }

    private static ObjectKey key(String name) {
        return ObjectKey.of("default", name);
    }

    @Test
    void whatIsUnknownIsSaidSo() {
        assertThatThrownBy(() -> AdmissionPlugins.of(List.of("X"), List.of()))
                .hasMessage("enable-admission-plugins plugin \"X\" is unknown");
        assertThatThrownBy(() -> AdmissionPlugins.of(List.of(), List.of("X")))
                .hasMessage("disable-admission-plugins plugin \"X\" is unknown");
        assertThatThrownBy(() -> AdmissionPlugins.of(List.of("Priority"), List.of("Priority")))
                .hasMessage("[Priority] in enable-admission-plugins and disable-admission-plugins overlapped");
        assertThatThrownBy(() -> AdmissionPlugins.of(List.of("PodNodeSelector"), List.of()))
                .hasMessage("enable-admission-plugins plugin \"PodNodeSelector\" is none that minik has");
    }
}
