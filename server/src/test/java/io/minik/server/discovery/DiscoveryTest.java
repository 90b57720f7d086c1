package io.minik.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.discovery.Discovery.Document;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The documents of Kubernetes' own kinds; those that come and go are AddedKindTest's. */
class DiscoveryTest {
    private final Discovery discovery = new Discovery(Schema.load());

    /** kubectl takes the first group that knows a word: events are the core's, and ingresses those of networking. */
    @Test
    void groupsStandInUpstreamsOrder() {
        List<String> order = List.of(
                "apiregistration.k8s.io",
                "apps",
                "events.k8s.io",
                "authentication.k8s.io",
                "authorization.k8s.io",
                "autoscaling",
                "batch",
                "certificates.k8s.io",
                "networking.k8s.io",
                "policy",
                "rbac.authorization.k8s.io",
                "storage.k8s.io",
                "admissionregistration.k8s.io",
                "apiextensions.k8s.io",
                "scheduling.k8s.io",
                "coordination.k8s.io",
                "node.k8s.io",
                "discovery.k8s.io",
                "flowcontrol.apiserver.k8s.io");
        List<String> listed = texts(tree(discovery.groupList()).path("groups"), "/name");
        assertThat(listed).containsSubsequence(order);
        assertThat(texts(tree(discovery.aggregated(false, "v2")).path("items"), "/metadata/name"))
                .isEqualTo(listed);
    }

    @Test
    void thePreferredVersionIsTheNewestStableOne() {
        JsonNode autoscaling = tree(discovery.group("autoscaling").orElseThrow());
        assertThat(texts(autoscaling.path("versions"), "/version")).containsExactly("v2", "v1");
        assertThat(autoscaling.at("/preferredVersion/groupVersion").asText()).isEqualTo("autoscaling/v2");
    }

    @Test
    void whatIsNotServedHasNoDocument() {
        assertThat(discovery.group("example.com")).isEmpty();
        assertThat(discovery.group("")).isEmpty();
        assertThat(discovery.resources("apps", "v2")).isEmpty();
        assertThat(discovery.resources("example.com", "v1")).isEmpty();
    }

    /** As a kube-apiserver prints them: clients compare the hash over an upgrade, and over a move to another server. */
    @ParameterizedTest
    @CsvSource({
        "'',v1,pods,xPOwRZ+Yhw8=",
        "'',v1,services,0/CO1lhkEBI=",
        "apps,v1,deployments,8aSe+NMegvE=",
        "'',v1,events,r2yiGXH7wu8=",
        "events.k8s.io,v1,events,r2yiGXH7wu8=",
        "autoscaling,v1,horizontalpodautoscalers,qwQve8ut294=",
        "autoscaling,v2,horizontalpodautoscalers,qwQve8ut294="
    })
    void aStoredVersionsHashIsUpstreams(String group, String version, String plural, String hash) {
        assertThat(resource(group, version, plural).path("storageVersionHash").asText())
                .isEqualTo(hash);
    }

