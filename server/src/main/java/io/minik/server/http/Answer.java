package io.minik.server.http;

import io.minik.api.schema.KindRow;
import io.minik.server.aggregation.Extension;
import io.minik.server.registry.Listing;
import io.minik.server.registry.Result;
import io.minik.server.request.Request;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.function.Consumer;

/** What a request comes to, before it is bytes (or, in process, objects). */
public sealed interface Answer {
    /** HTTP status, as metrics and audit count it. */
    int code();

    record One(KindRow kind, Result result) implements Answer {
        @Override
        public int code() {
            return result.code();
        }
    }

    record Many(KindRow kind, Listing listing) implements Answer {
        @Override
        public int code() {
            return 200;
        }
    }

    /** A watch that may start: who answers starts it, once it knows where the events go. */
    record Watching(Request request) implements Answer {
        @Override
        public int code() {
            return 200;
        }
    }

    /** Bytes as they are: discovery, OpenAPI, health, metrics. */
    record Raw(int code, String contentType, Map<String, String> headers, Buffer body) implements Answer {
        static Raw text(int code, String body) {
            return new Raw(code, "text/plain; charset=utf-8", Map.of(), Buffer.buffer(body));
        }

        static Raw json(Buffer body) {
            return new Raw(200, "application/json", Map.of(), body);
        }
    }

    /** In process: the call is another server's to answer. */
    record Elsewhere(Extension to) implements Answer {
        @Override
        public int code() {
            return 200;
        }
    }

    /** The connection is taken over: proxies, or a handler of another room that writes the response itself. */
    record Taken(int code, Consumer<HttpServerRequest> handler) implements Answer {}
}
