package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import java.util.List;

/**
 * What a request for one object answers.
 *
 * @param code 200, or 201 when something was created
 * @param object the object, or a Status
 * @param warnings for Warning headers
 */
public record Result(int code, KubeObject object, List<String> warnings) {
    static Result ok(KubeObject object) {
        return new Result(200, object, List.of());
    }

    static Result created(KubeObject object, List<String> warnings) {
        return new Result(201, object, List.copyOf(warnings));
    }
}
