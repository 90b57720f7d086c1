package io.minik.server.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.TestApi;
import io.minik.server.table.BuiltInTables;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Definitions of operators' kind and size, each established, its objects taken or refused with the words in
 * {@code inttest/crds/refusals.tsv}, which {@code -Dgolden=update} rewrites and the scenario {@code crds} holds kubectl's
 * output against.
 */
class OperatorShapesTest {
    private static final Path ROOT = Path.of("..");
    private static final Path REFUSALS = ROOT.resolve("inttest/crds/refusals.tsv");
    private static TestApi api;
    private static List<OperatorShapes.Kind> kinds;

    @BeforeAll
    static void define() throws IOException {
        api = new TestApi();
        Context context = api.vertx().getOrCreateContext();
        ControllerContext controllers = ControllerContext.of(Loop.on(context), new ApiClient(api.transport(), "minik"));
        CustomKinds custom = new CustomKinds(controllers, api.server().kinds(), BuiltInTables.tables());
        Promise<Void> started = Promise.promise();
        context.runOnContext(
                unused -> custom.restore().compose(restored -> custom.start()).onComplete(started));
        TestApi.await(started.future());
        kinds = OperatorShapes.all(ROOT);
        List<String> faults = new ArrayList<>();
        for (OperatorShapes.Kind kind : kinds) {
            ObjectNode definition = kind.definition().deepCopy();
            // Nothing is converted here: the scenario and ConversionTest have webhooks.
            ((ObjectNode) definition.path("spec")).remove("conversion");
            try {
                send(Verb.CREATE, Definition.RESOURCE, ObjectKey.cluster(""), definition);
            } catch (ApiException e) {
                faults.add(kind.name() + ": " + e.getMessage());
            }
        }
        assertThat(faults).isEmpty();
        for (OperatorShapes.Kind kind : kinds) {
            awaitEstablished(kind);
        }
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static void awaitEstablished(OperatorShapes.Kind kind) {
        api.awaitValue(
                Definition.RESOURCE, ObjectKey.cluster(kind.name()), kind.kind(), "status", "acceptedNames", "kind");
        Resource resource = resource(kind);
        Promise<Void> served = Promise.promise();
        api.server().kinds().kinds().onChange(change -> look(resource, served));
        look(resource, served);
        TestApi.await(served.future());
    }

    private static void look(Resource resource, Promise<Void> served) {
        if (api.server()
                .kinds()
                .kinds()
                .find(resource.apiVersion(), resource.plural())
                .isPresent()) {
            served.tryComplete();
        }
    }

    private static Resource resource(OperatorShapes.Kind kind) {
        JsonNode spec = kind.definition().path("spec");
        String version = Json.text(kind.good(), "apiVersion");
        return new Resource(
                Json.text(spec, "group"),
                version.substring(version.indexOf('/') + 1),
                Json.text(spec, "names", "plural"),
                kind.kind(),
                Json.text(spec, "scope").equals("Namespaced"));
    }

    private static ObjectKey key(OperatorShapes.Kind kind, JsonNode object) {
        String name = Json.text(object, "metadata", "name");
        return resource(kind).namespaced() ? ObjectKey.of("default", name) : ObjectKey.cluster(name);
    }

    private static KubeObject send(Verb verb, Resource resource, ObjectKey key, JsonNode body) {
        return TestApi.await(sendLater(verb, resource, key, Map.of(), "application/json", body));
    }

    private static Future<KubeObject> sendLater(
            Verb verb, Resource resource, ObjectKey key, Map<String, String> query, String type, JsonNode body) {
        return api.transport()
                .send(new io.minik.api.client.ApiCall(
                        verb, resource, key, "", query, type, OperatorShapes.bytes(body)));
    }

    @Test
    void thereAreFortyOfThemAndTheyAreLarge() {
        assertThat(kinds).hasSizeGreaterThanOrEqualTo(40);
        assertThat(kinds.stream().mapToInt(kind -> kind.definition().toString().length()))
                .as("as much as etcd takes of one, nearly")
                .anyMatch(size -> size > 1_000_000)
                .allMatch(size -> size < 3_000_000);
    }

    @Test
    void eachSchemaIsStructural() {
        for (OperatorShapes.Kind kind : kinds) {
            JsonNode status = api.get(Definition.RESOURCE, "", kind.name()).at("status");
            assertThat(Conditions.find(status, "NonStructuralSchema"))
                    .as(kind.name())
                    .isEmpty();
            assertThat(Json.text(Conditions.find(status, "Established").orElseThrow(), "status"))
                    .isEqualTo("True");
        }
    }

    /** Taken as it is, and once more without a change; the second manager's apply of the same adds itself alone. */
    @Test
    void whatIsGoodIsTakenAndAppliedAgainUnchanged() {
        for (OperatorShapes.Kind kind : kinds) {
            Resource resource = resource(kind);
            ObjectKey key = key(kind, kind.good());
            Map<String, String> query = Map.of("fieldManager", "tester", "fieldValidation", "Strict");
            List<KubeObject> made = new ArrayList<>();
            for (int time = 0; time < 3; time++) {
                made.add(TestApi.await(
                        sendLater(Verb.PATCH, resource, key, query, "application/apply-patch+yaml", kind.good())));
            }
            // The second stores what reading adds: defaults of a status, which no creation says.
            assertThat(made.get(2).meta().resourceVersion())
                    .as(kind.name())
                    .isEqualTo(made.get(1).meta().resourceVersion());
            JsonNode read = api.get(resource, key.namespace(), key.name()).at("spec");
            JsonNode wanted = kind.good().path("spec");
            wanted.fieldNames().forEachRemaining(field -> assertThat(read.has(field))
                    .as(kind.name() + " keeps " + field)
                    .isTrue());
        }
    }

    @Test
    void whatIsNotGoodIsRefusedInTheseWords() throws IOException {
        List<String> said = new ArrayList<>();
        for (OperatorShapes.Kind kind : kinds) {
            Resource resource = resource(kind);
            int at = 0;
            for (ObjectNode object : kind.refused()) {
                String scope = resource.namespaced() ? "default" : "";
                said.add(row(
                        kind, "refused-" + at++, () -> send(Verb.CREATE, resource, ObjectKey.of(scope, ""), object)));
            }
            if (!kind.updates().isEmpty()) {
                ObjectNode first = kind.good().deepCopy();
                first.withObject("/metadata").put("name", "first");
                send(Verb.CREATE, resource, ObjectKey.of(resource.namespaced() ? "default" : "", ""), first);
                at = 0;
                for (ObjectNode patch : kind.updates()) {
                    said.add(row(
                            kind,
                            "update-" + at++,
                            () -> TestApi.await(sendLater(
                                    Verb.PATCH,
                                    resource,
                                    key(kind, first),
                                    Map.of(),
                                    "application/merge-patch+json",
                                    patch))));
                }
            }
        }
        if (System.getProperty("golden", "").equals("update")) {
            Files.write(REFUSALS, said);
        }
        assertThat(said).isEqualTo(Files.readAllLines(REFUSALS));
    }

    /** As upstream's coercion of a custom object says it: with the whole of its metadata, whose keys are sorted. */
    @Test
    void metadataThatDoesNotFitIsToldWhole() {
        OperatorShapes.Kind kind = kinds.get(0);
        ObjectNode object = kind.good().deepCopy();
        object.set("metadata", TestApi.tree("{'name':'x','labels':{'b':'c','a':5}}"));
        assertThatThrownBy(() -> send(Verb.CREATE, resource(kind), ObjectKey.of("default", ""), object))
                .hasMessage("Certificate in version \"v1\" cannot be handled as a Certificate: metadata: Invalid value:"
                        + " {\"labels\":{\"a\":5,\"b\":\"c\"},\"name\":\"x\"}: json: cannot unmarshal number into Go struct"
                        + " field ObjectMeta.labels of type string");
        object.put("metadata", "x");
        assertThatThrownBy(() -> send(Verb.CREATE, resource(kind), ObjectKey.of("default", ""), object))
                .hasMessage("Certificate in version \"v1\" cannot be handled as a Certificate: metadata: Invalid value:"
                        + " \"x\": json: cannot unmarshal string into Go value of type v1.ObjectMeta");
    }

    private static String row(OperatorShapes.Kind kind, String file, Runnable request) {
        try {
            request.run();
        } catch (ApiException e) {
            JsonNode causes = Json.at(e.status().tree(), "details", "causes");
            List<String> words = new ArrayList<>();
            causes.forEach(cause -> words.add(Json.text(cause, "field") + ": " + Json.text(cause, "message")));
            return kind.kind() + "\t" + file + "\t" + (words.isEmpty() ? e.getMessage() : String.join("\t", words));
        }
        return kind.kind() + "\t" + file + "\tTAKEN";
    }
}
