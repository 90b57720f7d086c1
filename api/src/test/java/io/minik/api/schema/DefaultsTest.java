package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is set where nothing is said, by upstream's defaults.go of each group: {@code field=value}, absent for what stays unset. */
class DefaultsTest {
    private static final Schema SCHEMA = Schema.load();
    private static final String POD = "'template':{'spec':{'containers':[{'name':'c','image':'i'}]}}";

    private static ObjectNode defaulted(String apiVersion, String kind, String body) {
        KindRow row = SCHEMA.findKind(apiVersion, kind).orElseThrow();
        String text = "{'apiVersion':'" + apiVersion + "','kind':'" + kind + "','metadata':{'name':'one'}"
                + (body.isEmpty() ? "" : "," + body) + "}";
        ObjectNode object = Decoder.decode(
                        row.type(),
                        text.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        Format.JSON,
                        FieldValidation.STRICT)
                .tree();
        Defaults.apply(row, object);
        return object;
    }

    private static void sets(String apiVersion, String kind, String body, String fields) {
        ObjectNode object = defaulted(apiVersion, kind, body);
        for (String field : fields.split(" ")) {
            int equals = field.indexOf('=');
            JsonNode value = object.at(field.substring(0, equals));
            String wanted = field.substring(equals + 1);
            String shown = value.isMissingNode() ? "absent" : value.isValueNode() ? value.asText() : value.toString();
            assertThat(shown).as("%s of %s", field, body).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            ''~/spec/restartPolicy=Always /spec/dnsPolicy=ClusterFirst /spec/terminationGracePeriodSeconds=30 /spec/schedulerName=default-scheduler
            'hostNetwork':false~/spec/containers/0/terminationMessagePath=/dev/termination-log /spec/containers/0/terminationMessagePolicy=File
            'serviceAccountName':'a'~/spec/serviceAccountName=a /spec/securityContext={}
            'terminationGracePeriodSeconds':0~/spec/terminationGracePeriodSeconds=0
            """)
    void podsAreStartedAlways(String spec, String fields) {
        String more = spec.equals("''") ? "" : "," + spec;
        sets("v1", "Pod", "'spec':{'containers':[{'name':'c','image':'i'}]" + more + "}", fields);
    }

    @ParameterizedTest
    @CsvSource({
        "i, Always",
        "i:latest, Always",
        "i:1.2, IfNotPresent",
        "r.example.com:5000/i, Always",
        "r.example.com:5000/i:1, IfNotPresent",
        "i@sha256:0123456789012345678901234567890123456789012345678901234567890123, IfNotPresent"
    })
    void anImageThatMayMoveIsPulledAlways(String image, String policy) {
        sets(
                "v1",
                "Pod",
                "'spec':{'containers':[{'name':'c','image':'" + image + "'}]}",
                "/spec/containers/0/imagePullPolicy=" + policy);
    }

    @Test
    void limitsAreAskedForWhereNothingElseIs() {
        sets(
                "v1",
                "Pod",
                "'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{'cpu':'1','memory':'1Gi'},"
                        + "'requests':{'cpu':'500m'}}}]}",
                "/spec/containers/0/resources/requests/cpu=500m /spec/containers/0/resources/requests/memory=1Gi");
    }

    @Test
    void probesAskEveryTenSeconds() {
        String probe = "/spec/containers/0/readinessProbe";
        sets(
                "v1",
                "Pod",
                "'spec':{'containers':[{'name':'c','image':'i','readinessProbe':{'httpGet':{'port':80}}}]}",
                probe + "/timeoutSeconds=1 " + probe + "/periodSeconds=10 " + probe + "/successThreshold=1 " + probe
                        + "/failureThreshold=3 " + probe + "/httpGet/path=/ " + probe + "/httpGet/scheme=HTTP");
    }

    @Test
    void portsOfTheHostAreThoseOfTheContainer() {
        sets(
                "v1",
                "Pod",
                "'spec':{'hostNetwork':true,'containers':[{'name':'c','image':'i','ports':[{'containerPort':80}]}]}",
                "/spec/containers/0/ports/0/hostPort=80 /spec/containers/0/ports/0/protocol=TCP");
        sets(
                "v1",
                "Pod",
                "'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':80}]}]}",
                "/spec/containers/0/ports/0/hostPort=absent");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'secret':{'secretName':'s'}~/secret/defaultMode=420
            'configMap':{'name':'m'}~/configMap/defaultMode=420
            'downwardAPI':{}~/downwardAPI/defaultMode=420
            'projected':{'sources':[{'serviceAccountToken':{'path':'t'}}]}~/projected/defaultMode=420 /projected/sources/0/serviceAccountToken/expirationSeconds=3600
            'hostPath':{'path':'/a'}~/hostPath/type=
            'emptyDir':{}~/emptyDir={}
            'iscsi':{'targetPortal':'p','iqn':'i','lun':0}~/iscsi/iscsiInterface=default
            """)
    void filesOfVolumesAreReadByAll(String source, String fields) {
        ObjectNode pod = defaulted(
                "v1",
                "Pod",
                "'spec':{'volumes':[{'name':'v'," + source + "}],'containers':[{'name':'c','image':'i'}]}");
        for (String field : fields.split(" ")) {
            int equals = field.indexOf('=');
            JsonNode value = pod.at("/spec/volumes/0" + field.substring(0, equals));
            assertThat(value.isMissingNode()).as(field).isFalse();
            assertThat(value.isValueNode() ? value.asText() : value.toString()).isEqualTo(field.substring(equals + 1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            Deployment~/spec/replicas=1 /spec/revisionHistoryLimit=10 /spec/progressDeadlineSeconds=600 /spec/strategy/type=RollingUpdate /spec/strategy/rollingUpdate/maxSurge=25% /spec/strategy/rollingUpdate/maxUnavailable=25%
            ReplicaSet~/spec/replicas=1
            DaemonSet~/spec/revisionHistoryLimit=10 /spec/updateStrategy/type=RollingUpdate /spec/updateStrategy/rollingUpdate/maxUnavailable=1 /spec/updateStrategy/rollingUpdate/maxSurge=0
            StatefulSet~/spec/replicas=1 /spec/revisionHistoryLimit=10 /spec/podManagementPolicy=OrderedReady /spec/updateStrategy/type=RollingUpdate /spec/updateStrategy/rollingUpdate/partition=0 /spec/persistentVolumeClaimRetentionPolicy/whenDeleted=Retain
            """)
    void controllersMakeOneOf(String kind, String fields) {
        sets("apps/v1", kind, "'spec':{'selector':{'matchLabels':{'a':'b'}}," + POD + "}", fields);
        sets(
                "apps/v1",
                kind,
                "'spec':{'selector':{'matchLabels':{'a':'b'}}," + POD + "}",
                "/spec/template/spec/restartPolicy=Always /spec/template/spec/containers/0/imagePullPolicy=Always");
    }

    @Test
    void aStrategyThatDoesNotRollHasNoSteps() {
        sets(
                "apps/v1",
                "Deployment",
                "'spec':{'strategy':{'type':'Recreate'},'selector':{'matchLabels':{'a':'b'}}," + POD + "}",
                "/spec/strategy/rollingUpdate=absent");
        sets(
                "apps/v1",
                "StatefulSet",
                "'spec':{'updateStrategy':{'type':'OnDelete'},'selector':{'matchLabels':{'a':'b'}}," + POD + "}",
                "/spec/updateStrategy/rollingUpdate=absent");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            ''~/spec/completions=1 /spec/parallelism=1 /spec/backoffLimit=6 /spec/completionMode=NonIndexed /spec/suspend=false /spec/podReplacementPolicy=TerminatingOrFailed
            'completions':3~/spec/completions=3 /spec/parallelism=1
            'parallelism':3~/spec/completions=absent /spec/parallelism=3
            'completionMode':'Indexed','completions':2,'backoffLimitPerIndex':1~/spec/backoffLimit=2147483647
            'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':[{'type':'X'}]}]}~/spec/podReplacementPolicy=Failed /spec/podFailurePolicy/rules/0/onPodConditions/0/status=True
            """)
    void jobsRunOnceAndTryAgain(String spec, String fields) {
        String more = spec.equals("''") ? "" : spec + ",";
        sets("batch/v1", "Job", "'spec':{" + more + POD + "}", fields);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            batch/v1~CronJob~'spec':{'schedule':'@daily','jobTemplate':{'spec':{'template':{'spec':{'containers':[]}}}}}~/spec/concurrencyPolicy=Allow /spec/suspend=false /spec/successfulJobsHistoryLimit=3 /spec/failedJobsHistoryLimit=1
            v1~Service~'spec':{'ports':[{'port':80}]}~/spec/type=ClusterIP /spec/sessionAffinity=None /spec/internalTrafficPolicy=Cluster /spec/ports/0/protocol=TCP /spec/ports/0/targetPort=80 /spec/externalTrafficPolicy=absent
            v1~Service~'spec':{'type':'NodePort','ports':[{'port':80,'targetPort':'http'}]}~/spec/externalTrafficPolicy=Cluster /spec/ports/0/targetPort=http
            v1~Service~'spec':{'type':'LoadBalancer','ports':[{'port':80}]}~/spec/allocateLoadBalancerNodePorts=true /spec/externalTrafficPolicy=Cluster
            v1~Service~'spec':{'sessionAffinity':'ClientIP','ports':[{'port':80}]}~/spec/sessionAffinityConfig/clientIP/timeoutSeconds=10800
            v1~Service~'spec':{'type':'ExternalName','externalName':'a.b'}~/spec/internalTrafficPolicy=absent
            v1~PersistentVolumeClaim~'spec':{}~/spec/volumeMode=Filesystem /status/phase=Pending
            v1~PersistentVolume~'spec':{'hostPath':{'path':'/a'}}~/spec/volumeMode=Filesystem /spec/persistentVolumeReclaimPolicy=Retain
            v1~Secret~''~/type=Opaque
            v1~Namespace~''~/metadata/labels={"kubernetes.io/metadata.name":"one"}
            storage.k8s.io/v1~StorageClass~'provisioner':'p'~/reclaimPolicy=Delete /volumeBindingMode=Immediate
            networking.k8s.io/v1~NetworkPolicy~'spec':{'podSelector':{},'ingress':[{'ports':[{'port':80}]}]}~/spec/policyTypes=["Ingress"] /spec/ingress/0/ports/0/protocol=TCP
            networking.k8s.io/v1~NetworkPolicy~'spec':{'podSelector':{},'egress':[{}]}~/spec/policyTypes=["Ingress","Egress"]
            rbac.authorization.k8s.io/v1~RoleBinding~'roleRef':{'kind':'Role','name':'r'},'subjects':[{'kind':'User','name':'u'},{'kind':'ServiceAccount','name':'a'}]~/roleRef/apiGroup=rbac.authorization.k8s.io /subjects/0/apiGroup=rbac.authorization.k8s.io /subjects/1/apiGroup=absent
            autoscaling/v2~HorizontalPodAutoscaler~'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'maxReplicas':3}~/spec/minReplicas=1 /spec/metrics/0/resource/name=cpu /spec/metrics/0/resource/target/averageUtilization=80
            scheduling.k8s.io/v1~PriorityClass~'value':1~/preemptionPolicy=PreemptLowerPriority
            """)
    void otherKinds(String apiVersion, String kind, String body, String fields) {
        sets(apiVersion, kind, body.equals("''") ? "" : body, fields);
    }

    @Test
    void whatIsSetOnceIsSetTheSameAgain() {
        ObjectNode pod = defaulted("v1", "Pod", "'spec':{'containers':[{'name':'c','image':'i'}]}");
        byte[] once = Json.bytes(pod);
        Defaults.apply(SCHEMA.findKind("v1", "Pod").orElseThrow(), pod);
        assertThat(Json.bytes(pod)).isEqualTo(once);
    }
}
