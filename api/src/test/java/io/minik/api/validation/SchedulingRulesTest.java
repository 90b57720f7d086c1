package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a pod may run, in upstream's words: affinity, spreading, tolerations. */
class SchedulingRulesTest {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private static void says(String spec, String words) {
        Refusals.are("v1", "Pod", "'spec':{" + spec + ",'containers':[{'name':'c','image':'i'}]}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'matchExpressions':[{'key':'a','operator':'In','values':['x','']}]~ok
            'matchExpressions':[{'key':'a.b/c','operator':'Exists'},{'key':'n','operator':'Gt','values':['5']}]~ok
            'matchFields':[{'key':'metadata.name','operator':'NotIn','values':['node-1']}]~ok
            'matchExpressions':[{'key':'a','operator':'Near'}]~matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator
            'matchExpressions':[{'key':'a','operator':'NotIn'}]~matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'
            'matchExpressions':[{'key':'a','operator':'DoesNotExist','values':['x']}]~matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'
            'matchExpressions':[{'key':'a','operator':'Lt','values':['1','2']}]~matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'
            'matchFields':[{'key':'metadata.name','operator':'Exists'}]~matchFields[0].operator: Invalid value: "Exists": not a valid selector operator
            'matchFields':[{'key':'metadata.name','operator':'In','values':['a','b']}]~matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector
            'matchFields':[{'key':'metadata.uid','operator':'In','values':['a']}]~matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key
            """)
    void nodesAreSelectedByLabelsAndByName(String term, String words) {
        String path = "spec.affinity.nodeAffinity." + REQUIRED + ".nodeSelectorTerms[0].";
        says(
                "'affinity':{'nodeAffinity':{'" + REQUIRED + "':{'nodeSelectorTerms':[{" + term + "}]}}}",
                words.equals("ok") ? words : path + words);
        String preferred = "spec.affinity.nodeAffinity." + PREFERRED + "[0].preference.";
        says(
                "'affinity':{'nodeAffinity':{'" + PREFERRED + "':[{'weight':1,'preference':{" + term + "}}]}}",
                words.equals("ok") ? words : preferred + words);
    }

    @Test
    void aNodesLabelHasAValueThatALabelMayHave() {
        assertThat(Refusals.of(
                        "v1",
                        "Pod",
                        "'spec':{'affinity':{'nodeAffinity':{'" + REQUIRED
                                + "':{'nodeSelectorTerms':[{'matchExpressions':["
                                + "{'key':'a','operator':'In','values':['ok','-no']}]}]}}},"
                                + "'containers':[{'name':'c','image':'i'}]}"))
                .singleElement()
                .asString()
                .startsWith("spec.affinity.nodeAffinity." + REQUIRED
                        + ".nodeSelectorTerms[0].matchExpressions[0].values[1]:"
                        + " Invalid value: \"-no\": a valid label must be an empty string or consist of");
    }

    @Test
    void whatIsRequiredOfNodesIsNotNothing() {
        says(
                "'affinity':{'nodeAffinity':{'" + REQUIRED + "':{'nodeSelectorTerms':[]}}}",
                "spec.affinity.nodeAffinity." + REQUIRED
                        + ".nodeSelectorTerms: Required value: must have at least one node selector term");
    }

    @ParameterizedTest
    @CsvSource({"0", "101", "-1"})
    void wishesWeighBetweenOneAndAHundred(int weight) {
        String why = ".weight: Invalid value: " + weight + ": must be in the range 1-100";
        says(
                "'affinity':{'nodeAffinity':{'" + PREFERRED + "':[{'weight':" + weight + ",'preference':{}}]}}",
                "spec.affinity.nodeAffinity." + PREFERRED + "[0]" + why);
        for (String kind : new String[] {"podAffinity", "podAntiAffinity"}) {
            says(
                    "'affinity':{'" + kind + "':{'" + PREFERRED + "':[{'weight':" + weight
                            + ",'podAffinityTerm':{'topologyKey':'z'}}]}}",
                    "spec.affinity." + kind + "." + PREFERRED + "[0]" + why);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'topologyKey':'zone','namespaces':['a'],'namespaceSelector':{},'labelSelector':{'matchLabels':{'a':'b'}}~ok
            'topologyKey':'zone','labelSelector':{},'matchLabelKeys':['a'],'mismatchLabelKeys':['b']~ok
            'labelSelector':{}~topologyKey: Required value: can not be empty
            'topologyKey':'zone','matchLabelKeys':['a']~matchLabelKeys: Forbidden: must not be specified when labelSelector is not set
            'topologyKey':'zone','mismatchLabelKeys':['a']~mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set
            'topologyKey':'zone','labelSelector':{},'matchLabelKeys':['a','b'],'mismatchLabelKeys':['b']~matchLabelKeys[1]: Invalid value: "b": exists in both matchLabelKeys and mismatchLabelKeys
            'topologyKey':'zone','labelSelector':{'matchExpressions':[{'key':'a','operator':'In'}]}~labelSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'
            'topologyKey':'zone','namespaceSelector':{'matchExpressions':[{'key':'a','operator':'Near'}]}~namespaceSelector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator
            """)
    void podsAreNearOthersOrFarFromThem(String term, String words) {
        for (String kind : new String[] {"podAffinity", "podAntiAffinity"}) {
            String path = "spec.affinity." + kind + "." + REQUIRED + "[0].";
            says(
                    "'affinity':{'" + kind + "':{'" + REQUIRED + "':[{" + term + "}]}}",
                    words.equals("ok") ? words : path + words);
        }
    }

