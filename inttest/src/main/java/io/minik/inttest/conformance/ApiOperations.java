package io.minik.inttest.conformance;

import io.minik.inttest.conformance.Lifecycle.Kind;

/** "Should support API operations", a line for each kind. */
final class ApiOperations {
    private static final boolean NAMESPACED = true;
    private static final boolean CLUSTER = false;
    private static final String NO_STATUS = "";
    private static final String CONDITION =
            "'conditions':[{'type':'Told','status':'True','reason':'R','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}]";
    private static final String TEMPLATE =
            "{'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'c','image':'x'}]}}";

    private ApiOperations() {}

    static void add(Run run) {
        flowControl(run);
        admission(run);
        workloads(run);
        network(run);
        storage(run);
        devices(run);
        rest(run);
    }

    private static void operations(Run run, String title, Kind kind) {
        run.behaviour(title, place -> new Lifecycle(place.api(), place.namespace()).run(kind));
    }

    private static void flowControl(Run run) {
        String version = "flowcontrol.apiserver.k8s.io/v1";
        operations(
                run,
                "FlowSchema: API operations",
                new Kind(
                        version,
                        "flowschemas",
                        "FlowSchema",
                        CLUSTER,
                        "'spec':{'matchingPrecedence':10000,'priorityLevelConfiguration':{'name':'global-default'},'rules':[{'subjects':[{'kind':'User','user':{'name':'example-e2e-flow-schema'}}],'nonResourceRules':[{'nonResourceURLs':['*'],'verbs':['get']}]}]}",
                        "{" + CONDITION + "}"));
        operations(
                run,
                "PriorityLevelConfiguration: API operations",
                new Kind(
                        version,
                        "prioritylevelconfigurations",
                        "PriorityLevelConfiguration",
                        CLUSTER,
                        "'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':2,'limitResponse':{'type':'Reject'}}}",
                        "{" + CONDITION + "}"));
    }

    private static void admission(Run run) {
        String version = "admissionregistration.k8s.io/v1";
        String match =
                "'matchConstraints':{'resourceRules':[{'apiGroups':['conformance.example.com'],'apiVersions':['v1'],'operations':['CREATE'],'resources':['nothings']}]}";
        operations(
                run,
                "ValidatingAdmissionPolicy: API operations",
                new Kind(
                        version,
                        "validatingadmissionpolicies",
                        "ValidatingAdmissionPolicy",
                        CLUSTER,
                        "'spec':{" + match + ",'validations':[{'expression':'object.spec.replicas <= 100'}]}",
                        "{'observedGeneration':1," + CONDITION + "}"));
        operations(
                run,
                "ValidatingAdmissionPolicyBinding: API operations",
                new Kind(
                        version,
                        "validatingadmissionpolicybindings",
                        "ValidatingAdmissionPolicyBinding",
                        CLUSTER,
                        "'spec':{'policyName':'conformance-none','validationActions':['Deny']}",
                        NO_STATUS));
        operations(
                run,
                "MutatingAdmissionPolicy: API operations",
                new Kind(
                        version,
                        "mutatingadmissionpolicies",
                        "MutatingAdmissionPolicy",
                        CLUSTER,
                        "'spec':{" + match
                                + ",'reinvocationPolicy':'Never','mutations':[{'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'Object{}'}}]}",
                        NO_STATUS));
        operations(
                run,
                "MutatingAdmissionPolicyBinding: API operations",
                new Kind(
                        version,
                        "mutatingadmissionpolicybindings",
                        "MutatingAdmissionPolicyBinding",
                        CLUSTER,
                        "'spec':{'policyName':'conformance-none'}",
                        NO_STATUS));
    }

