package io.minik.agent.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Words of nft for the table. Pure: settings and elements in, script out. */
final class NftScript {
    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");
    /** The mark that says "masquerade me": upstream's bit, so that other tools know it. */
    private static final String MARK = "0x4000";

    private static final String UNMARK = "0xffffbfff";
    /** Elements on one line: long enough to be quick, short enough to read when nft complains. */
    private static final int ELEMENTS_A_LINE = 200;

    private final String table;
    private final String clusterCidr;
    private final List<Proxy.Redirect> redirects;

    NftScript(String table, String clusterCidr, List<Proxy.Redirect> redirects) {
        this.table = table;
        this.clusterCidr = clusterCidr;
        this.redirects = redirects;
    }

    /** The whole table, in place of what there is: one transaction, so no packet sees it half made. */
    String full(Map<Element, String> elements) {
        StringBuilder script = new StringBuilder();
        script.append("table ip ").append(table).append("\ndelete table ip ").append(table);
        script.append("\ntable ip ").append(table).append(" {\n");
        maps(script);
        objects(script, elements);
        chains(script, elements, new TreeSet<>());
        hooks(script);
        script.append("}\n");
        elements(script, "add", elements);
        return script.toString();
    }

    /** What differs. @param known chains that the table has; those that this script makes are added */
    String changes(RuleTable.Changes changes, Set<String> known) {
        StringBuilder script = new StringBuilder();
        StringBuilder block = new StringBuilder();
        objects(block, changes.put());
        chains(block, changes.put(), known);
        if (block.length() > 0) {
            script.append("table ip ")
                    .append(table)
                    .append(" {\n")
                    .append(block)
                    .append("}\n");
        }
        elements(script, "delete", changes.removed());
        elements(script, "add", changes.put());
        // Last, when nothing points to them: chains before the sets that they use, in the order of the map's name.
        changes.removed().keySet().stream()
                .filter(Element::isObject)
                .forEach(gone -> line(script, 0, "delete " + gone.map() + " ip " + table + " " + gone.key()));
        return script.toString();
    }

    String delete() {
        return "table ip " + table + "\ndelete table ip " + table + "\n";
    }

    /** The chains that the verdicts of these elements go to. */
    static Set<String> chainsOf(Map<Element, String> elements) {
        Set<String> names = new TreeSet<>();
        elements.values()
                .forEach(value -> Treatment.ofVerdict(value).ifPresent(treatment -> names.add(treatment.chain())));
        return names;
    }

    private static void maps(StringBuilder script) {
        line(script, 1, "set cluster_ips { type ipv4_addr; }");
        line(script, 1, "set hairpin { type ipv4_addr . ipv4_addr; }");
        for (String p : PROTOCOLS) {
            String address = "ip daddr . " + p + " dport";
            String port = p + " dport";
            line(script, 1, "map " + p + "_vip { typeof " + address + " : verdict; }");
            line(script, 1, "map " + p + "_outside { typeof " + address + " : verdict; }");
            line(script, 1, "map " + p + "_node { typeof " + port + " : verdict; }");
            line(script, 1, "map " + p + "_noutside { typeof " + port + " : verdict; }");
            line(script, 1, "map " + p + "_ep { typeof " + address + " . numgen random mod 2 : " + address + "; }");
            line(script, 1, "map " + p + "_nep { typeof " + port + " . numgen random mod 2 : " + address + "; }");
            line(script, 1, "map " + p + "_host { typeof " + port + " : " + address + "; }");
            line(script, 1, "map " + p + "_hostip { typeof " + address + " : " + address + "; }");
            line(script, 1, "set " + p + "_reject { typeof " + address + "; }");
            line(script, 1, "set " + p + "_nreject { typeof " + port + "; }");
            line(script, 1, "set " + p + "_guarded { typeof " + address + "; }");
            line(script, 1, "set " + p + "_allowed { typeof " + address + " . ip saddr; flags interval; }");
        }
    }

    /** Sets and chains that a service wants for itself. */
    private static void objects(StringBuilder script, Map<Element, String> elements) {
        elements.forEach((element, body) -> {
            if (element.isObject()) {
                line(script, 1, element.map() + " " + element.key() + " {");
                body.lines().forEach(rule -> line(script, 2, rule));
                line(script, 1, "}");
            }
        });
    }

    private void chains(StringBuilder script, Map<Element, String> elements, Set<String> known) {
        Map<String, Treatment> wanted = new TreeMap<>();
        elements.values().forEach(value -> Treatment.ofVerdict(value)
                .ifPresent(treatment -> wanted.put(treatment.chain(), treatment)));
        wanted.forEach((name, treatment) -> {
            if (known.add(name)) {
                chain(script, treatment);
            }
        });
    }

