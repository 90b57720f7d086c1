package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes pods, in upstream's words, which are not the same for each kind. */
class WorkloadRulesTest {
    private static final String POD = "'spec':{'containers':[{'name':'c','image':'i'}]}";
    private static final String LABELLED = "'selector':{'matchLabels':{'a':'b'}},";

    private static String template(String labels, String pod) {
        return "'template':{'metadata':{'labels':{" + labels + "}}," + pod + "}";
    }

    private static void says(String kind, String fields, String words) {
        Refusals.are("apps/v1", kind, "'spec':{" + LABELLED + fields + template("'a':'b'", POD) + "}", words);
    }

    @ParameterizedTest
    @CsvSource({"Deployment, deployment", "ReplicaSet, deployment", "DaemonSet, daemonset", "StatefulSet, statefulset"})
    void anEmptySelectorSelectsNothing(String kind, String word) {
        Refusals.are(
                "apps/v1",
                kind,
                "'spec':{'selector':{}," + template("'a':'b'", POD) + "}",
                "spec.selector: Invalid value: {}: empty selector is invalid for " + word);
    }

    @ParameterizedTest
    @CsvSource({"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"})
    void theTemplateHasTheLabelsThatAreSelected(String kind) {
        String words = ": `selector` does not match template `labels`";
        Refusals.are(
                "apps/v1",
                kind,
                "'spec':{" + LABELLED + template("'a':'c'", POD) + "}",
                "spec.template.metadata.labels: Invalid value: {\"a\":\"c\"}" + words);
        Refusals.are("apps/v1", kind, "'spec':{" + LABELLED + template("'a':'b','more':'x'", POD) + "}", "ok");
    }

    @ParameterizedTest
    @CsvSource({
        "apps/v1, Deployment, ReplicaSet",
        "apps/v1, ReplicaSet, ReplicaSet",
        "apps/v1, DaemonSet, DaemonSet",
        "apps/v1, StatefulSet, StatefulSet",
        "v1, ReplicationController, ReplicationController"
    })
    void podsThatAreMadeAgainHaveNoDeadlineAndAreStartedAlways(String apiVersion, String kind, String word) {
        String selector = apiVersion.equals("v1") ? "'selector':{'a':'b'}," : LABELLED;
        String late = "'spec':{'activeDeadlineSeconds':5,'containers':[{'name':'c','image':'i'}]}";
        Refusals.are(
                apiVersion,
                kind,
                "'spec':{" + selector + template("'a':'b'", late) + "}",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in " + word
                        + " is not Supported");
        String once = "'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}";
        Refusals.are(
                apiVersion,
                kind,
                "'spec':{" + selector + template("'a':'b'", once) + "}",
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"");
    }

    @Test
    void whatPodsAreOfIsSaid() {
        assertThat(Refusals.of("apps/v1", "ReplicaSet", "'spec':{'selector':{'matchLabels':{'a':'b'}}}"))
                .containsExactly("spec.template: Required value");
        assertThat(Refusals.of("v1", "ReplicationController", "'spec':{'selector':{'a':'b'}}"))
                .containsExactly("spec.template: Required value");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':'150%','maxUnavailable':0}},~ok
            'strategy':{'type':'Recreate'},~ok
            'replicas':-1,~spec.replicas: Invalid value: -1: must be greater than or equal to 0
            'minReadySeconds':-1,~spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0
            'revisionHistoryLimit':-1,~spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0
            'strategy':{'type':'Slowly'},~spec.strategy.type: Unsupported value: "Slowly": supported values: "Recreate", "RollingUpdate"
            'strategy':{'type':'Recreate','rollingUpdate':{'maxSurge':1}},~spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'
            'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':0}},~spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0
            'strategy':{'rollingUpdate':{'maxUnavailable':'101%'}},~spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%
            'strategy':{'rollingUpdate':{'maxUnavailable':-1}},~spec.strategy.rollingUpdate.maxUnavailable: Invalid value: -1: must be greater than or equal to 0
            'strategy':{'rollingUpdate':{'maxSurge':'ten'}},~spec.strategy.rollingUpdate.maxSurge: Invalid value: "ten": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')
            'minReadySeconds':10,'progressDeadlineSeconds':10,~spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds
            """)
    void deployments(String fields, String words) {
        says("Deployment", fields, words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':1}},~ok
            'updateStrategy':{'type':'OnDelete'},~ok
            'updateStrategy':{'type':'Slowly'},~spec.updateStrategy.type: Unsupported value: "Slowly": supported values: "OnDelete", "RollingUpdate"
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':0}},~spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':1,'maxSurge':1}},~spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':'101%'}},~spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "101%": must not be greater than 100%
            """)
    void daemonSets(String fields, String words) {
        says("DaemonSet", fields, words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'podManagementPolicy':'Parallel','ordinals':{'start':3},~ok
            'updateStrategy':{'rollingUpdate':{'partition':2,'maxUnavailable':'50%'}},~ok
            'ordinals':{'start':-1},~spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0
            'podManagementPolicy':'Somehow',~spec.podManagementPolicy: Unsupported value: "Somehow": supported values: "OrderedReady", "Parallel"
            'updateStrategy':{'type':'OnDelete','rollingUpdate':{'partition':1}},~spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'
            'updateStrategy':{'rollingUpdate':{'partition':-1}},~spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':0}},~spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0
            'updateStrategy':{'rollingUpdate':{'maxUnavailable':'101%'}},~spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%
            'persistentVolumeClaimRetentionPolicy':{'whenDeleted':'Maybe'},~spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Maybe": supported values: "Delete", "Retain"
            """)
    void statefulSets(String fields, String words) {
        says("StatefulSet", fields, words);
    }

    @Test
    void aStatefulSetKeepsWhatItsPodsAreKnownBy() {
        String before = "'spec':{'serviceName':'a'," + LABELLED + template("'a':'b'", POD) + "}";
        assertThat(Refusals.ofChange(
                        "apps/v1", "StatefulSet", before, before.replace("'serviceName':'a'", "'serviceName':'b'")))
                .singleElement()
                .asString()
                .startsWith("spec: Forbidden: updates to statefulset spec for fields other than 'replicas',");
        assertThat(Refusals.ofChange(
                        "apps/v1", "StatefulSet", before, before.replace("'spec':{'s", "'spec':{'replicas':5,'s")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'minAvailable':'50%'~ok
            'maxUnavailable':0~ok
            'minAvailable':1,'maxUnavailable':1~spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set
            'minAvailable':'101%'~spec.minAvailable: Invalid value: "101%": must not be greater than 100%
            'maxUnavailable':-1~spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0
            'minAvailable':1,'unhealthyPodEvictionPolicy':'Maybe'~spec.unhealthyPodEvictionPolicy: Unsupported value: "Maybe": supported values: "AlwaysAllow", "IfHealthyBudget"
            'minAvailable':1,'selector':{'matchExpressions':[{'key':'a','operator':'In'}]}~spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'
            """)
    void disruptionBudgets(String spec, String words) {
        Refusals.are("policy/v1", "PodDisruptionBudget", "'spec':{" + spec + "}", words);
    }
}
