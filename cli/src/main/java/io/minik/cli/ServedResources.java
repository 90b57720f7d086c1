package io.minik.cli;

import io.minik.api.meta.Resource;
import io.minik.api.schema.Kinds;
import io.minik.server.controllers.Controllers;
import java.util.List;

/** What of the kinds the controllers look through, which know no schema. */
record ServedResources(Kinds kinds) implements Controllers.Served {
    @Override
    public List<Resource> now() {
        return kinds.now().watched();
    }

    @Override
    public void onChange(Runnable changed) {
        kinds.onChange(change -> changed.run());
    }
}
