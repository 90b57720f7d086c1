package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.vertx.core.buffer.Buffer;

/** What the error channel says at the end, as v1 Status. */
final class ExecStatus {
    private static final int INTERNAL_ERROR = 500;

    private ExecStatus() {}

    static Buffer exited(int code) {
        ObjectNode tree = Json.object();
        tree.putObject("metadata");
        if (code == 0) {
            tree.put("status", "Success");
        } else {
            tree.put("status", "Failure")
                    .put("message", "command terminated with non-zero exit code: exit status " + code)
                    .put("reason", "NonZeroExitCode");
            tree.putObject("details")
                    .putArray("causes")
                    .addObject()
                    .put("reason", "ExitCode")
                    .put("message", Integer.toString(code));
        }
        return Buffer.buffer(Json.bytes(tree));
    }

    static Buffer failed(String message) {
        ObjectNode tree = Json.object();
        tree.putObject("metadata");
        tree.put("status", "Failure")
                .put("message", message)
                .put("reason", "InternalError")
                .put("code", INTERNAL_ERROR);
        return Buffer.buffer(Json.bytes(tree));
    }
}
