package io.minik.runtime.nft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How a table of ours is filled, in nft's words: from what {@link RuleTable} says. Pure. @param table of family inet */
public record TableWords(String table) {
    /** Elements on one line: long enough to be quick, short enough to read when nft complains. */
    private static final int ELEMENTS_A_LINE = 200;

    /** The chains and sets among the elements, as they stand in the table's braces. */
    public String objects(Map<Element, String> elements) {
        StringBuilder script = new StringBuilder();
        elements.forEach((element, body) -> {
            if (element.isObject()) {
                script.append("  ")
                        .append(element.map())
                        .append(' ')
                        .append(element.key())
                        .append(" {\n");
                body.lines().forEach(rule -> script.append("    ").append(rule).append('\n'));
                script.append("  }\n");
            }
        });
        return script.toString();
    }

    /** The transaction of a change. @param block what else is new in the table's braces, beside the objects */
    public String changes(RuleTable.Changes changes, String block) {
        StringBuilder script = new StringBuilder();
        String made = objects(changes.put()) + block;
        if (!made.isEmpty()) {
            script.append("table inet ")
                    .append(table)
                    .append(" {\n")
                    .append(made)
                    .append("}\n");
        }
        script.append(elements("delete", changes.removed()));
        script.append(elements("add", changes.put()));
        // Last, when nothing points to them: chains before the sets that they use, in the order of the map's name.
        changes.removed().keySet().stream().filter(Element::isObject).forEach(gone -> script.append("delete ")
                .append(gone.map())
                .append(" inet ")
                .append(table)
                .append(' ')
                .append(gone.key())
                .append('\n'));
        return script.toString();
    }

    /** @param verb add or delete */
    public String elements(String verb, Map<Element, String> elements) {
        StringBuilder script = new StringBuilder();
        Map<String, List<String>> byMap = new TreeMap<>();
        elements.forEach((element, value) -> {
            if (element.isObject()) {
                return;
            }
            boolean bare = value.isEmpty() || verb.equals("delete");
            byMap.computeIfAbsent(element.map(), ignored -> new ArrayList<>())
                    .add(bare ? element.key() : element.key() + " : " + value);
        });
        byMap.forEach((map, items) -> {
            for (int from = 0; from < items.size(); from += ELEMENTS_A_LINE) {
                List<String> part = items.subList(from, Math.min(items.size(), from + ELEMENTS_A_LINE));
                script.append(verb + " element inet " + table + " " + map + " { " + String.join(", ", part) + " }\n");
            }
        });
        return script.toString();
    }
}
