package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/** What a probe or a hook does: core/v1 ProbeHandler and LifecycleHandler in one. */
public sealed interface LifecycleHandler {
    record Exec(List<String> command) implements LifecycleHandler {}

    /** @param port a number or a container port's name; @param host empty = the pod; @param scheme HTTP or HTTPS */
    record HttpGet(String scheme, String host, String port, String path, List<Header> headers)
            implements LifecycleHandler {}

    /** One of maybe several of a name. */
    record Header(String name, String value) {}

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
            List<Header> headers = new ArrayList<>();
            for (JsonNode header : get.path("httpHeaders")) {
                headers.add(new Header(Json.text(header, "name"), Json.text(header, "value")));
            }
            String path = Json.text(get, "path");
            return new HttpGet(
                    Json.textOr("HTTP", get, "scheme"),
                    Json.text(get, "host"),
                    get.path("port").asText(),
                    path.startsWith("/") ? path : "/" + path,
                    List.copyOf(headers));
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
