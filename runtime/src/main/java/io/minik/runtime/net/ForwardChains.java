package io.minik.runtime.net;

import io.minik.ground.net.Cidr;
import io.minik.runtime.HostTool;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.Nft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chains of the machine's own firewall that drop what is forwarded and not known to them, as docker, ufw and many rule sets
 * make them: pods' packets would vanish there without a word. Two rules that accept what comes from pods and goes to pods are
 * put before all others of such a chain, marked as ours, and taken away by killall. Blocking.
 *
 * <p>A rule elsewhere would not do: one chain's accept does not save a packet from another chain of the hook.
 */
final class ForwardChains {
    /** Marks our rules; no other name of ours is within it. */
    private static final String MARK = "minik pods";

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Pattern TABLE = Pattern.compile("^table (ip|ip6|inet) (\\S+) \\{");
    private static final Pattern CHAIN = Pattern.compile("^\\s+chain (\\S+) \\{");
    private static final Pattern HOOK = Pattern.compile("^\\s+type filter hook forward .*policy (accept|drop);");
    /** A rule that ends the way of whatever reaches it. */
    private static final Pattern ENDS = Pattern.compile("^(counter packets \\d+ bytes \\d+ )?(log( .*)? )?"
            + "(drop|reject( with .*)?|xt target \"REJECT\")( comment \".*\")?( # handle \\d+)?$");

    private static final Pattern HANDLE = Pattern.compile("# handle (\\d+)$");

    private final Nft nft;

    ForwardChains(Nft nft) {
        this.nft = nft;
    }

    /** iptables' tables of old, whose changes nothing counts. @param tool its program */
    enum Legacy {
        IPV4(Family.IPV4, "iptables-legacy", "ip_tables_names"),
        IPV6(Family.IPV6, "ip6tables-legacy", "ip6_tables_names");

        private final Family family;
        private final String tool;
        private final Path tables;

        Legacy(Family family, String tool, String tables) {
            this.family = family;
            this.tool = tool;
            this.tables = Path.of("/proc/self/net", tables);
        }

        /** Whether the kernel has them: only then its tool is asked, because asking would load them. */
        boolean isThere() {
            try {
                return Files.exists(tables) && Files.readAllLines(tables).contains("filter");
            } catch (IOException e) {
                return false;
            }
        }
    }

    /**
     * @param family ip, ip6 or inet
     * @param drops by its policy
     */
    record Chain(String family, String table, String name, boolean drops) {
        @Override
        public String toString() {
            return family + " " + table + " " + name;
        }

        private List<String> words() {
            return List.of("chain", family, table, name);
        }

        /** Whether packets of those addresses pass it. */
        boolean sees(Cidr range) {
            return !family.equals(Family.of(range) == Family.IPV4 ? "ip6" : "ip");
        }
    }

    /**
     * Opens what is shut, and makes our own table again if it was flushed away.
     *
     * @param ours names of tables of family inet that must be there, the first made by the script
     * @param script empty if nothing is made yet
     */
    FirewallFindings open(List<Cidr> pods, List<String> ours, String script) {
        List<String> told = new ArrayList<>();
        boolean flushed = false;
        try {
            String listing = nft.list("chains");
            List<String> lines = listing.lines().toList();
            if (!script.isEmpty() && !ours.stream().allMatch(table -> lines.contains("table inet " + table + " {"))) {
                nft.apply(script);
                flushed = true;
                told.add("The firewall's tables were flushed, ours with them: it was made again");
            }
            for (Chain chain : forwarding(listing)) {
                told.add(attempt("The firewall's chain " + chain, () -> openNft(chain, pods)));
            }
        } catch (IOException e) {
            told.add("Whether the firewall lets pods' packets pass could not be looked at: " + e.getMessage());
        }
        for (Legacy legacy : Legacy.values()) {
            List<Cidr> ranges = pods.stream()
                    .filter(range -> Family.of(range) == legacy.family)
                    .toList();
            if (!ranges.isEmpty() && drops(legacy)) {
                told.add(attempt(
                        "The firewall's chain FORWARD (" + legacy.tool + ")", () -> openLegacy(legacy, ranges)));
            }
        }
        told.removeIf(String::isEmpty);
        return new FirewallFindings(flushed, told);
    }

    private interface Opening {
        /** @return whether anything had to be done */
        boolean run() throws IOException;
    }

    private static String attempt(String which, Opening opening) {
        try {
            return opening.run()
                    ? which + " drops what it does not know: rules that accept pods' packets were put into it"
                    : "";
        } catch (IOException e) {
            return which + " drops pods' packets, and no rule could be put into it: " + e.getMessage();
        }
    }

