package io.minik.agent.proxy;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.nft.RuleTable;
import io.minik.runtime.nft.TableWords;
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
    private final String table;
    private final TableWords words;
    private final List<Cidr> cluster;
    private final List<Family> families;
    private final List<Proxy.Redirect> redirects;

    /** @param cluster ranges of all pods: of each family that there is one */
    NftScript(String table, List<Cidr> cluster, List<Proxy.Redirect> redirects) {
        this.table = table;
        this.words = new TableWords(table);
        this.cluster = cluster;
        this.families = cluster.stream().map(Family::of).toList();
        this.redirects = redirects;
    }

    /** The families whose packets are translated. */
    List<Family> families() {
        return families;
    }

    /** The whole table, in place of what there is: one transaction, so no packet sees it half made. */
    String full(Map<Element, String> elements) {
        StringBuilder script = new StringBuilder(Nft.dropped(table));
        script.append("table inet ").append(table).append(" {\n");
        families.forEach(family -> maps(script, family));
        script.append(words.objects(elements));
        chains(script, elements, new TreeSet<>());
        marks(script);
        outside(script);
        services(script);
        rejects(script);
        hooks(script);
        script.append("}\n");
        script.append(words.elements("add", elements));
        return script.toString();
    }

    /** What differs. @param known chains that the table has; those that this script makes are added */
    String changes(RuleTable.Changes changes, Set<String> known) {
        StringBuilder block = new StringBuilder();
        chains(block, changes.put(), known);
        return words.changes(changes, block.toString());
    }

    /** The chains that the verdicts of these elements go to. */
    static Set<String> chainsOf(Map<Element, String> elements) {
        Set<String> names = new TreeSet<>();
        elements.values()
                .forEach(value -> Treatment.ofVerdict(value).ifPresent(treatment -> names.add(treatment.chain())));
        return names;
    }

    private static void maps(StringBuilder script, Family family) {
        line(script, 1, "set " + family.named("cluster_ips") + " { type " + family.type() + "; }");
        line(script, 1, "set " + family.named("hairpin") + " { type " + family.type() + " . " + family.type() + "; }");
        for (String p : PROTOCOLS) {
            String address = address(family, p);
            String port = p + " dport";
            String random = " . numgen random mod 2";
            map(script, family, p + "_vip", address + " : verdict");
            map(script, family, p + "_outside", address + " : verdict");
            map(script, family, p + "_node", port + " : verdict");
            map(script, family, p + "_noutside", port + " : verdict");
            map(script, family, p + "_ep", address + random + " : " + address);
            map(script, family, p + "_nep", port + random + " : " + address);
            map(script, family, p + "_host", port + " : " + address);
            map(script, family, p + "_hostip", address + " : " + address);
            set(script, family, p + "_reject", address + ";");
            set(script, family, p + "_nreject", port + ";");
            map(script, family, p + "_guarded", address + " : verdict");
        }
    }

    private static String address(Family family, String protocol) {
        return family.destination() + " . " + protocol + " dport";
    }

    private static void map(StringBuilder script, Family family, String name, String types) {
        line(script, 1, "map " + family.named(name) + " { typeof " + types + "; }");
    }

    private static void set(StringBuilder script, Family family, String name, String types) {
        line(script, 1, "set " + family.named(name) + " { typeof " + types + " }");
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
        Family family = treatment.family();
        String key = kind.nodePort ? protocol + " dport" : address(family, protocol);
        String map = family.named(protocol + (kind.nodePort ? "_nep" : "_ep"));
        line(script, 2, family.translate() + " " + key + " . " + choice + " map @" + map);
        line(script, 1, "}");
    }

    private void marks(StringBuilder script) {
        String mark = "meta mark set meta mark | " + MARK;
        line(script, 1, "chain mark_all {");
        line(script, 2, mark);
        line(script, 1, "}");
        line(script, 1, "chain mark_outsiders {");
        for (Cidr range : cluster) {
            line(script, 2, Family.of(range).source() + " != " + range + " " + mark);
        }
        line(script, 1, "}");
    }

    /** What is for this node, but not for its loopback device. */
    private static String local(Family family) {
        return "fib daddr type local " + family.destination() + " != " + family.loopback() + " ";
    }

    private void outside(StringBuilder script) {
        line(script, 1, "chain outside {");
        for (Family family : families) {
            for (String p : PROTOCOLS) {
                String address = address(family, p);
                line(script, 2, address + " vmap @" + family.named(p + "_guarded"));
                line(script, 2, address + " vmap @" + family.named(p + "_outside"));
                line(script, 2, local(family) + p + " dport vmap @" + family.named(p + "_noutside"));
            }
        }
        line(script, 1, "}");
    }

    private void services(StringBuilder script) {
        line(script, 1, "chain services {");
        for (Proxy.Redirect redirect : redirects) {
            Address address = Address.parse(redirect.address());
            String protocol = redirect.protocol().toLowerCase(Locale.ROOT);
            line(
                    script,
                    2,
                    Family.of(address).destination() + " " + address + " " + protocol + " dport " + redirect.port()
                            + " redirect to :" + redirect.localPort());
        }
        for (Family family : families) {
            for (String p : PROTOCOLS) {
                String address = address(family, p);
                String translate = family.translate() + " ";
                line(script, 2, address + " vmap @" + family.named(p + "_vip"));
                line(script, 2, translate + address + " map @" + family.named(p + "_hostip"));
                line(script, 2, local(family) + p + " dport vmap @" + family.named(p + "_node"));
                // Unlike node ports, host ports are there on loopback, too.
                String here = family.only() + " fib daddr type local ";
                line(script, 2, here + translate + p + " dport map @" + family.named(p + "_host"));
            }
        }
        line(script, 1, "}");
    }

    private void rejects(StringBuilder script) {
        line(script, 1, "chain rejects {");
        for (Family family : families) {
            String services = family.destination() + " @" + family.named("cluster_ips");
            // A reset is not rate-limited, as an ICMP message is: the tenth client hears it as soon as the first.
            line(script, 2, services + " meta l4proto tcp reject with tcp reset");
            line(script, 2, services + " reject");
            for (String p : PROTOCOLS) {
                String how = p.equals("tcp") ? " reject with tcp reset" : " reject";
                line(script, 2, address(family, p) + " @" + family.named(p + "_reject") + how);
                String here = family.only() + " fib daddr type local " + p + " dport @";
                line(script, 2, here + family.named(p + "_nreject") + how);
            }
        }
        line(script, 1, "}");
    }

    private void hooks(StringBuilder script) {
        List<String> arrivals = new ArrayList<>();
        List<String> masquerades = new ArrayList<>();
        masquerades.add("meta mark & " + MARK + " == " + MARK + " meta mark set meta mark & " + UNMARK + " masquerade");
        for (Cidr range : cluster) {
            Family family = Family.of(range);
            arrivals.add(family.source() + " != " + range + " fib saddr type != local jump outside");
            masquerades.add("ct status dnat " + family.source() + " . " + family.destination() + " @"
                    + family.named("hairpin") + " masquerade");
            // From the host's loopback to a host port's pod.
            masquerades.add(
                    "ct status dnat " + family.source() + " " + family.loopback() + " oifname != lo masquerade");
        }
        arrivals.add("jump services");
        hook(script, "prerouting", "nat hook prerouting priority -100", arrivals);
        hook(script, "output", "nat hook output priority -100", List.of("jump services"));
        hook(script, "postrouting", "nat hook postrouting priority 100", masquerades);
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

    private static void line(StringBuilder script, int depth, String text) {
        script.append("  ".repeat(depth)).append(text).append('\n');
    }
}