    private static void workloads(Run run) {
        operations(
                run,
                "CronJob: API operations",
                new Kind(
                        "batch/v1",
                        "cronjobs",
                        "CronJob",
                        NAMESPACED,
                        "'spec':{'schedule':'0 0 1 1 *','suspend':true,'jobTemplate':{'spec':{'template':{'spec':{'restartPolicy':'OnFailure','containers':[{'name':'c','image':'x'}]}}}}}",
                        "{'lastScheduleTime':'2026-01-01T00:00:00Z'}"));
        operations(
                run,
                "ControllerRevision: lifecycle",
                new Kind(
                        "apps/v1",
                        "controllerrevisions",
                        "ControllerRevision",
                        NAMESPACED,
                        "'revision':1,'data':{'spec':{'template':" + TEMPLATE + "}}",
                        NO_STATUS));
        operations(
                run,
                "PodTemplate: lifecycle, replace and delete of a collection",
                new Kind("v1", "podtemplates", "PodTemplate", NAMESPACED, "'template':" + TEMPLATE, NO_STATUS));
        operations(
                run,
                "PodDisruptionBudget: create, list, update, delete of a collection",
                new Kind(
                        "policy/v1",
                        "poddisruptionbudgets",
                        "PodDisruptionBudget",
                        NAMESPACED,
                        "'spec':{'minAvailable':1,'selector':{'matchLabels':{'foo':'bar'}}}",
                        "{'conditions':[{'type':'Told','status':'True','reason':'R','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}]}"));
    }

    private static void network(Run run) {
        String version = "networking.k8s.io/v1";
        operations(
                run,
                "Ingress: API operations",
                new Kind(
                        version,
                        "ingresses",
                        "Ingress",
                        NAMESPACED,
                        "'spec':{'ingressClassName':'of-nobody','defaultBackend':{'service':{'name':'default-backend','port':{'number':80}}},'rules':[{'host':'foo.bar.com','http':{'paths':[{'path':'/','pathType':'ImplementationSpecific','backend':{'service':{'name':'test-backend','port':{'number':8080}}}}]}}],'tls':[{'hosts':['foo.bar.com'],'secretName':'s'}]}",
                        "{'loadBalancer':{'ingress':[{'ip':'169.1.1.1'}]}}"));
        operations(
                run,
                "IngressClass: API operations",
                new Kind(
                        version,
                        "ingressclasses",
                        "IngressClass",
                        CLUSTER,
                        "'spec':{'controller':'example.com/controller'}",
                        NO_STATUS));
        operations(
                run,
                "EndpointSlice: API operations",
                new Kind(
                        "discovery.k8s.io/v1",
                        "endpointslices",
                        "EndpointSlice",
                        NAMESPACED,
                        "'addressType':'IPv4','endpoints':[{'addresses':['1.2.3.4','5.6.7.8'],'conditions':{'ready':true,'serving':true,'terminating':true}}]",
                        NO_STATUS));
    }

    private static void storage(Run run) {
        String version = "storage.k8s.io/v1";
        operations(
                run,
                "StorageClass: lifecycle",
                new Kind(
                        version,
                        "storageclasses",
                        "StorageClass",
                        CLUSTER,
                        "'provisioner':'e2e.example.com'",
                        NO_STATUS));
        operations(
                run,
                "CSIDriver: lifecycle",
                new Kind(
                        version,
                        "csidrivers",
                        "CSIDriver",
                        CLUSTER,
                        "'spec':{'attachRequired':false,'volumeLifecycleModes':['Ephemeral','Persistent']}",
                        NO_STATUS));
        operations(
                run,
                "CSINode: lifecycle",
                new Kind(version, "csinodes", "CSINode", CLUSTER, "'spec':{'drivers':[]}", NO_STATUS));
        operations(
                run,
                "CSIStorageCapacity: API operations",
                new Kind(
                        version,
                        "csistoragecapacities",
                        "CSIStorageCapacity",
                        NAMESPACED,
                        "'storageClassName':'mysc','nodeTopology':{},'capacity':'1Gi'",
                        NO_STATUS));
        operations(
                run,
                "VolumeAttachment: lifecycle and status",
                new Kind(
                        version,
                        "volumeattachments",
                        "VolumeAttachment",
                        CLUSTER,
                        "'spec':{'attacher':'e2e.example.com','nodeName':'none','source':{'persistentVolumeName':'none'}}",
                        "{'attached':true}"));
        operations(
                run,
                "VolumeAttributesClass: lifecycle",
                new Kind(
                        version,
                        "volumeattributesclasses",
                        "VolumeAttributesClass",
                        CLUSTER,
                        "'driverName':'e2e.example.com','parameters':{'foo':'bar'}",
                        NO_STATUS));
    }

