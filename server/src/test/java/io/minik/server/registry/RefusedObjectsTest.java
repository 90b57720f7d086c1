package io.minik.server.registry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resource;
import io.minik.server.http.TestApi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedObjectsTest {
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private void refused(String group, String plural, String kind, String body, String... words) {
        Resource resource = new Resource(group, "v1", plural, kind, false);
        assertThatThrownBy(() -> api.create(resource, "", body)).hasMessageContainingAll(words);
    }

    @Test
    void webhooksAndPoliciesThatCouldNotBeAsked() {
        String group = "admissionregistration.k8s.io";
        refused(
                group,
                "validatingwebhookconfigurations",
                "ValidatingWebhookConfiguration",
                "{'metadata':{'name':'a'},'webhooks':[{'name':'a','clientConfig':{'url':'http://x'},'sideEffects':'None',"
                        + "'admissionReviewVersions':[],'timeoutSeconds':99,'rules':[{'operations':['*','CREATE'],"
                        + "'apiGroups':['*'],'apiVersions':['v1'],'resources':['pods']}]}]}",
                "webhooks[0].name: Invalid value: \"a\": should be a domain with at least three segments",
                "webhooks[0].timeoutSeconds: Invalid value: 99: the timeout value must be between 1 and 30 seconds",
                "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired"
                        + " format: https://host[/path]",
                "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"CREATE\"]: if '*' is present");
        refused(
                group,
                "validatingadmissionpolicies",
                "ValidatingAdmissionPolicy",
                "{'metadata':{'name':'a'},'spec':{}}",
                "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
                "spec.matchConstraints: Required value");
        refused(
                group,
                "validatingadmissionpolicybindings",
                "ValidatingAdmissionPolicyBinding",
                "{'metadata':{'name':'a'},'spec':{'policyName':'p','validationActions':['Deny','Warn']}}",
                "spec.validationActions: Invalid value: [\"Deny\",\"Warn\"]: must not contain both Deny and Warn");
    }

    @Test
    void flowsWithoutALevelAndLevelsWithoutALimit() {
        String group = "flowcontrol.apiserver.k8s.io";
        refused(
                group,
                "flowschemas",
                "FlowSchema",
                "{'metadata':{'name':'a'},'spec':{'matchingPrecedence':20000,'rules':[{'subjects':[]}]}}",
                "spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000",
                "spec.priorityLevelConfiguration.name: Required value: must reference a priority level",
                "spec.rules[0].subjects: Required value: subjects must contain at least one value");
        refused(
                group,
                "prioritylevelconfigurations",
                "PriorityLevelConfiguration",
                "{'metadata':{'name':'a'},'spec':{'type':'Exempt','limited':{}}}",
                "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if `name` is 'exempt'",
                "spec.limited: Forbidden: must be nil if the type is not Limited");
    }

    /** A level of such numbers would take the server's memory, at every start again. */
    @Test
    void levelsThatNobodyCouldQueueIn() {
        String group = "flowcontrol.apiserver.k8s.io";
        String kind = "PriorityLevelConfiguration";
        String limited = "{'metadata':{'name':'a'},'spec':{'type':'Limited','limited':";
        String queuing = limited + "{'limitResponse':{'type':'Queue','queuing':";
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                limited + "{'nominalConcurrencyShares':-1,'lendablePercent':101,'borrowingLimitPercent':-1,"
                        + "'limitResponse':{'type':'Maybe'}}}}",
                "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
                "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
                "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer",
                "spec.limited.limitResponse.type: Unsupported value: \"Maybe\": supported values: \"Queue\", \"Reject\"");
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                queuing + "{'queues':10000001,'handSize':0,'queueLengthLimit':0}}}}}",
                "spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: 0: must be positive",
                "spec.limited.limitResponse.queuing.queues: Invalid value: 10000001: must not be greater than 10000000",
                "spec.limited.limitResponse.queuing.handSize: Invalid value: 0: must be positive");
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                queuing + "{'queues':5,'handSize':6}}}}}",
                "spec.limited.limitResponse.queuing.handSize: Invalid value: 6: should not be greater than queues (5)");
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                queuing + "{'queues':512,'handSize':8}}}}}",
                "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512"
                        + " and handSize 8 should not be greater than 60");
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                limited + "{'limitResponse':{'type':'Queue'}}}}",
                "spec.limited.limitResponse.queuing: Required value: must not be empty if"
                        + " limited.limitResponse.type is Limited");
        refused(
                group,
                "prioritylevelconfigurations",
                kind,
                limited + "{'limitResponse':{'type':'Reject','queuing':{}}}}}",
                "spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited");
        refused(
                group,
                "flowschemas",
                "FlowSchema",
                "{'metadata':{'name':'a'},'spec':{'matchingPrecedence':1,'priorityLevelConfiguration':{'name':'x'}}}",
                "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1");
    }

    @Test
    void whatDriversCouldNotMean() {
        refused(
                "storage.k8s.io",
                "csinodes",
                "CSINode",
                "{'metadata':{'name':'a'},'spec':{'drivers':[{'name':'x','nodeID':'y'},{'name':'x','nodeID':'y',"
                        + "'allocatable':{'count':-1}}]}}",
                "spec.drivers[1].name: Duplicate value: \"x\"",
                "spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0");
        refused(
                "storage.k8s.io",
                "volumeattachments",
                "VolumeAttachment",
                "{'metadata':{'name':'a'},'spec':{'attacher':'a','nodeName':'n','source':{}}}",
                "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        refused(
                "networking.k8s.io",
                "servicecidrs",
                "ServiceCIDR",
                "{'metadata':{'name':'a'},'spec':{'cidrs':['foo']}}",
                "spec.cidrs[0]: Invalid value: \"foo\": must be a valid CIDR value");
        refused(
                "networking.k8s.io",
                "ipaddresses",
                "IPAddress",
                "{'metadata':{'name':'foo'},'spec':{}}",
                "metadata.name: Invalid value: \"foo\": must be a valid IP address",
                "spec.parentRef: Required value");
        refused(
                "node.k8s.io",
                "runtimeclasses",
                "RuntimeClass",
                "{'metadata':{'name':'a'},'handler':'A_b'}",
                "handler: Invalid value: \"A_b\": a lowercase RFC 1123 label");
    }
}
