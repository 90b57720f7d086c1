package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bounds a namespace, in upstream's words: LimitRange and ResourceQuota. */
class BoundsRulesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'type':'Pod','max':{'cpu':'2','memory':'1Gi'},'min':{'cpu':'1','memory':'1Mi'},'maxLimitRequestRatio':{'cpu':'10'}~ok
            'type':'Container','max':{'cpu':'2'},'min':{'cpu':'1'},'default':{'cpu':'2'},'defaultRequest':{'cpu':'1'}~ok
            'type':'PersistentVolumeClaim','max':{'storage':'10Gi'}~ok
            'type':'example.com/gadget','max':{'example.com/cogs':'3'}~ok
            'type':'Machine'~.type: Invalid value: "Machine": must be a standard limit type or fully qualified
            'type':'Pod','default':{'cpu':'1'}~.default: Forbidden: may not be specified when `type` is 'Pod'
            'type':'Pod','defaultRequest':{'cpu':'1'}~.defaultRequest: Forbidden: may not be specified when `type` is 'Pod'
            'type':'Pod','max':{'gold':'1'}~.max[gold]: Invalid value: "gold": must be a standard resource for containers
            'type':'PersistentVolumeClaim'~.limits: Required value: either minimum or maximum storage value is required, but neither was provided
            'type':'Pod','max':{'cpu':'1'},'min':{'cpu':'2'}~.min[cpu]: Invalid value: "2": min value 2 is greater than max value 1
            'type':'Container','min':{'cpu':'200m'},'defaultRequest':{'cpu':'100m'}~.defaultRequest[cpu]: Invalid value: "100m": min value 200m is greater than default request value 100m
            'type':'Container','max':{'cpu':'1'},'default':{'cpu':'2'},'defaultRequest':{'cpu':'1'}~.default[cpu]: Invalid value: "2": default value 2 is greater than max value 1
            'type':'Container','default':{'cpu':'1'},'defaultRequest':{'cpu':'2'}~.defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1
            'type':'Container','maxLimitRequestRatio':{'cpu':'500m'}~.maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1
            """)
    void limitRanges(String limit, String words) {
        Refusals.are(
                "v1",
                "LimitRange",
                "'spec':{'limits':[{" + limit + "}]}",
                words.equals("ok") ? words : "spec.limits[0]" + words);
    }

    @Test
    void aTypeHasOneLimit() {
        Refusals.are(
                "v1",
                "LimitRange",
                "'spec':{'limits':[{'type':'Pod','max':{'cpu':'1'}},{'type':'Pod','min':{'cpu':'1'}}]}",
                "spec.limits[1].type: Duplicate value: \"Pod\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'hard':{'cpu':'100','memory':'10Gi','pods':'10','requests.storage':'1Ti','limits.cpu':'1'}~ok
            'hard':{'count/deployments.apps':'5','gold.storageclass.storage.k8s.io/requests.storage':'1Gi','requests.example.com/gpu':'1'}~ok
            'hard':{'requests.hugepages-2Mi':'1Gi','services.loadbalancers':'2'}~ok
            'hard':{'pods':'-10'}~spec.hard[pods]: Invalid value: "-10": must be greater than or equal to 0
            'hard':{'pods':'500m'}~spec.hard[pods]: Invalid value: "500m": must be an integer
            'hard':{'count/pods':'1500m'}~spec.hard[count/pods]: Invalid value: "1500m": must be an integer
            'hard':{'cpu':'1500m'}~ok
            'hard':{'gold':'1'}~spec.hard[gold]: Invalid value: "gold": must be a standard resource type or fully qualified; spec.hard[gold]: Invalid value: "gold": must be a standard resource for quota
            """)
    void amountsOfQuotas(String spec, String words) {
        Refusals.are("v1", "ResourceQuota", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'hard':{'pods':'1'},'scopes':['BestEffort']~ok
            'hard':{'limits.cpu':'1'},'scopes':['Terminating','NotBestEffort']~ok
            'hard':{'pods':'1'},'scopes':['Huge']~spec.scopes: Invalid value: ["Huge"]: unsupported scope
            'hard':{'limits.cpu':'1'},'scopes':['BestEffort']~spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource
            'hard':{'persistentvolumeclaims':'1'},'scopes':['Terminating']~spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource
            'hard':{'pods':'1'},'scopes':['BestEffort','NotBestEffort']~spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes
            'hard':{'pods':'1'},'scopes':['Terminating','NotTerminating']~spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes
            """)
    void scopesOfQuotas(String spec, String words) {
        Refusals.are("v1", "ResourceQuota", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'scopeName':'PriorityClass','operator':'In','values':['high']~ok
            'scopeName':'PriorityClass','operator':'Exists'~ok
            'scopeName':'Terminating','operator':'Exists'~ok
            'scopeName':'PriorityClass','operator':'In'~.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector
            'scopeName':'PriorityClass','operator':'Exists','values':['high']~.values: Invalid value: ["high"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector
            """)
    void selectorsOfQuotas(String expression, String words) {
        Refusals.are(
                "v1",
                "ResourceQuota",
                "'spec':{'hard':{'pods':'1'},'scopeSelector':{'matchExpressions':[{" + expression + "}]}}",
                words.equals("ok") ? words : "spec.scopeSelector.matchExpressions" + words);
    }

    @Test
    void aQuotaKeepsItsScopes() {
        String before = "'spec':{'hard':{'pods':'1'},'scopes':['BestEffort']}";
        assertThat(Refusals.ofChange("v1", "ResourceQuota", before, before.replace("BestEffort", "NotBestEffort")))
                .singleElement()
                .asString()
                .startsWith("spec.scopes: Invalid value: [\"NotBestEffort\"]: field is immutable");
        assertThat(Refusals.ofChange("v1", "ResourceQuota", before, before.replace("'1'", "'2'")))
                .isEmpty();
    }

    @Test
    void aKeyOfATaintIsALabelsName() {
        assertThat(Refusals.of("v1", "Node", "'spec':{'taints':[{'key':'','effect':'NoSchedule'}]}"))
                .first()
                .isEqualTo("spec.taints[0].key: Invalid value: \"\": name part must be non-empty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50}}~ok
            'type':'External','external':{'metric':{'name':'q'},'target':{'type':'Value','value':'10'}}~ok
            'type':'Resource'~.resource: Required value: must populate information for the given metric source
            'type':'Resource','resource':{'name':'','target':{'type':'AverageValue','averageValue':'1'}}~.resource.name: Required value: must specify a resource name
            'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':0}}~.resource.target.averageUtilization: Invalid value: 0: must be greater than 0
            'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization'}}~.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization
            'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50,'averageValue':'1'}}~.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization
            'type':'Pods','pods':{'metric':{'name':''},'target':{'type':'AverageValue','averageValue':'1'}}~.pods.metric.name: Required value: must specify a metric name
            'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue'}}~.pods.target.averageValue: Required value: must specify a positive target averageValue
            'type':'External','external':{'metric':{'name':'q'},'target':{'type':'Value'}}~.external.target.averageValue: Required value: must set either a target value for metric or a per-pod target
            'type':'External','external':{'metric':{'name':'q'},'target':{'type':'Value','value':'-1'}}~.external.target.value: Invalid value: "-1": must be positive
            'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'1'}},'resource':{'name':'cpu','target':{'type':'AverageValue','averageValue':'1'}}~.resource: Forbidden: must populate the given metric source only
            """)
    void metricsOfAutoscalers(String metric, String words) {
        Refusals.are(
                "autoscaling/v2",
                "HorizontalPodAutoscaler",
                "'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'maxReplicas':3,'metrics':[{" + metric
                        + "}]}",
                words.equals("ok") ? words : "spec.metrics[0]" + words);
    }
}