    private void chain(StringBuilder script, Treatment treatment) {
        String protocol = treatment.protocol();
        Treatment.Kind kind = treatment.kind();
        line(script, 1, "chain " + treatment.chain() + " {");
        kind.masquerade.chain().ifPresent(mark -> line(script, 2, "jump " + mark));
        String choice =
                "numgen random mod " + treatment.endpoints() + (kind.local ? " offset " + Treatment.LOCAL_OFFSET : "");
        String key = kind.nodePort ? protocol + " dport" : "ip daddr . " + protocol + " dport";
        String map = protocol + (kind.nodePort ? "_nep" : "_ep");
        line(script, 2, "dnat ip to " + key + " . " + choice + " map @" + map);
        line(script, 1, "}");
    }

    private void hooks(StringBuilder script) {
        String local = "fib daddr type local ip daddr != 127.0.0.0/8 ";
        line(script, 1, "chain mark_all {");
        line(script, 2, "meta mark set meta mark | " + MARK);
        line(script, 1, "}");
        line(script, 1, "chain mark_outsiders {");
        line(script, 2, "ip saddr != " + clusterCidr + " meta mark set meta mark | " + MARK);
        line(script, 1, "}");
        line(script, 1, "chain outside {");
        for (String p : PROTOCOLS) {
            String address = "ip daddr . " + p + " dport";
            line(script, 2, address + " @" + p + "_guarded " + address + " . ip saddr != @" + p + "_allowed drop");
            line(script, 2, address + " vmap @" + p + "_outside");
            line(script, 2, local + p + " dport vmap @" + p + "_noutside");
        }
        line(script, 1, "}");
        line(script, 1, "chain services {");
        for (Proxy.Redirect redirect : redirects) {
            line(
                    script,
                    2,
                    "ip daddr " + redirect.address() + " " + redirect.protocol().toLowerCase(Locale.ROOT) + " dport "
                            + redirect.port() + " redirect to :" + redirect.localPort());
        }
        for (String p : PROTOCOLS) {
            String address = "ip daddr . " + p + " dport";
            line(script, 2, address + " vmap @" + p + "_vip");
            line(script, 2, "dnat ip to " + address + " map @" + p + "_hostip");
            line(script, 2, local + p + " dport vmap @" + p + "_node");
            // Unlike node ports, host ports are there on loopback, too.
            line(script, 2, "fib daddr type local dnat ip to " + p + " dport map @" + p + "_host");
        }
        line(script, 1, "}");
        line(script, 1, "chain rejects {");
        // A reset is not rate-limited, as an ICMP message is: the tenth client hears it as soon as the first.
        line(script, 2, "ip daddr @cluster_ips meta l4proto tcp reject with tcp reset");
        line(script, 2, "ip daddr @cluster_ips reject");
        for (String p : PROTOCOLS) {
            String how = p.equals("tcp") ? " reject with tcp reset" : " reject";
            line(script, 2, "ip daddr . " + p + " dport @" + p + "_reject" + how);
            line(script, 2, "fib daddr type local " + p + " dport @" + p + "_nreject" + how);
        }
        line(script, 1, "}");
        hook(
                script,
                "prerouting",
                "nat hook prerouting priority -100",
                List.of("ip saddr != " + clusterCidr + " fib saddr type != local jump outside", "jump services"));
        hook(script, "output", "nat hook output priority -100", List.of("jump services"));
        hook(
                script,
                "postrouting",
                "nat hook postrouting priority 100",
                List.of(
                        "meta mark & " + MARK + " == " + MARK + " meta mark set meta mark & " + UNMARK + " masquerade",
                        "ct status dnat ip saddr . ip daddr @hairpin masquerade",
                        // From the host's loopback to a host port's pod.
                        "ct status dnat ip saddr 127.0.0.0/8 oifname != lo masquerade"));
        // After NAT: what is still for a service's address found nobody.
        hook(script, "filter_input", "filter hook input priority 0", List.of("jump rejects"));
        hook(script, "filter_forward", "filter hook forward priority 0", List.of("jump rejects"));
        hook(script, "filter_output", "filter hook output priority -90", List.of("jump rejects"));
    }

    private static void hook(StringBuilder script, String name, String hook, List<String> rules) {
        line(script, 1, "chain " + name + " {");
        line(script, 2, "type " + hook + "; policy accept;");
        rules.forEach(rule -> line(script, 2, rule));
        line(script, 1, "}");
    }

    private void elements(StringBuilder script, String verb, Map<Element, String> elements) {
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
                line(script, 0, verb + " element ip " + table + " " + map + " { " + String.join(", ", part) + " }");
            }
        });
    }

    private static void line(StringBuilder script, int depth, String text) {
        script.append("  ".repeat(depth)).append(text).append('\n');
    }
}