    private static void devices(Run run) {
        String version = "resource.k8s.io/v1";
        String requests = "{'devices':{'requests':[{'name':'r','exactly':{'deviceClassName':'none'}}]}}";
        operations(
                run,
                "DeviceClass: CRUD",
                new Kind(version, "deviceclasses", "DeviceClass", CLUSTER, "'spec':{}", NO_STATUS));
        operations(
                run,
                "ResourceClaim: CRUD",
                new Kind(
                        version,
                        "resourceclaims",
                        "ResourceClaim",
                        NAMESPACED,
                        "'spec':" + requests,
                        "{'allocation':{'devices':{'results':[{'request':'r','driver':'dra.example.com','pool':'some-pool','device':'some-device'}]}}}"));
        operations(
                run,
                "ResourceClaimTemplate: CRUD",
                new Kind(
                        version,
                        "resourceclaimtemplates",
                        "ResourceClaimTemplate",
                        NAMESPACED,
                        "'spec':{'spec':" + requests + "}",
                        NO_STATUS));
        operations(
                run,
                "ResourceSlice: CRUD",
                new Kind(
                        version,
                        "resourceslices",
                        "ResourceSlice",
                        CLUSTER,
                        "'spec':{'driver':'dra.example.com','nodeName':'none','pool':{'name':'cluster','resourceSliceCount':1}}",
                        NO_STATUS));
    }

    private static void rest(Run run) {
        operations(
                run,
                "RuntimeClass: API operations",
                new Kind("node.k8s.io/v1", "runtimeclasses", "RuntimeClass", CLUSTER, "'handler':'h'", NO_STATUS));
        operations(
                run,
                "PriorityClass: all methods",
                new Kind(
                        "scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", CLUSTER, "'value':100", NO_STATUS));
        operations(
                run,
                "Lease: API operations",
                new Kind(
                        "coordination.k8s.io/v1",
                        "leases",
                        "Lease",
                        NAMESPACED,
                        "'spec':{'holderIdentity':'holder','leaseDurationSeconds':30,'acquireTime':'2026-01-01T00:00:00.000000Z','renewTime':'2026-01-01T00:00:05.000000Z','leaseTransitions':0}",
                        NO_STATUS));
        operations(
                run,
                "Event of events.k8s.io: fetched, patched, updated, listed, deleted",
                new Kind(
                        "events.k8s.io/v1",
                        "events",
                        "Event",
                        NAMESPACED,
                        "'eventTime':'2026-01-01T00:00:00.000000Z','reportingController':'example.com/c','reportingInstance':'i','action':'Do','reason':'Test','type':'Normal','note':'This is a test','regarding':{'kind':'Pod','name':'p'}",
                        NO_STATUS));
        operations(
                run,
                "Event of the core group: lifecycle and delete of a collection",
                new Kind(
                        "v1",
                        "events",
                        "Event",
                        NAMESPACED,
                        "'message':'This is a test event','reason':'Test','type':'Normal','count':1,'involvedObject':{'kind':'Pod','name':'p'}",
                        NO_STATUS));
        operations(
                run,
                "ServiceAccount: lifecycle and update",
                new Kind(
                        "v1",
                        "serviceaccounts",
                        "ServiceAccount",
                        NAMESPACED,
                        "'automountServiceAccountToken':false",
                        NO_STATUS));
        operations(
                run,
                "ConfigMap: lifecycle",
                new Kind("v1", "configmaps", "ConfigMap", NAMESPACED, "'data':{'a':'b'}", NO_STATUS));
        operations(
                run,
                "Secret: lifecycle and patch",
                new Kind("v1", "secrets", "Secret", NAMESPACED, "'data':{'a':'Yg=='}", NO_STATUS));
        operations(
                run,
                "LimitRange: list, patch and delete of a collection",
                new Kind(
                        "v1",
                        "limitranges",
                        "LimitRange",
                        NAMESPACED,
                        "'spec':{'limits':[{'type':'Container','defaultRequest':{'cpu':'50m'}}]}",
                        NO_STATUS));
    }
}
