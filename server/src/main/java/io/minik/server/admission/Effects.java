package io.minik.server.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What rules add to a write besides changing its object.
 *
 * @param warnings to add to: sent as Warning headers
 * @param sideWrites to add to: written in the same transaction
 * @param audit takes annotations for the audit log, also of a request that is refused
 * @param afterwards to add to: run once the write is durable; never for a dry run
 */
public record Effects(
        List<String> warnings,
        List<SideWrite> sideWrites,
        BiConsumer<String, String> audit,
        List<Runnable> afterwards) {

    /** None yet. @param said warnings from before admission */
    public static Effects after(List<String> said, BiConsumer<String, String> audit) {
        return new Effects(new ArrayList<>(said), new ArrayList<>(), audit, new ArrayList<>());
    }
}
