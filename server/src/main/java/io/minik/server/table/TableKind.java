package io.minik.server.table;

import io.minik.api.object.KubeObject;
import java.time.Instant;
import java.util.List;

/** What {@code kubectl get} shows of one kind. Pure: called on any loop, and its result may be shared. */
public interface TableKind {
    List<Column> columns();

    /**
     * One row, a cell per column in the same order: String, Number, Boolean or {@link com.fasterxml.jackson.databind.JsonNode}.
     *
     * @param now for ages: {@link Ages#of}
     */
    List<Object> cells(KubeObject object, Instant now);
}
