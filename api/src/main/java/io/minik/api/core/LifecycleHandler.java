package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a probe or a hook does: core/v1 ProbeHandler and LifecycleHandler in one. */
public sealed interface LifecycleHandler {
    record Exec(List<String> command) implements LifecycleHandler {}

    /** @param port a number or a container port's name; @param host empty = the pod; @param scheme HTTP or HTTPS */
    record HttpGet(String scheme, String host, String port, String path, Map<String, String> headers)
            implements LifecycleHandler {}

    record TcpSocket(String host, String port) implements LifecycleHandler {}

    record Grpc(int port, String service) implements LifecycleHandler {}

    record Sleep(long seconds) implements LifecycleHandler {}

    /** The API server lets none of these through. */
    record None() implements LifecycleHandler {}

    static LifecycleHandler of(JsonNode handler) {
        if (handler.has("exec")) {
            return new Exec(Json.stringList(handler, "exec", "command"));
        }
        if (handler.has("httpGet")) {
            JsonNode get = handler.path("httpGet");
            Map<String, String> headers = new LinkedHashMap<>();
            for (JsonNode header : get.path("httpHeaders")) {
                headers.put(Json.text(header, "name"), Json.text(header, "value"));
            }
            String path = Json.text(get, "path");
            return new HttpGet(
                    Json.textOr("HTTP", get, "scheme"),
                    Json.text(get, "host"),
                    get.path("port").asText(),
                    path.startsWith("/") ? path : "/" + path,
                    java.util.Collections.unmodifiableMap(headers));
        }
        if (handler.has("tcpSocket")) {
            JsonNode socket = handler.path("tcpSocket");
            return new TcpSocket(Json.text(socket, "host"), socket.path("port").asText());
        }
        if (handler.has("grpc")) {
            return new Grpc(Json.intOr(0, handler, "grpc", "port"), Json.text(handler, "grpc", "service"));
        }
        if (handler.has("sleep")) {
            return new Sleep(Json.longOr(0, handler, "sleep", "seconds"));
        }
        return new None();
    }
}
