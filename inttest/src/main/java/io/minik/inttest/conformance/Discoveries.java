package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.inttest.conformance.Definitions.Definition;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.List;

/** What clients learn of the API before they use it. */
final class Discoveries {
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Those that upstream's test asks for. */
    private static final List<String> RESOURCES = List.of(
            "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            "apiextensions.k8s.io/v1/customresourcedefinitions",
            "apiregistration.k8s.io/v1/apiservices",
            "apps/v1/deployments",
            "authentication.k8s.io/v1/tokenreviews",
            "authorization.k8s.io/v1/selfsubjectaccessreviews",
            "autoscaling/v1/horizontalpodautoscalers",
            "autoscaling/v2/horizontalpodautoscalers",
            "batch/v1/jobs",
            "certificates.k8s.io/v1/certificatesigningrequests",
            "coordination.k8s.io/v1/leases",
            "discovery.k8s.io/v1/endpointslices",
            "events.k8s.io/v1/events",
            "networking.k8s.io/v1/ingresses",
            "node.k8s.io/v1/runtimeclasses",
            "policy/v1/poddisruptionbudgets",
            "scheduling.k8s.io/v1/priorityclasses",
            "storage.k8s.io/v1/csinodes");

    private Discoveries() {}

    static void add(Run run) {
        run.behaviour("discovery: each group's preferred version", Discoveries::preferred);
        run.behaviour("discovery: each group's versions and a resource", Discoveries::resources);
        run.behaviour("discovery: aggregated, with all built-in resources", Discoveries::aggregated);
        run.behaviour("discovery: aggregated, with a definition's resource", Discoveries::aggregatedDefinition);
        run.behaviour("discovery: the server's version", Discoveries::version);
    }

    private static void version(Place place) {
        JsonNode version = place.api().get("/version").ok();
        Checks.holds("major", version.path("major").asText().matches("[0-9]+"));
        Checks.holds("minor", version.path("minor").asText().matches("[0-9]+"));
    }

    private static void preferred(Place place) {
        for (JsonNode group : place.api().get("/apis").ok().path("groups")) {
            String preferred = group.at("/preferredVersion/groupVersion").asText();
            String name = group.path("name").asText();
            Api.Answer answer = place.api().get("/apis/" + name);
            if (answer.code() == Api.NOT_FOUND && name.contains("conformance-")) {
                continue; // a definition of a behaviour beside this one, which is gone by now
            }
            JsonNode one = answer.ok();
            Checks.same("kind", "APIGroup", one.path("kind").asText());
            Checks.same("name", group.path("name"), one.path("name"));
            Checks.same(
                    "preferred",
                    preferred,
                    one.at("/preferredVersion/groupVersion").asText());
            Checks.holds(preferred + " is one of its versions", Checks.any(one.path("versions"), each -> each.path(
                            "groupVersion")
                    .asText()
                    .equals(preferred)));
        }
    }

    private static void resources(Place place) {
        for (JsonNode group : place.api().get("/apis").ok().path("groups")) {
            Checks.holds("has versions", !group.path("versions").isEmpty());
            for (JsonNode version : group.path("versions")) {
                String path = version.path("groupVersion").asText();
                Api.Answer answer = place.api().get("/apis/" + path);
                if (answer.code() == Api.NOT_FOUND && path.contains("conformance-")) {
                    continue; // a definition of a behaviour beside this one, which is gone by now
                }
                JsonNode list = answer.ok();
                Checks.same("kind", "APIResourceList", list.path("kind").asText());
                Checks.same("groupVersion", path, list.path("groupVersion").asText());
                Checks.holds(path + " has a resource", !list.path("resources").isEmpty());
            }
        }
    }

    private static boolean has(JsonNode discovered, String group, String version, String resource) {
        return Checks.any(
                discovered.path("items"),
                each -> each.at("/metadata/name").asText().equals(group)
                        && Checks.any(
                                each.path("versions"),
                                of -> of.path("version").asText().equals(version)
                                        && Checks.any(of.path("resources"), found -> found.path("resource")
                                                .asText()
                                                .equals(resource))));
    }

    private static void aggregated(Place place) {
        JsonNode apis = place.api().get("/apis", AGGREGATED).ok();
        Checks.same("kind", "APIGroupDiscoveryList", apis.path("kind").asText());
        for (String resource : RESOURCES) {
            String[] parts = resource.split("/");
            Checks.holds(resource, has(apis, parts[0], parts[1], parts[2]));
        }
        JsonNode core = place.api().get("/api", AGGREGATED).ok();
        Checks.holds("namespaces", has(core, "", "v1", "namespaces"));
    }

    private static void aggregatedDefinition(Place place) {
        Definition foos = new Definition(place).made(Definition.version("v1", true, Definitions.OPEN));
        Checks.within(
                SOON,
                "it is there",
                () -> has(place.api().get("/apis", AGGREGATED).ok(), foos.group(), "v1", "foos"));
        foos.gone();
    }
}
