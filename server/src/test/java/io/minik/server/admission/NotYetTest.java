package io.minik.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.server.http.TestApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NotYetTest {
    private static final Path DOCUMENT = Path.of("../docs/compat.md");
    private static final String BEGIN = "<!-- from Unserved.java; NotYetTest -Dgolden=update rewrites it -->\n";
    private static final String END = "<!-- end -->\n";
    private static final Schema SCHEMA = Schema.load();

    private static final String DEFINITION = "'metadata':{'name':'%s.b.c'},'spec':{'group':'b.c','scope':'Namespaced',"
            + "'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{%s'type':'object',"
            + "'properties':{'spec':{'type':'object','properties':{'a':{'type':'string'}}}}}}%s}],'names':{'plural':'%s',"
            + "'kind':'A'}%s}";
    private static final String POD = "'spec':{'containers':[{'name':'c','image':'i'%s}]%s}";
    private static final String CLAIM =
            "'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1'}}%s}";
    private static final String VOLUME =
            "'spec':{'capacity':{'storage':'1'},'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/x'}%s}";
    private static final String DEVICES = "'devices':{'requests':[{'name':'r','exactly':{'deviceClassName':'d'}}]}";

    /** Of each entry, by what it is of, an object that is concerned; without metadata unless that is the concern. */
    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry(
                    "x-kubernetes-validations",
                    DEFINITION.formatted("as", "'x-kubernetes-validations':[{'rule':'true'}],", "", "as", "")),
            Map.entry(
                    "selectableFields",
                    DEFINITION.formatted("cs", "", ",'selectableFields':[{'jsonPath':'.spec.a'}]", "cs", "")),
            Map.entry("FlowSchema", "'spec':{'priorityLevelConfiguration':{'name':'p'}}"),
            Map.entry(
                    "PriorityLevelConfiguration",
                    "'spec':{'type':'Limited','limited':{'limitResponse':{'type':'Reject'}}}"),
            Map.entry("a range of IPv6 in a ServiceCIDR", "'spec':{'cidrs':['fd00:99::/112']}"),
            Map.entry("a Service of type LoadBalancer", "'spec':{'type':'LoadBalancer','ports':[{'port':80}]}"),
            Map.entry(
                    "HorizontalPodAutoscaler",
                    "'spec':{'maxReplicas':2,'scaleTargetRef':{'kind':'Deployment','name':'d'}}"),
            Map.entry(
                    "a StorageClass with a provisioner of others",
                    "'metadata':{'name':'dynamic'},'provisioner':'x.y/z'"),
            Map.entry(
                    "a claim of a StorageClass with a provisioner of others",
                    CLAIM.formatted(",'storageClassName':'provisioned'")),
            Map.entry(
                    "spec.dataSource",
                    CLAIM.formatted(",'storageClassName':'','dataSource':{'kind':'PersistentVolumeClaim','name':'x'}")),
            Map.entry(
                    "reclaim policies other than Retain of volumes made by hand",
                    VOLUME.formatted(",'persistentVolumeReclaimPolicy':'Delete'")),
            Map.entry("spec.mountOptions", VOLUME.formatted(",'mountOptions':['ro']")),
            Map.entry("VolumeAttributesClass", "'driverName':'d.e','parameters':{'a':'b'}"),
            Map.entry("CSIDriver", "'metadata':{'name':'x.y'},'spec':{}"),
            Map.entry("CSINode", "'spec':{'drivers':[]}"),
            Map.entry("CSIStorageCapacity", "'storageClassName':'x'"),
            Map.entry(
                    "VolumeAttachment",
                    "'spec':{'attacher':'x.y','nodeName':'n','source':{'persistentVolumeName':'v'}}"),
            Map.entry("ResourceClaim", "'spec':{" + DEVICES + "}"),
            Map.entry("ResourceClaimTemplate", "'spec':{'spec':{" + DEVICES + "}}"),
            Map.entry("DeviceClass", "'spec':{}"),
            Map.entry(
                    "ResourceSlice",
                    "'spec':{'driver':'x.y','nodeName':'n','pool':{'name':'p','resourceSliceCount':1,'generation':1}}"),
            Map.entry(
                    "spec.resourceClaims",
                    POD.formatted("", ",'resourceClaims':[{'name':'r','resourceClaimName':'x'}]")),
            Map.entry(
                    "securityContext.seLinuxOptions",
                    POD.formatted(",'securityContext':{'seLinuxOptions':{'level':'s0'}}", "")),
            Map.entry(
                    "securityContext.windowsOptions",
                    POD.formatted("", ",'securityContext':{'windowsOptions':{'runAsUserName':'u'}}")),
            Map.entry(
                    "the annotations kubernetes.io/ingress-bandwidth and kubernetes.io/egress-bandwidth",
                    "'metadata':{'generateName':'x','annotations':{'kubernetes.io/egress-bandwidth':'1M'}},"
                            + POD.formatted("", "")),
            Map.entry("spec.hostnameOverride", POD.formatted("", ",'hostnameOverride':'h'")),
            Map.entry(
                    "volumeDevices",
                    POD.formatted(
                            ",'volumeDevices':[{'name':'v','devicePath':'/dev/x'}]",
                            ",'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'x'}}]")));

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
        api.create(Resources.STORAGE_CLASSES, "", "{'metadata':{'name':'provisioned'},'provisioner':'x.y/z'}");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    static List<Unserved> entries() {
        return Unserved.ALL;
    }

    private static Resource resource(String groupResource) {
        return SCHEMA.kinds().stream()
                .map(KindRow::resource)
                .filter(resource -> resource.groupResource().equals(groupResource))
                .findFirst()
                .orElseThrow();
    }

    private static String example(Unserved entry) {
        String body = EXAMPLES.get(entry.what());
        assertThat(body).as("an example of " + entry.what()).isNotNull();
        return body.contains("'metadata'") ? "{" + body + "}" : "{'metadata':{'generateName':'x'}," + body + "}";
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyEntrySpeaksInAWarningAndInAnEvent(Unserved entry) {
        Resource resource = resource(entry.resource());
        String namespace = resource.namespaced() ? "default" : "";
        TestApi.Said dry = api.said(
                Verb.CREATE,
                resource,
                ObjectKey.of(namespace, ""),
                Map.of("dryRun", "All"),
                "application/json",
                example(entry));
        assertThat(dry.warnings()).contains(entry.message());
        TestApi.Said said = api.said(resource, namespace, example(entry));
        assertThat(said.warnings()).contains(entry.message());
        api.awaitValue(
                Resources.EVENTS,
                "default",
                "involvedObject.uid=" + said.object().uid(),
                entry.message(),
                "message");
        assertThat(api.list(
                                Resources.EVENTS,
                                "default",
                                Map.of(
                                        "fieldSelector",
                                        "involvedObject.uid=" + dry.object().uid()))
                        .items())
                .isEmpty();
    }

    @Test
    void whatIsServedIsNotSpokenOf() {
        assertThat(api.said(
                                Resources.SERVICES,
                                "default",
                                "{'metadata':{'name':'plain'},'spec':{'ports':[{'port':1}]}}")
                        .warnings())
                .isEmpty();
        assertThat(api.said(
                                Resources.STORAGE_CLASSES,
                                "",
                                "{'metadata':{'name':'static'},'provisioner':'kubernetes.io/no-provisioner'}")
                        .warnings())
                .isEmpty();
        assertThat(api.said(Resources.PODS, "default", "{'metadata':{'name':'plain'}," + POD.formatted("", "") + "}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void updatesSpeakWhenTheWishChangesAndTemplatesSpeakForTheirPods() {
        Resource drivers = resource("csidrivers.storage.k8s.io");
        KubeObject made = api.said(drivers, "", "{'metadata':{'name':'in.example'},'spec':{}}")
                .object();
        assertThat(api.mergeSaid(drivers, made.key(), "{'metadata':{'labels':{'a':'b'}}}")
                        .warnings())
                .isEmpty();
        assertThat(api.mergeSaid(drivers, made.key(), "{'spec':{'requiresRepublish':true}}")
                        .warnings())
                .containsExactly("minik stores CSIDriver, but does not run CSI drivers yet");
        String deployment =
                "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                        + "{'labels':{'a':'b'}},"
                        + POD.formatted("", ",'securityContext':{'seLinuxOptions':{'level':'s0'}}")
                        + "}}}";
        String warning = "minik stores securityContext.seLinuxOptions, but does not label processes with them yet";
        assertThat(api.said(Resources.DEPLOYMENTS, "default", deployment).warnings())
                .containsExactly(warning);
        assertThat(api.mergeSaid(Resources.DEPLOYMENTS, ObjectKey.of("default", "d"), "{'spec':{'replicas':2}}")
                        .warnings())
                .isEmpty();
    }

    @Test
    void theDocumentShowsTheList() throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        String table = "| resource | what is stored | what minik does not do with it yet |\n|---|---|---|\n"
                + Unserved.ALL.stream().map(Unserved::row).collect(Collectors.joining("\n")) + "\n";
        if ("update".equals(System.getProperty("golden"))) {
            Files.writeString(DOCUMENT, text.substring(0, begin) + table + text.substring(end));
        } else {
            assertThat(text.substring(begin, end)).isEqualTo(table);
        }
    }
}
