package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.vertx.core.buffer.Buffer;

/** /version. */
final class VersionPage {
    private VersionPage() {}

    static Answer of(ApiServerConfig.Version version) {
        ObjectNode tree = Json.object()
                .put("major", version.major())
                .put("minor", version.minor())
                .put("gitVersion", version.gitVersion())
                .put("gitCommit", version.gitCommit())
                .put("gitTreeState", version.gitTreeState())
                .put("buildDate", version.buildDate())
                .put("goVersion", "java" + Runtime.version().feature())
                .put("compiler", "javac")
                .put("platform", version.platform());
        return Answer.Raw.json(Buffer.buffer(Json.bytes(tree)));
    }
}
