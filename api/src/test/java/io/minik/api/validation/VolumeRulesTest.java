package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Storage in upstream's words: the volumes of pods, what they are mounted as, claims, volumes and their classes. */
class VolumeRulesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'emptyDir':{'medium':'HugePages-2Mi','sizeLimit':'1Gi'}~ok
            'emptyDir':{'medium':'Disk'}~.emptyDir.medium: Unsupported value: "Disk": supported values: "HugePages", "Memory"
            'emptyDir':{'sizeLimit':'-1'}~.emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity
            'hostPath':{'path':''}~.hostPath.path: Required value
            'nfs':{'server':'s','path':'/a'}~ok
            'nfs':{'server':'','path':'/a'}~.nfs.server: Required value
            'nfs':{'server':'s','path':'a'}~.nfs.path: Invalid value: "a": must be an absolute path
            'csi':{'driver':'Disk.CSI.example.com'}~ok
            'csi':{'driver':''}~.csi.driver: Required value
            'iscsi':{'targetPortal':'','iqn':'iqn.2001-04.com.example:x','lun':0}~.iscsi.targetPortal: Required value
            'image':{'reference':'i','pullPolicy':'Maybe'}~.image.pullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"
            'ephemeral':{}~.ephemeral.volumeClaimTemplate: Required value
            'ephemeral':{'volumeClaimTemplate':{'spec':{'accessModes':['ReadWriteOnce']}}}~.ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value
            'secret':{'secretName':'s','items':[{'key':'','path':'a'}]}~.secret.items[0].key: Required value
            'secret':{'secretName':'s','items':[{'key':'k','path':''}]}~.secret.items[0].path: Required value
            'secret':{'secretName':'s','items':[{'key':'k','path':'a','mode':512}]}~.secret.items[0].mode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive
            'configMap':{'name':'m','items':[{'key':'k','path':'..data'}]}~.configMap.items[0].path: Invalid value: "..data": must not start with '..'
            'projected':{'sources':[{'serviceAccountToken':{'path':''}}]}~.projected.sources[0].serviceAccountToken.path: Required value
            'projected':{'sources':[{'serviceAccountToken':{'path':'t','expirationSeconds':599}}]}~.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes
            """)
    void sources(String source, String words) {
        Refusals.are(
                "v1",
                "Pod",
                "'spec':{'volumes':[{'name':'v'," + source + "}],'containers':[{'name':'c','image':'i'}]}",
                words.equals("ok") ? words : "spec.volumes[0]" + words);
    }

    /** Files of the pod's own words: what may change while it runs is a file's alone. */
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'path':'a','fieldRef':{'fieldPath':'metadata.labels'}~ok
            'path':'a','fieldRef':{'fieldPath':'metadata.annotations[\\u0027x\\u0027]'}~ok
            'path':'a','resourceFieldRef':{'containerName':'c','resource':'limits.cpu','divisor':'1m'}~ok
            'path':'a','resourceFieldRef':{'containerName':'c','resource':'limits.hugepages-2Mi'}~ok
            'path':'a'~: Required value: one of fieldRef and resourceFieldRef is required
            'path':'a','fieldRef':{'fieldPath':'metadata.name'},'resourceFieldRef':{'containerName':'c','resource':'limits.cpu'}~: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously
            'path':'a','fieldRef':{'fieldPath':'spec.nodeName'}~.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"
            'path':'a','fieldRef':{'fieldPath':'metadata.shoe'}~.fieldRef.fieldPath: Invalid value: "metadata.shoe": error converting fieldPath: field label not supported: metadata.shoe
            'path':'a','resourceFieldRef':{'resource':'limits.cpu'}~.resourceFieldRef.containerName: Required value
            'path':'a','resourceFieldRef':{'containerName':'c','resource':'limits.gold'}~.resourceFieldRef.resource: Unsupported value: "limits.gold": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"
            """)
    void filesOfTheDownwardApi(String file, String words) {
        for (String shape : new String[] {"'downwardAPI':{%s}", "'projected':{'sources':[{'downwardAPI':{%s}}]}"}) {
            String path = shape.startsWith("'down") ? ".downwardAPI" : ".projected.sources[0].downwardAPI";
            sources(
                    shape.formatted("'items':[{" + file + "}]"),
                    words.equals("ok") ? words : path + ".items[0]" + words);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'volumeMounts':[{'name':'v','mountPath':'/a','subPath':'b/c'}]~ok
            'volumeDevices':[{'name':'p','devicePath':'/dev/x'}]~ok
            'volumeMounts':[{'name':'','mountPath':'/a'}]~volumeMounts[0].name: Required value
            'volumeMounts':[{'name':'v','mountPath':''}]~volumeMounts[0].mountPath: Required value
            'volumeMounts':[{'name':'v','mountPath':'/a'},{'name':'v','mountPath':'/a'}]~volumeMounts[1].mountPath: Invalid value: "/a": must be unique
            'volumeMounts':[{'name':'v','mountPath':'/a','subPath':'/b'}]~volumeMounts[0].subPath: Invalid value: "/b": must be a relative path
            'volumeMounts':[{'name':'v','mountPath':'/a','subPath':'b/../c'}]~volumeMounts[0].subPath: Invalid value: "b/../c": must not contain '..'
            'volumeMounts':[{'name':'v','mountPath':'/a','subPath':'b','subPathExpr':'c'}]~volumeMounts[0].subPathExpr: Invalid value: "c": subPathExpr and subPath are mutually exclusive
            'volumeMounts':[{'name':'v','mountPath':'/a','mountPropagation':'Maybe'}]~volumeMounts[0].mountPropagation: Unsupported value: "Maybe": supported values: "Bidirectional", "HostToContainer", "None"
            'volumeMounts':[{'name':'v','mountPath':'/a','mountPropagation':'Bidirectional'}]~volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers
            'volumeMounts':[{'name':'v','mountPath':'/a','recursiveReadOnly':'Enabled'}]~volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true
            'volumeDevices':[{'name':'p','devicePath':''}]~volumeDevices[0].devicePath: Required value
            'volumeDevices':[{'name':'n','devicePath':'/d'}]~volumeDevices[0].name: Not found: "n"
            'volumeDevices':[{'name':'v','devicePath':'/d'}]~volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode
            'volumeDevices':[{'name':'p','devicePath':'/d/../e'}]~volumeDevices[0].devicePath: Invalid value: "/d/../e": can not contain backsteps ('..')
            """)
    void mounts(String mounts, String words) {
        Refusals.are(
                "v1",
                "Pod",
                "'spec':{'volumes':[{'name':'v','emptyDir':{}},{'name':'p','persistentVolumeClaim':{'claimName':'x'}}],"
                        + "'containers':[{'name':'c','image':'i'," + mounts + "}]}",
                words.equals("ok") ? words : "spec.containers[0]." + words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'provisioner':'Example.com/Disk','parameters':{'a':''},'reclaimPolicy':'Retain'~ok
            'provisioner':''~provisioner: Required value
            'provisioner':'p','reclaimPolicy':'Recycle'~reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"
            'provisioner':'p','volumeBindingMode':'Later'~volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"
            'provisioner':'p','parameters':{'':'x'}~parameters: Invalid value: "": field can not be empty.
            'provisioner':'p','allowedTopologies':[{'matchLabelExpressions':[{'key':'z','values':['a','b']}]}]~ok
            'provisioner':'p','allowedTopologies':[{'matchLabelExpressions':[{'key':'','values':['a']}]}]~allowedTopologies[0].matchLabelExpressions[0].key: Required value
            'provisioner':'p','allowedTopologies':[{'matchLabelExpressions':[{'key':'z','values':[]}]}]~allowedTopologies[0].matchLabelExpressions[0].values: Required value
            'provisioner':'p','allowedTopologies':[{'matchLabelExpressions':[{'key':'z','values':['a','a']}]}]~allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"
            'provisioner':'p','allowedTopologies':[{'matchLabelExpressions':[{'key':'z','values':['a']},{'key':'z','values':['b']}]}]~allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "z"
            """)
    void classes(String fields, String words) {
        Refusals.are("storage.k8s.io/v1", "StorageClass", fields, words);
    }

    @Test
    void aProvisionerHasAQualifiedName() {
        assertThat(Refusals.of("storage.k8s.io/v1", "StorageClass", "'provisioner':'a b'"))
                .singleElement()
                .asString()
                .startsWith("provisioner: Invalid value: \"a b\": name part must consist of alphanumeric characters");
    }

    @Nested
    class Changes {
        private static final String CLASS = "'provisioner':'p','parameters':{'a':'b'},'reclaimPolicy':'Delete'";
        private static final String CLAIM = "'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':"
                + "{'storage':'2Gi'}},'volumeName':'v'},'status':{'phase':'Bound'}";
        private static final String VOLUME =
                "'spec':{'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'}," + "'hostPath':{'path':'/a'}}";

        @Test
        void aClassKeepsItsParameters() {
            assertThat(Refusals.ofChange("storage.k8s.io/v1", "StorageClass", CLASS, CLASS.replace("'b'", "'c'")))
                    .containsExactly("parameters: Forbidden: updates to parameters are forbidden.");
            assertThat(Refusals.ofChange(
                            "storage.k8s.io/v1", "StorageClass", CLASS, CLASS + ",'allowVolumeExpansion':true"))
                    .isEmpty();
        }

        @Test
        void aBoundClaimMayGrow() {
            assertThat(Refusals.ofChange("v1", "PersistentVolumeClaim", CLAIM, CLAIM.replace("2Gi", "3Gi")))
                    .isEmpty();
            assertThat(Refusals.ofChange("v1", "PersistentVolumeClaim", CLAIM, CLAIM.replace("2Gi", "1Gi")))
                    .containsExactly("spec.resources.requests.storage: Forbidden: field can not be less than"
                            + " status.capacity");
        }

        @Test
        void aClaimThatIsNotBoundDoesNotGrow() {
            String pending = CLAIM.replace("Bound", "Pending");
            assertThat(Refusals.ofChange("v1", "PersistentVolumeClaim", pending, pending.replace("2Gi", "3Gi")))
                    .singleElement()
                    .asString()
                    .startsWith("spec: Forbidden: spec is immutable after creation except resources.requests and");
        }

        @Test
        void aClaimKeepsItsModes() {
            assertThat(Refusals.ofChange(
                            "v1", "PersistentVolumeClaim", CLAIM, CLAIM.replace("ReadWriteOnce", "ReadOnlyMany")))
                    .singleElement()
                    .asString()
                    .contains("- \taccessModes: [\"ReadWriteOnce\"],\n+ \taccessModes: [\"ReadOnlyMany\"],");
        }

        @Test
        void aVolumeKeepsItsSource() {
            assertThat(Refusals.ofChange("v1", "PersistentVolume", VOLUME, VOLUME.replace("'/a'", "'/b'")))
                    .containsExactly(
                            "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after"
                                    + " creation");
            assertThat(Refusals.ofChange("v1", "PersistentVolume", VOLUME, VOLUME.replace("1Gi", "2Gi")))
                    .isEmpty();
        }

        @Test
        void whatIsSealedStaysSealed() {
            String sealed = "'immutable':true,'data':{'a':'b'}";
            assertThat(Refusals.ofChange("v1", "ConfigMap", sealed, sealed.replace("'b'", "'c'")))
                    .containsExactly("data: Forbidden: field is immutable when `immutable` is set");
            assertThat(Refusals.ofChange("v1", "ConfigMap", sealed, "'data':{'a':'b'}"))
                    .containsExactly("immutable: Forbidden: field is immutable when `immutable` is set");
        }
    }
}
