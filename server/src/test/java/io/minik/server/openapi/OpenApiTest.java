package io.minik.server.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private static final OpenApi OPEN_API = new OpenApi(Kinds.builtIn(), "v1.36.4+test");

    private static JsonNode read(String path) {
        return Json.parse(OPEN_API.document(path).orElseThrow().body());
    }

    @Test
    void theIndexLeadsToADocumentForEveryGroupVersion() {
        JsonNode paths = read("/openapi/v3").path("paths");
        List<String> groups = new ArrayList<>();
        paths.fieldNames().forEachRemaining(groups::add);
        assertThat(groups).contains("api/v1", "apis/apps/v1", "apis/batch/v1", "apis/rbac.authorization.k8s.io/v1");
        for (String group : groups) {
            String url = paths.path(group).path("serverRelativeURL").asText();
            assertThat(url).startsWith("/openapi/v3/" + group + "?hash=");
            assertThat(read("/openapi/v3/" + group).path("openapi").asText()).isEqualTo("3.0.0");
        }
    }

    @Test
    void thePatchOfEveryKindNamesFieldValidationAndDryRun() {
        JsonNode patch = read("/openapi/v3/apis/apps/v1")
                .path("paths")
                .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
                .path("patch");
        assertThat(patch.path("parameters").findValuesAsText("name")).contains("fieldValidation", "dryRun");
        JsonNode kind = patch.path("x-kubernetes-group-version-kind");
        assertThat(kind.path("group").asText() + "/" + kind.path("version").asText() + "/"
                        + kind.path("kind").asText())
                .isEqualTo("apps/v1/Deployment");
    }

    @Test
    void everyParameterSaysWhatItIsFor() {
        for (String document : List.of("/openapi/v2", "/openapi/v3/api/v1")) {
            for (JsonNode path : read(document).path("paths")) {
                path.findParents("in").stream()
                        .filter(parameter -> !parameter.path("in").asText().equals("body"))
                        .forEach(parameter -> assertThat(
                                        parameter.path("description").asText())
                                .as(document + parameter)
                                .isNotEmpty());
            }
        }
        JsonNode list = read("/openapi/v3/api/v1")
                .path("paths")
                .path("/api/v1/pods")
                .path("get")
                .path("parameters");
        assertThat(list.findParents("in").stream()
                        .filter(parameter -> parameter.path("name").asText().equals("limit"))
                        .map(parameter -> parameter.path("schema").path("type").asText()))
                .containsExactly("integer");
    }

    @Test
    void everyOperationSaysWhatItDoesInBothVersions() {
        String one = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}";
        for (String document : List.of("/openapi/v2", "/openapi/v3/apis/apps/v1")) {
            JsonNode paths = read(document).path("paths");
            assertThat(paths.path(one).path("get").path("description").asText())
                    .isEqualTo("read the specified Deployment");
            assertThat(paths.path(one + "/status")
                            .path("patch")
                            .path("description")
                            .asText())
                    .isEqualTo("partially update status of the specified Deployment");
            assertThat(paths.path(one).path("delete").path("description").asText())
                    .isEqualTo("delete a Deployment");
            paths.forEach(path -> path.properties().stream()
                    .filter(operation -> !operation.getKey().equals("parameters"))
                    .forEach(operation -> assertThat(
                                    operation.getValue().path("description").asText())
                            .as(document)
                            .isNotEmpty()));
        }
        JsonNode core = read("/openapi/v3/api/v1").path("paths");
        assertThat(core.path("/api/v1/namespaces/{namespace}/pods")
                        .path("get")
                        .path("description")
                        .asText())
                .isEqualTo("list or watch objects of kind Pod");
        assertThat(core.path("/api/v1/namespaces/{namespace}/pods/{name}/eviction")
                        .path("post")
                        .path("description")
                        .asText())
                .isEqualTo("create eviction of a Pod");
        assertThat(core.path("/api/v1/namespaces/{namespace}/events")
                        .path("post")
                        .path("description")
                        .asText())
                .isEqualTo("create an Event");
    }

    /** Generated clients' methods are named by them: upstream's are in the table. */
    @Test
    void operationsAreNamedAsUpstreamsAre() {
        String named = """
                get /api/v1/namespaces/{namespace}/pods listCoreV1NamespacedPod
                get /api/v1/pods listCoreV1PodForAllNamespaces
                post /api/v1/namespaces/{namespace}/pods createCoreV1NamespacedPod
                delete /api/v1/namespaces/{namespace}/pods deleteCoreV1CollectionNamespacedPod
                get /api/v1/namespaces/{namespace}/pods/{name} readCoreV1NamespacedPod
                put /api/v1/namespaces/{namespace}/pods/{name}/status replaceCoreV1NamespacedPodStatus
                patch /api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers patchCoreV1NamespacedPodEphemeralcontainers
                post /api/v1/namespaces/{namespace}/pods/{name}/eviction createCoreV1NamespacedPodEviction
                get /api/v1/namespaces/{namespace}/pods/{name}/log readCoreV1NamespacedPodLog
                post /api/v1/namespaces/{namespace}/pods/{name}/exec connectCoreV1PostNamespacedPodExec
                options /api/v1/nodes/{name}/proxy connectCoreV1OptionsNodeProxy
                head /api/v1/namespaces/{namespace}/services/{name}/proxy/{path} connectCoreV1HeadNamespacedServiceProxyWithPath
                put /api/v1/namespaces/{name}/finalize replaceCoreV1NamespaceFinalize
                delete /api/v1/nodes/{name} deleteCoreV1Node
                get /apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale readAppsV1NamespacedDeploymentScale
                get /apis/rbac.authorization.k8s.io/v1/rolebindings listRbacAuthorizationV1RoleBindingForAllNamespaces
                patch /apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/{name} patchFlowcontrolApiserverV1FlowSchema
                put /apis/certificates.k8s.io/v1/certificatesigningrequests/{name}/approval \
                replaceCertificatesV1CertificateSigningRequestApproval
                post /apis/authentication.k8s.io/v1/selfsubjectreviews createAuthenticationV1SelfSubjectReview
                """;
        JsonNode paths = read("/openapi/v2").path("paths");
        for (String line : named.lines().toList()) {
            String[] words = line.split(" ");
            JsonNode operation = paths.path(words[1]).path(words[0]);
            assertThat(operation.path("operationId").asText()).as(line).isEqualTo(words[2]);
        }
        assertThat(paths.findValuesAsText("operationId")).doesNotHaveDuplicates();
        assertThat(paths.path("/apis/rbac.authorization.k8s.io/v1/clusterroles")
                        .path("get")
                        .path("tags")
                        .path(0)
                        .asText())
                .isEqualTo("rbacAuthorization_v1");
    }

    @Test
    void streamsHaveTheirOptionsAsParametersAndAnswerText() {
        JsonNode exec = read("/openapi/v3/api/v1")
                .path("paths")
                .path("/api/v1/namespaces/{namespace}/pods/{name}/exec")
                .path("get");
        assertThat(exec.path("description").asText()).isEqualTo("connect GET requests to exec of Pod");
        assertThat(exec.path("x-kubernetes-action").asText()).isEqualTo("connect");
        assertThat(exec.path("parameters").findValuesAsText("name"))
                .containsExactly("command", "container", "stderr", "stdin", "stdout", "tty");
        assertThat(exec.at("/responses/200/content")
                        .path("*/*")
                        .at("/schema/type")
                        .asText())
                .isEqualTo("string");
        assertThat(exec.has("requestBody")).isFalse();
    }

    /** Without it a client-side apply can't take a Deployment from RollingUpdate to Recreate. */
    @Test
    void unionsRetainOnlyThePatchsKeys() {
        String prefix = "io.k8s.api.";
        for (String field : List.of("apps.v1.DeploymentSpec.strategy", "core.v1.PodSpec.volumes")) {
            int dot = field.lastIndexOf('.');
            String type = prefix + field.substring(0, dot);
            String wanted = field.endsWith("volumes") ? "merge,retainKeys" : "retainKeys";
            String group = field.startsWith("apps") ? "apis/apps/v1" : "api/v1";
            assertThat(List.of(
                            read("/openapi/v2").path("definitions").path(type),
                            read("/openapi/v3/" + group)
                                    .path("components")
                                    .path("schemas")
                                    .path(type)))
                    .allSatisfy(schema -> assertThat(schema.path("properties")
                                    .path(field.substring(dot + 1))
                                    .path("x-kubernetes-patch-strategy")
                                    .asText())
                            .isEqualTo(wanted));
        }
    }

    @Test
    void everyReferenceIsDefined() {
        for (String path : List.of("/openapi/v3/api/v1", "/openapi/v3/apis/apps/v1", "/openapi/v2")) {
            JsonNode document = read(path);
            JsonNode definitions = path.endsWith("v2")
                    ? document.path("definitions")
                    : document.path("components").path("schemas");
            // JSONSchemaProps has a property of that name, which is no reference.
            List<String> references = document.findValuesAsText("$ref").stream()
                    .filter(reference -> !reference.isEmpty())
                    .toList();
            assertThat(references).isNotEmpty().allSatisfy(reference -> assertThat(
                            definitions.has(reference.substring(reference.lastIndexOf('/') + 1)))
                    .as(reference)
                    .isTrue());
        }
    }

    @Test
    void listSemanticsAndDescriptionsComeThrough() {
        JsonNode podSpec =
                read("/openapi/v3/api/v1").path("components").path("schemas").path("io.k8s.api.core.v1.PodSpec");
        JsonNode containers = podSpec.path("properties").path("containers");
        assertThat(containers.path("x-kubernetes-patch-merge-key").asText()).isEqualTo("name");
        assertThat(containers.path("x-kubernetes-list-type").asText()).isEqualTo("map");
        assertThat(containers.path("description").asText()).isNotEmpty();
        assertThat(podSpec.path("required").toString()).isEqualTo("[\"containers\"]");
    }

    @Test
    void oldClientsGetEveryPathAndDefinitionInProtobuf() {
        OpenApi.Document document = OPEN_API.document(
                        "/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
                .orElseThrow();
        assertThat(document.contentType()).isEqualTo("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
        JsonNode json = read("/openapi/v2");
        ByteBuffer bytes = ByteBuffer.wrap(document.body());
        int paths = 0;
        int definitions = 0;
        while (bytes.hasRemaining()) {
            int number = varint(bytes) >>> 3;
            int length = varint(bytes);
            ByteBuffer chunk = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            if (number == 1) {
                assertThat(StandardCharsets.UTF_8.decode(chunk).toString()).isEqualTo("2.0");
            } else if (number == 8) {
                paths = count(chunk);
            } else if (number == 9) {
                definitions = count(chunk);
            }
        }
        assertThat(paths).isEqualTo(json.path("paths").size()).isGreaterThan(100);
        assertThat(definitions).isEqualTo(json.path("definitions").size()).isGreaterThan(500);
    }

    private static int count(ByteBuffer map) {
        int entries = 0;
        while (map.hasRemaining()) {
            varint(map);
            int length = varint(map);
            map.position(map.position() + length);
            entries++;
        }
        return entries;
    }

    private static int varint(ByteBuffer bytes) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = bytes.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Test
    void whatIsNotThereIsEmpty() {
        assertThat(OPEN_API.document("/openapi/v3/apis/nothing/v1")).isEmpty();
        assertThat(OPEN_API.document("/openapi/v4")).isEmpty();
    }

    private static final String REMOTE = """
            {"paths": {
               "/apis/wardle.example.com/v1/flunders": {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/a.Flunder"}}}}},
               "/apis/wardle.example.com/v11/flunders": {"get": {}},
               "/apis/apps/v1/deployments": {"get": {"description": "not its to say"}}},
             "definitions": {
               "a.Flunder": {"type": "object", "properties": {
                  "part": {"$ref": "#/definitions/a.Part"},
                  "meta": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}}},
               "a.Part": {"type": "object", "properties": {"whole": {"$ref": "#/definitions/a.Flunder"}}},
               "a.Unused": {"type": "object"},
               "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {"description": "another"}}}""";

    @Test
    void whatAnotherServerSaysOfItsKindsIsToldInVersion2() {
        Foreign foreign =
                Foreign.below("/apis/wardle.example.com/v1", Json.parse(REMOTE.getBytes(StandardCharsets.UTF_8)));
        OpenApi.Document merged = OPEN_API.document("/openapi/v2", "application/json", Foreign.all(List.of(foreign)))
                .orElseThrow();
        JsonNode document = Json.parse(merged.body());
        assertThat(document.path("paths").has("/apis/wardle.example.com/v1/flunders"))
                .isTrue();
        assertThat(document.path("paths").has("/apis/wardle.example.com/v11/flunders"))
                .isFalse();
        assertThat(document.path("paths").path("/apis/apps/v1/deployments").toString())
                .doesNotContain("its to say");
        JsonNode definitions = document.path("definitions");
        assertThat(definitions.path("a.Part").path("type").asText()).isEqualTo("object");
        assertThat(definitions.has("a.Flunder")).isTrue();
        assertThat(definitions.has("a.Unused")).isFalse();
        assertThat(definitions
                        .path("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
                        .path("description")
                        .asText())
                .isNotEqualTo("another");
        OpenApi.Document own = OPEN_API.document("/openapi/v2").orElseThrow();
        assertThat(own.etag()).isNotEqualTo(merged.etag());
        assertThat(Json.parse(own.body()).path("definitions").has("a.Flunder")).isFalse();
    }
}
