package io.minik.cli;

import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.ground.tls.TlsEngine;
import io.minik.server.table.BuiltInTables;
import io.minik.server.table.Tables;

/**
 * What a server needs whatever its keys and its store hold: made on a worker while these are opened. Afterwards the loop would
 * stand still for it, with the other core idle and nobody answered yet.
 */
record Ahead(Kinds kinds, Tables tables) {
    static Ahead read() {
        // These two stay with the process: Jackson, and BoringSSL where it loads.
        Json.object();
        TlsEngine.forServers();
        return new Ahead(Kinds.builtIn(), BuiltInTables.tables());
    }
}
