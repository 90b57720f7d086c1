package io.minik.agent.proxy;

import io.minik.runtime.nft.Element;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Carries the clients that {@link Affinity}'s sets remember over from the table that is there to the one that replaces it,
 * so that a restarted minik sends nobody elsewhere. Reads what nft prints. Pure.
 */
final class StickyClients {
    private static final Pattern SET = Pattern.compile("\\s*set ([a-z0-9_]+) \\{");
    /** {@code 10.42.0.3 expires 2h59m59s980ms}; the set's own timeout is not printed. */
    private static final Pattern MEMBER = Pattern.compile("([0-9a-f.:]+) expires ([0-9a-z]+)");

    private StickyClients() {}

    /**
     * Adds the clients that have time left.
     *
     * @param listing all sets of the table, with members
     * @param wanted what the new table has: other sets are left behind
     */
    static String restored(String table, String listing, Map<Element, String> wanted) {
        Map<String, StringBuilder> members = new LinkedHashMap<>();
        String set = "";
        for (String line : listing.split("\n")) {
            Matcher head = SET.matcher(line);
            if (head.matches()) {
                set = head.group(1);
            }
            Matcher member = MEMBER.matcher(line);
            while (wanted.containsKey(new Element(Element.SET, set)) && member.find()) {
                StringBuilder list = members.computeIfAbsent(set, ignored -> new StringBuilder());
                list.append(list.length() == 0 ? "" : ", ").append(member.group());
            }
        }
        StringBuilder script = new StringBuilder();
        members.forEach((name, list) -> script.append("add element inet ")
                .append(table)
                .append(' ')
                .append(name)
                .append(" { ")
                .append(list)
                .append(" }\n"));
        return script.toString();
    }
}
