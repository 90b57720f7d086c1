package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.AddedKind.Conversion;
import io.vertx.core.Future;
import java.util.List;

/** Makes objects of one version of a kind to such of another, where the kind's definition says who does that. Any loop. */
@FunctionalInterface
public interface Converter {
    /**
     * @param version {@code example.com/v1}
     * @param objects of other versions, at least one; not written to
     * @return the same number, in this version and in the same order; fails with an ApiException
     */
    Future<List<ObjectNode>> convert(Conversion by, String version, List<ObjectNode> objects);
}
