package io.minik.server.admission;

import java.util.ArrayList;
import java.util.List;

/**
 * What steps add to a write besides changing its object.
 *
 * @param warnings to add to: sent as Warning headers
 * @param sideWrites to add to: written in the same transaction
 * @param afterwards to add to: run once the write is durable; never for a dry run
 * @param reinvocation to be told that the object has changed
 */
public record Effects(
        List<String> warnings, List<SideWrite> sideWrites, List<Runnable> afterwards, Reinvocation reinvocation) {

    /** None yet. @param said warnings from before admission */
    public static Effects after(List<String> said) {
        return new Effects(new ArrayList<>(said), new ArrayList<>(), new ArrayList<>(), new Reinvocation());
    }
}
