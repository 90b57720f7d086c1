package io.minik.agent.proxy;

import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import java.util.List;
import java.util.Map;

/**
 * Who may come in by an address: a set of ranges and a chain that drops all others. Both are named after the ranges, so that
 * they are made and deleted but never changed: users write ranges that overlap, today's with those of yesterday too, and the
 * kernel refuses the transaction of all services for one such pair unless the ranges come at once, to be merged. Pure.
 */
final class Guard {
    private Guard() {}

    /** @param ranges of that family; none = nobody may come in */
    static String verdict(Family family, List<String> ranges, Map<Element, String> elements) {
        if (ranges.isEmpty()) {
            return "drop";
        }
        String id = Affinity.hash(ranges);
        elements.put(
                new Element(Element.SET, "from_" + id),
                "type " + family.type() + "; flags interval; auto-merge;\nelements = { " + String.join(", ", ranges)
                        + " }");
        elements.put(new Element(Element.CHAIN, "guard_" + id), family.source() + " != @from_" + id + " drop");
        return "jump guard_" + id;
    }
}
