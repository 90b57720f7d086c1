package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.List;

/** Policies of admission, and what may be said in configurations of webhooks without any being called. */
final class Policies {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String ROOT = "/apis/admissionregistration.k8s.io/v1/";

    private Policies() {}

    static void add(Run run) {
        run.behaviour("policy: a Deployment is validated", Policies::validated);
        run.behaviour("policy: expressions refer to variables", Policies::variables);
        run.behaviour("policy: a Deployment is mutated", place -> mutated(place, false));
        run.behaviour("policy: a Deployment is mutated with annotations", place -> mutated(place, true));
        run.behaviour("webhooks: their resources are in the discovery documents", Policies::discovered);
        for (String kind : List.of("mutating", "validating")) {
            run.behaviour("configuration with match conditions is created and updated", kind, Policies::conditions);
            run.behaviour("configuration with broken match conditions is refused", kind, Policies::brokenConditions);
        }
    }

    private static String match(Place place) {
        return "'matchConstraints':{'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'"
                + place.namespace()
                + "'}},'resourceRules':[{'apiGroups':['apps'],'apiVersions':['v1'],'operations':['CREATE','UPDATE'],'resources':['deployments']}]}";
    }

    private static void bound(Place place, String prefix, String spec, String action) {
        String name = "policy-" + place.namespace();
        place.api()
                .post(
                        ROOT + prefix + "policies",
                        Api.json("{'metadata':{'name':'%s'},'spec':{%s,%s}}", name, match(place), spec))
                .expect(Api.CREATED);
        place.api()
                .post(
                        ROOT + prefix + "policybindings",
                        Api.json("{'metadata':{'name':'%s'},'spec':{'policyName':'%s'%s}}", name, name, action))
                .expect(Api.CREATED);
    }

    private static void unbound(Place place, String prefix) {
        String name = "policy-" + place.namespace();
        place.api().delete(ROOT + prefix + "policybindings/" + name).ok();
        place.api().delete(ROOT + prefix + "policies/" + name).ok();
    }

    private static Api.Answer deployment(Place place, String name, int replicas) {
        return place.api()
                .post(
                        place.apps("deployments") + "?dryRun=All",
                        Workloads.body(place, "deployments", name, replicas, "'command':['sleep','3600']"));
    }

    private static void refuses(Place place, int replicas) {
        Checks.within(SOON, "refused", () -> deployment(place, "d", replicas).code() == Api.INVALID);
        Checks.says(
                deployment(place, "d", replicas).message(),
                "ValidatingAdmissionPolicy 'policy-" + place.namespace() + "'");
    }

    private static void validated(Place place) {
        bound(
                place,
                "validatingadmission",
                "'validations':[{'expression':'object.spec.replicas > 1','messageExpression':'\\'wants replicas > 1, got \\' + string(object.spec.replicas)'}]"
                        .replace("\\'", "\\\""),
                ",'validationActions':['Deny']");
        refuses(place, 1);
        Checks.says(deployment(place, "d", 1).message(), "wants replicas > 1, got 1");
        deployment(place, "d", 2).expect(Api.CREATED);
        unbound(place, "validatingadmission");
    }

    private static void variables(Place place) {
        bound(
                place,
                "validatingadmission",
                "'variables':[{'name':'replicas','expression':'object.spec.replicas'},{'name':'oddReplicas','expression':'variables.replicas % 2 == 1'}],'validations':[{'expression':'variables.replicas > 1'},{'expression':'variables.oddReplicas'}]",
                ",'validationActions':['Deny']");
        refuses(place, 1);
        refuses(place, 2);
        deployment(place, "d", 3).expect(Api.CREATED);
        unbound(place, "validatingadmission");
    }

    private static void mutated(Place place, boolean annotations) {
        String change = annotations
                ? "Object{metadata: Object.metadata{annotations: {\\\"my-foo-annotation\\\": \\\"myAnnotationValue\\\"}}}"
                : "Object{spec: Object.spec{replicas: 5}}";
        bound(
                place,
                "mutatingadmission",
                "'reinvocationPolicy':'Never','mutations':[{'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'"
                        + change + "'}}]",
                "");
        String pointer = annotations ? "/metadata/annotations/my-foo-annotation" : "/spec/replicas";
        String wanted = annotations ? "myAnnotationValue" : "5";
        Checks.within(
                SOON,
                "mutated",
                () -> deployment(place, "d", 1).ok().at(pointer).asText().equals(wanted));
        unbound(place, "mutatingadmission");
        Checks.within(
                SOON,
                "and no longer",
                () -> !deployment(place, "d", 1).ok().at(pointer).asText().equals(wanted));
    }

    private static void discovered(Place place) {
        Api api = place.api();
        JsonNode group = api.get("/apis/admissionregistration.k8s.io").ok();
        Checks.same(
                "preferred",
                "admissionregistration.k8s.io/v1",
                group.at("/preferredVersion/groupVersion").asText());
        JsonNode resources =
                api.get("/apis/admissionregistration.k8s.io/v1").ok().path("resources");
        for (String name : List.of("mutatingwebhookconfigurations", "validatingwebhookconfigurations")) {
            Checks.holds(
                    name,
                    Checks.any(resources, each -> each.path("name").asText().equals(name)));
        }
    }

    private static String configuration(Place place, String expression) {
        return Api.json(
                "{'metadata':{'name':'%1$s'},'webhooks':[{'name':'w.%1$s.example.com','admissionReviewVersions':['v1'],'sideEffects':'None','failurePolicy':'Ignore','clientConfig':{'url':'https://127.0.0.1:9/'},'namespaceSelector':{'matchLabels':{'none':'%1$s'}},'rules':[{'apiGroups':[''],'apiVersions':['v1'],'operations':['CREATE'],'resources':['configmaps']}],'matchConditions':[{'name':'expression-1','expression':'%2$s'}]}]}",
                place.namespace(), expression);
    }

    private static void conditions(Place place, String kind) {
        Api api = place.api();
        String path = ROOT + kind + "webhookconfigurations";
        api.post(path, configuration(place, "object.metadata.namespace == \\\"production\\\""))
                .expect(Api.CREATED);
        String one = path + "/" + place.namespace();
        JsonNode updated = Pods.update(place, one, read -> ((ObjectNode) read.at("/webhooks/0/matchConditions/0"))
                .put("expression", "object.metadata.namespace == \"staging\""));
        Checks.says(updated.at("/webhooks/0/matchConditions/0/expression").asText(), "staging");
        api.delete(one).ok();
    }

    private static void brokenConditions(Place place, String kind) {
        Checks.says(
                place.api()
                        .post(ROOT + kind + "webhookconfigurations", configuration(place, "... [] bad expression"))
                        .expect(Api.INVALID)
                        .message(),
                "compilation failed");
    }
}