    @Test
    void namespacesOfOthersHaveNames() {
        assertThat(Refusals.of(
                        "v1",
                        "Pod",
                        "'spec':{'affinity':{'podAffinity':{'" + REQUIRED
                                + "':[{'topologyKey':'z','namespaces':['A_']}]}},"
                                + "'containers':[{'name':'c','image':'i'}]}"))
                .singleElement()
                .asString()
                .startsWith(
                        "spec.affinity.podAffinity." + REQUIRED + "[0].namespace: Invalid value: \"A_\": a lowercase");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'maxSkew':1,'minDomains':2,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'~ok
            'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'ScheduleAnyway','nodeAffinityPolicy':'Ignore','nodeTaintsPolicy':'Honor'~ok
            'maxSkew':-1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'~maxSkew: Invalid value: -1: must be greater than zero
            'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'Maybe'~whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"
            'maxSkew':1,'minDomains':0,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'~minDomains: Invalid value: 0: must be greater than zero
            'maxSkew':1,'minDomains':2,'topologyKey':'z','whenUnsatisfiable':'ScheduleAnyway'~minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway
            'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','nodeTaintsPolicy':'x'~nodeTaintsPolicy: Unsupported value: "x": supported values: "Honor", "Ignore"
            'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','matchLabelKeys':['a']~matchLabelKeys: Forbidden: must not be specified when labelSelector is not set
            'maxSkew':1,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'a':'b'}},'matchLabelKeys':['c','a']~matchLabelKeys[1]: Invalid value: "a": exists in both matchLabelKeys and labelSelector
            """)
    void podsAreSpread(String constraint, String words) {
        says(
                "'topologySpreadConstraints':[{" + constraint + "}]",
                words.equals("ok") ? words : "spec.topologySpreadConstraints[0]." + words);
    }

    @Test
    void podsAreSpreadOnceByOneKey() {
        String zone = "{'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule'}";
        says(
                "'topologySpreadConstraints':[" + zone + "," + zone + "]",
                "spec.topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}: Duplicate value: \"{zone,"
                        + " DoNotSchedule}\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'operator':'Exists'~ok
            'key':'a','value':'b','effect':'NoExecute','tolerationSeconds':0~ok
            'key':'a','operator':'Equal','effect':'Never'~effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"
            'key':'a','operator':'Near'~operator: Unsupported value: "Near": supported values: "Equal", "Exists", "Gt", "Lt"
            'key':'a','operator':'Exists','effect':'NoSchedule','tolerationSeconds':5~effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when `tolerationSeconds` is set
            'key':'a','operator':'Exists','value':'b'~operator: Invalid value: "b": value must be empty when `operator` is 'Exists'
            """)
    void taintsAreTolerated(String toleration, String words) {
        says("'tolerations':[{" + toleration + "}]", words.equals("ok") ? words : "spec.tolerations[0]." + words);
    }
}