    /** The chains of the forward hook that IP passes, from what {@code nft list chains} prints. */
    static List<Chain> forwarding(String listing) {
        List<Chain> found = new ArrayList<>();
        String family = "";
        String table = "";
        String chain = "";
        for (String line : listing.lines().toList()) {
            Matcher inTable = TABLE.matcher(line);
            Matcher inChain = CHAIN.matcher(line);
            Matcher hook = HOOK.matcher(line);
            if (inTable.find()) {
                family = inTable.group(1);
                table = inTable.group(2);
            } else if (line.startsWith("table ")) {
                family = "";
            } else if (inChain.find()) {
                chain = inChain.group(1);
            } else if (!family.isEmpty() && hook.find()) {
                found.add(new Chain(family, table, chain, hook.group(1).equals("drop")));
            }
        }
        return found;
    }

    /** Whether a chain lets nothing through that its rules do not name: by a last rule, as firewalld and many a server's image do. */
    static boolean endsShut(String listing) {
        return listing.lines().map(String::strip).anyMatch(line -> ENDS.matcher(line)
                .matches());
    }

    /** The handles of our rules in what {@code nft -a list chain} prints. */
    static List<String> handles(String listing) {
        List<String> handles = new ArrayList<>();
        for (String line : listing.lines().toList()) {
            Matcher handle = HANDLE.matcher(line.strip());
            if (line.contains("comment \"" + MARK + "\"") && handle.find()) {
                handles.add(handle.group(1));
            }
        }
        return handles;
    }

    private boolean openNft(Chain chain, List<Cidr> pods) throws IOException {
        String present = nft.listWithHandles(chain.words());
        List<String> rules = new ArrayList<>();
        for (Cidr range : pods) {
            if (chain.sees(range)) {
                Family family = Family.of(range);
                rules.add(family.source() + " " + range + " accept comment \"" + MARK + "\"");
                rules.add(family.destination() + " " + range + " accept comment \"" + MARK + "\"");
            }
        }
        boolean shut = chain.drops() || endsShut(present);
        if (!shut || rules.stream().allMatch(present::contains)) {
            return false;
        }
        StringBuilder script = new StringBuilder();
        for (String handle : handles(present)) {
            script.append(deletion(chain, handle));
        }
        for (String rule : rules) {
            script.append("insert rule ").append(chain).append(' ').append(rule).append('\n');
        }
        nft.apply(script.toString());
        return true;
    }

    private static String deletion(Chain chain, String handle) {
        return "delete rule " + chain + " handle " + handle + "\n";
    }

    /** Whether the kernel has iptables' old tables. */
    static boolean legacy() {
        return Legacy.IPV4.isThere() || Legacy.IPV6.isThere();
    }

    private static boolean drops(Legacy legacy) {
        try {
            return legacy.isThere()
                    && run(legacy.tool, List.of("-S", "FORWARD"))
                            .lines()
                            .anyMatch(rule -> rule.matches("-P FORWARD DROP|-A FORWARD -j (DROP|REJECT\\b.*)"));
        } catch (IOException e) {
            // Without its tool nobody on this machine can have filled them.
            return false;
        }
    }

    private static boolean openLegacy(Legacy legacy, List<Cidr> pods) throws IOException {
        boolean done = false;
        for (Cidr range : pods) {
            for (String side : List.of("-s", "-d")) {
                try {
                    run(legacy.tool, legacyRule("-C", side, range.toString()));
                } catch (IOException absent) {
                    run(legacy.tool, legacyRule("-I", side, range.toString()));
                    done = true;
                }
            }
        }
        return done;
    }

    private static List<String> legacyRule(String verb, String side, String range) {
        return List.of(verb, "FORWARD", side, range, "-m", "comment", "--comment", MARK, "-j", "ACCEPT");
    }

    /** Takes our rules out of every chain, whatever its policy is by now. */
    void close() throws IOException {
        for (Chain chain : forwarding(nft.list("chains"))) {
            for (String handle : handles(nft.listWithHandles(chain.words()))) {
                nft.apply(deletion(chain, handle));
            }
        }
        for (Legacy legacy : Legacy.values()) {
            if (legacy.isThere()) {
                for (String rule :
                        run(legacy.tool, List.of("-S", "FORWARD")).lines().toList()) {
                    if (rule.contains("--comment \"" + MARK + "\"")) {
                        String side = rule.contains(" -s ") ? "-s" : "-d";
                        String range = rule.replaceFirst("^.* " + side + " (\\S+) .*$", "$1");
                        run(legacy.tool, legacyRule("-D", side, range));
                    }
                }
            }
        }
    }

    /** @return what it prints. @throws IOException with its complaint */
    private static String run(String tool, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(tool, "-w"));
        command.addAll(arguments);
        return HostTool.run(command, "", LIMIT);
    }
}