    @Test
    void aResourceTellsItsWordsAndItsVerbs() {
        JsonNode deployments = resource("apps", "v1", "deployments");
        assertThat(deployments.path("kind").asText()).isEqualTo("Deployment");
        assertThat(deployments.path("singularName").asText()).isEqualTo("deployment");
        assertThat(deployments.path("namespaced").asBoolean()).isTrue();
        assertThat(texts(deployments.path("shortNames"), "")).containsExactly("deploy");
        assertThat(texts(deployments.path("categories"), "")).containsExactly("all");
        assertThat(texts(deployments.path("verbs"), ""))
                .containsExactly("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
        JsonNode scale = resource("apps", "v1", "deployments/scale");
        assertThat(scale.path("group").asText()).isEqualTo("autoscaling");
        assertThat(scale.path("version").asText()).isEqualTo("v1");
        assertThat(scale.path("kind").asText()).isEqualTo("Scale");
        assertThat(texts(scale.path("verbs"), "")).containsExactly("get", "patch", "update");
    }

    /** An old client and a new one see the same server: each resource and verb of one form is in the other. */
    @Test
    void bothFormsTellTheSame() {
        Map<String, List<String>> plain = new TreeMap<>();
        Map<String, List<String>> aggregated = new TreeMap<>();
        for (boolean core : new boolean[] {true, false}) {
            for (JsonNode group : tree(discovery.aggregated(core, "v2")).path("items")) {
                String name = group.at("/metadata/name").asText();
                for (JsonNode version : group.path("versions")) {
                    String prefix = name + "/" + version.path("version").asText() + "/";
                    for (JsonNode resource : version.path("resources")) {
                        String plural = prefix + resource.path("resource").asText();
                        aggregated.put(plural, texts(resource.path("verbs"), ""));
                        for (JsonNode sub : resource.path("subresources")) {
                            aggregated.put(
                                    plural + "/" + sub.path("subresource").asText(), texts(sub.path("verbs"), ""));
                        }
                    }
                    JsonNode list = tree(discovery
                            .resources(name, version.path("version").asText())
                            .orElseThrow());
                    for (JsonNode resource : list.path("resources")) {
                        plain.put(prefix + resource.path("name").asText(), texts(resource.path("verbs"), ""));
                    }
                }
            }
        }
        assertThat(plain).isEqualTo(aggregated).containsKeys("/v1/pods/log", "apps/v1/deployments/status");
    }

    /** A document is made once: what a client holds by its ETag is told unchanged. */
    @Test
    void aDocumentKeepsItsTag() {
        assertThat(new Discovery(Schema.load()).groupList().etag())
                .isEqualTo(discovery.groupList().etag());
        assertThat(discovery.aggregated(false, "v2").etag())
                .isNotEqualTo(discovery.aggregated(true, "v2").etag());
    }

    private JsonNode resource(String group, String version, String name) {
        for (JsonNode resource :
                tree(discovery.resources(group, version).orElseThrow()).path("resources")) {
            if (resource.path("name").asText().equals(name)) {
                return resource;
            }
        }
        throw new AssertionError(name + " is not listed");
    }

    private static JsonNode tree(Document document) {
        return Json.parse(document.bytes());
    }

    /** The texts at one place below each item; the empty pointer is the item itself. */
    private static List<String> texts(JsonNode array, String pointer) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(item -> item.at(pointer).asText())
                .toList();
    }

    private static RemoteVersion remote(int priority, boolean stale, String... resources) {
        List<JsonNode> listed = Stream.of(resources)
                .map(json -> Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))
                .toList();
        return new RemoteVersion("metrics.example.com", "v1beta1", new Priorities(priority, 100), listed, stale);
    }

    @Test
    void whatOthersServeStandsWhereTheirPriorityPutsIt() {
        Discovery merged = new Discovery(Schema.load(), List.of(remote(17_799, false)));

        assertThat(Json.parse(merged.groupList().bytes()).path("groups").findValuesAsText("name"))
                .containsSubsequence("apps", "metrics.example.com", "events.k8s.io");
        assertThat(merged.resources("metrics.example.com", "v1beta1")).isEmpty();
        assertThat(merged.group("metrics.example.com")).isPresent();
    }

    @Test
    void whatOthersListIsAggregatedWithItsSubresourcesAndItsAge() {
        Discovery merged = new Discovery(
                Schema.load(),
                List.of(remote(
                        10,
                        true,
                        "{'name':'flunders','namespaced':true,'kind':'Flunder','verbs':['list','get'],'shortNames':['fl']}",
                        "{'name':'flunders/status','namespaced':true,'kind':'Flunder','verbs':['get']}",
                        "{'name':'pods/requests','namespaced':true,'kind':'MetricValueList','verbs':['get']}")));

        JsonNode groups = Json.parse(merged.aggregated(false, "v2").bytes()).path("items");
        JsonNode last = groups.get(groups.size() - 1);
        assertThat(last.path("metadata").path("name").asText()).isEqualTo("metrics.example.com");
        JsonNode version = last.path("versions").get(0);
        assertThat(version.path("freshness").asText()).isEqualTo("Stale");
        assertThat(version.path("resources").findValuesAsText("resource")).containsExactly("flunders", "pods");
        assertThat(version.path("resources").findValuesAsText("subresource")).containsExactly("status", "requests");
        assertThat(version.path("resources")
                        .get(0)
                        .path("responseKind")
                        .path("group")
                        .asText())
                .isEqualTo("metrics.example.com");
    }
}
