package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SchemaTest {
    private static final Schema SCHEMA = Schema.load();
    private static final Map<String, String> VERBS = Map.of(
            "post", "create",
            "put", "update",
            "get", "get",
            "list", "list",
            "patch", "patch",
            "delete", "delete",
            "deletecollection", "deletecollection");

    /** One line of the conformance endpoint list. */
    record Endpoint(String group, String version, String kind, String verb, String path) {
        String resource() {
            String[] words = path.substring(1).split("/");
            List<String> rest = new ArrayList<>(List.of(words).subList(words[0].equals("api") ? 2 : 3, words.length));
            if (rest.size() > 2 && rest.get(1).equals("{namespace}")) {
                rest = rest.subList(2, rest.size());
            }
            rest.removeIf(word -> word.startsWith("{"));
            return String.join("/", rest);
        }

        String apiVersion() {
            String[] words = path.substring(1).split("/");
            return words[0].equals("api") ? words[1] : words[1] + "/" + words[2];
        }
    }

    static List<Endpoint> endpoints() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SchemaTest.class.getResourceAsStream("endpoints-1.36.tsv")),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> line.split("\t"))
                    .map(w -> new Endpoint(w[0], w[1], w[2], w[3], w[4]))
                    .toList();
        }
    }

    @Test
    void everyStableEndpointOfTheConformanceListIsServed() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Endpoint endpoint : endpoints()) {
            String verb = VERBS.get(endpoint.verb());
            if (verb == null || endpoint.path().contains("{path}")) {
                continue;
            }
            String[] words = endpoint.resource().split("/");
            boolean known = SCHEMA.findResource(endpoint.apiVersion(), words[0])
                    .map(row -> words.length == 1
                            ? row.has(verb)
                            : row.subresource(words[1])
                                    .filter(sub -> sub.verbs().contains(verb))
                                    .isPresent())
                    .orElse(false);
            if (!known) {
                missing.add(endpoint.verb() + " " + endpoint.path());
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void nothingIsServedThatTheConformanceListDoesNotKnow() throws IOException {
        Set<String> listed = endpoints().stream()
                .map(endpoint ->
                        endpoint.apiVersion() + " " + endpoint.resource().split("/")[0])
                .collect(Collectors.toSet());
        Set<String> served = new HashSet<>();
        for (KindRow row : SCHEMA.kinds()) {
            served.add(row.resource().apiVersion() + " " + row.resource().plural());
        }
        served.removeAll(listed);
        assertThat(served)
                .as("created-only resources that the list counts under their kind's verbs")
                .isSubsetOf(CREATE_ONLY);
    }

    private static final Set<String> CREATE_ONLY = Set.of("v1 bindings", "v1 componentstatuses");

    @Test
    void everyKindIsFoundByResourceAndByKindAndHasItsList() {
        for (KindRow row : SCHEMA.kinds()) {
            assertThat(SCHEMA.kind(row.resource())).isSameAs(row);
            assertThat(SCHEMA.findType(
                            row.resource().apiVersion(), row.resource().kind()))
                    .contains(row.type());
            assertThat(row.type().field("metadata")).as(row.resource().kind()).isPresent();
            if (row.has("list")) {
                assertThat(SCHEMA.findType(
                                row.resource().apiVersion(), row.resource().kind() + "List"))
                        .as(row.resource().kind())
                        .isPresent();
            }
        }
    }

    @Test
    void podsKnowTheirNamesVerbsAndSubresources() {
        KindRow pods = SCHEMA.kind(Resources.PODS);
        assertThat(pods.shortNames()).containsExactly("po");
        assertThat(pods.categories()).containsExactly("all");
        assertThat(pods.singular()).isEqualTo("pod");
        assertThat(pods.verbs())
                .containsExactly("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
        assertThat(pods.subresources().stream().map(Subresource::name))
                .containsExactly(
                        "attach",
                        "binding",
                        "ephemeralcontainers",
                        "eviction",
                        "exec",
                        "log",
                        "portforward",
                        "proxy",
                        "resize",
                        "status");
        assertThat(pods.subresource("eviction").orElseThrow().group()).isEqualTo("policy");
    }

    @Test
    void inlinedSourcesAreFieldsOfTheirOwnerAndListsCarryTheirKeys() {
        Type volume = SCHEMA.findNamed("k8s.io.api.core.v1.Volume").orElseThrow();
        assertThat(volume.field("configMap")).isPresent();
        assertThat(volume.field("volumeSource")).isEmpty();
        Type container = SCHEMA.findNamed("k8s.io.api.core.v1.Container").orElseThrow();
        Field ports = container.field("ports").orElseThrow();
        assertThat(ports.patchMergeKey()).isEqualTo("containerPort");
        assertThat(ports.listMapKeys()).containsExactly("containerPort", "protocol");
        assertThat(ports.keyed()).isTrue();
        assertThat(container.field("name").orElseThrow().required()).isTrue();
        assertThat(container.field("args").orElseThrow().atomic()).isTrue();
        Type port = SCHEMA.findNamed("k8s.io.api.core.v1.ContainerPort").orElseThrow();
        assertThat(port.field("protocol").orElseThrow().defaultJson()).isEqualTo("\"TCP\"");
    }

    @Test
    void descriptionsAreThoseOfTheFields() {
        Docs docs = Docs.load();
        Type pod = SCHEMA.kind(Resources.PODS).type();
        assertThat(docs.of(pod)).startsWith("Pod is a collection of containers");
        Type volume = SCHEMA.findNamed("k8s.io.api.core.v1.Volume").orElseThrow();
        assertThat(docs.of(volume, volume.field("emptyDir").orElseThrow()))
                .startsWith("emptyDir represents a temporary directory");
    }

    @Test
    void loadingIsReported() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long before = runtime.totalMemory() - runtime.freeMemory();
        long start = System.nanoTime();
        Schema schema = Schema.load();
        long took = System.nanoTime() - start;
        System.gc();
        long after = runtime.totalMemory() - runtime.freeMemory();
        System.out.printf(
                "schema: %d types, %d kinds, loaded in %d us, %d KB of heap%n",
                schema.types().size(), schema.kinds().size(), took / 1000, (after - before) / 1024);
        assertThat(schema.types()).hasSizeGreaterThan(500);
    }
}
