package io.minik.inttest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One operation of the server's own OpenAPI.
 *
 * @param body schema of what it takes, missing where it takes nothing
 * @param schemas of its group version, by name
 */
record Endpoint(String method, String path, List<String> parameters, JsonNode body, JsonNode schemas) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    /** Passed on to a kubelet or a pod that is not there: an error of theirs is told as one of the server's. */
    private static final List<String> ELSEWHERE = List.of("/proxy", "/exec", "/attach", "/portforward", "/log");

    /** What a client writes there decides about other clients' requests, and may rightly end them as failures. */
    private static final List<String> RULING = List.of(
            "/apis/admissionregistration.k8s.io/",
            "/apis/apiregistration.k8s.io/",
            "/apis/flowcontrol.apiserver.k8s.io/",
            "/customresourcedefinitions",
            "/api/v1/nodes",
            "/api/v1/namespaces/{name}");

    static List<Endpoint> all(RawHttp http, String head, ObjectMapper json) throws IOException {
        List<Endpoint> found = new ArrayList<>();
        JsonNode index = json.readTree(get(http, head, "/openapi/v3").body()).path("paths");
        for (JsonNode document : index) {
            JsonNode whole = json.readTree(
                    get(http, head, document.path("serverRelativeURL").asText()).body());
            whole.path("paths").properties().forEach(path -> path.getValue().properties().stream()
                    .filter(operation -> METHODS.contains(operation.getKey()))
                    .forEach(operation -> found.add(new Endpoint(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            operation.getValue().path("parameters").findValuesAsText("name"),
                            schema(operation.getValue()),
                            whole.path("components").path("schemas")))));
        }
        return found;
    }

    static RawHttp.Reply get(RawHttp http, String head, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\n" + head + "\r\n";
        return http.ask(request.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private static JsonNode schema(JsonNode operation) {
        JsonNode content = operation.path("requestBody").path("content");
        return content.isEmpty() ? content : content.elements().next().path("schema");
    }

    boolean elsewhere() {
        return ELSEWHERE.stream().anyMatch(path::contains);
    }

    boolean rules() {
        return RULING.stream().anyMatch(path::contains);
    }
}
