package io.minik.cli;

import io.minik.api.meta.Resource;
import io.minik.api.schema.Kinds;
import io.minik.server.aggregation.Aggregation;
import io.minik.server.controllers.Controllers;
import java.util.List;
import java.util.stream.Stream;

/** What of the kinds the controllers look through, which know no schema: those of this server, and those that others serve behind it. */
record ServedResources(Kinds kinds, Aggregation aggregation) implements Controllers.Served {
    @Override
    public List<Resource> now() {
        List<Resource> others = aggregation.collected();
        List<Resource> own = kinds.now().watched();
        return others.isEmpty()
                ? own
                : Stream.concat(
                                own.stream().filter(resource -> aggregation
                                        .find(resource.group(), resource.version())
                                        .isEmpty()),
                                others.stream())
                        .toList();
    }

    @Override
    public List<String> undiscovered() {
        return aggregation.undiscovered();
    }

    @Override
    public void onChange(Runnable changed) {
        kinds.onChange(change -> changed.run());
        aggregation.onChange(changed);
    }
}
