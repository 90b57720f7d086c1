package io.minik.runtime.net;

import io.minik.ground.net.Cidr;
import io.minik.runtime.HostTool;
import io.minik.runtime.RuntimeFault;
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

    private static final Path LEGACY_TABLES = Path.of("/proc/self/net/ip_tables_names");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Pattern TABLE = Pattern.compile("^table (ip|inet) (\\S+) \\{");
    private static final Pattern CHAIN = Pattern.compile("^\\s+chain (\\S+) \\{");
    private static final Pattern HOOK = Pattern.compile("^\\s+type filter hook forward .*policy (accept|drop);");
    /** A rule that ends the way of whatever reaches it. */
    private static final Pattern ENDS = Pattern.compile("^(counter packets \\d+ bytes \\d+ )?(log( .*)? )?"
            + "(drop|reject( with .*)?|xt target \"REJECT\")( comment \".*\")?( # handle \\d+)?$");

    private static final Pattern HANDLE = Pattern.compile("# handle (\\d+)$");

    private ForwardChains() {}

    /**
     * @param family ip or inet
     * @param drops by its policy
     */
    record Chain(String family, String table, String name, boolean drops) {
        @Override
        public String toString() {
            return family + " " + table + " " + name;
        }

        private List<String> words() {
            return List.of(family, table, name);
        }
    }

    /**
     * Opens what is shut, and makes our own table again if it was flushed away.
     *
     * @param ours the table's name, in family ip
     * @param script makes it; empty if it is not made yet
     */
    static FirewallFindings open(Cidr pods, String ours, String script) {
        List<String> told = new ArrayList<>();
        boolean flushed = false;
        try {
            String listing = run("nft", "list", "chains");
            if (!script.isEmpty() && listing.lines().noneMatch(("table ip " + ours + " {")::equals)) {
                Nft.apply(script);
                flushed = true;
                told.add("The firewall's tables were flushed, ours with them: it was made again");
            }
            for (Chain chain : forwarding(listing)) {
                told.add(attempt("The firewall's chain " + chain, () -> openNft(chain, pods)));
            }
        } catch (IOException e) {
            told.add("Whether the firewall lets pods' packets pass could not be looked at: " + e.getMessage());
        }
        if (legacyDrops()) {
            told.add(attempt("The firewall's chain FORWARD (iptables-legacy)", () -> openLegacy(pods)));
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

    /** The chains of the forward hook that IPv4 passes, from what {@code nft list chains} prints. */
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

    private static boolean openNft(Chain chain, Cidr pods) throws IOException {
        String present = run(words(List.of("nft", "-a", "list", "chain"), chain.words()));
        String from = "ip saddr " + pods + " accept comment \"" + MARK + "\"";
        String to = "ip daddr " + pods + " accept comment \"" + MARK + "\"";
        boolean shut = chain.drops() || endsShut(present);
        if (!shut || (present.contains(from) && present.contains(to))) {
            return false;
        }
        StringBuilder script = new StringBuilder();
        for (String handle : handles(present)) {
            script.append("delete rule ")
                    .append(chain)
                    .append(" handle ")
                    .append(handle)
                    .append('\n');
        }
        script.append("insert rule ").append(chain).append(' ').append(from).append('\n');
        script.append("insert rule ").append(chain).append(' ').append(to).append('\n');
        Nft.apply(script.toString());
        return true;
    }

    /** Whether the kernel has iptables' old table, whose changes nothing counts. */
    static boolean legacy() {
        try {
            return Files.exists(LEGACY_TABLES)
                    && Files.readAllLines(LEGACY_TABLES).contains("filter");
        } catch (IOException e) {
            return false;
        }
    }

    /** Only a kernel that has iptables' old tables is asked: asking would load them. */
    private static boolean legacyDrops() {
        try {
            return legacy()
                    && run("iptables-legacy", "-w", "-S", "FORWARD")
                            .lines()
                            .anyMatch(rule -> rule.matches("-P FORWARD DROP|-A FORWARD -j (DROP|REJECT\\b.*)"));
        } catch (IOException e) {
            // Without its tool nobody on this machine can have filled them.
            return false;
        }
    }

    private static boolean openLegacy(Cidr pods) throws IOException {
        boolean done = false;
        for (String side : List.of("-s", "-d")) {
            List<String> rule =
                    List.of("FORWARD", side, pods.toString(), "-m", "comment", "--comment", MARK, "-j", "ACCEPT");
            try {
                run(words(List.of("iptables-legacy", "-w", "-C"), rule));
            } catch (IOException absent) {
                run(words(List.of("iptables-legacy", "-w", "-I"), rule));
                done = true;
            }
        }
        return done;
    }

    /** Takes our rules out of every chain, whatever its policy is by now. */
    static void close() {
        try {
            closeAll();
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL, "close the firewall again", String.valueOf(e.getMessage()), e);
        }
    }

    private static void closeAll() throws IOException {
        for (Chain chain : forwarding(run("nft", "list", "chains"))) {
            List<String> handles = handles(run(words(List.of("nft", "-a", "list", "chain"), chain.words())));
            for (String handle : handles) {
                Nft.apply("delete rule " + chain + " handle " + handle + "\n");
            }
        }
        if (legacy()) {
            for (String rule :
                    run("iptables-legacy", "-w", "-S", "FORWARD").lines().toList()) {
                if (rule.contains("--comment \"" + MARK + "\"")) {
                    String side = rule.contains(" -s ") ? "-s" : "-d";
                    String range = rule.replaceFirst("^.* " + side + " (\\S+) .*$", "$1");
                    run(
                            "iptables-legacy",
                            "-w",
                            "-D",
                            "FORWARD",
                            side,
                            range,
                            "-m",
                            "comment",
                            "--comment",
                            MARK,
                            "-j",
                            "ACCEPT");
                }
            }
        }
    }

    private static List<String> words(List<String> command, List<String> more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(more);
        return all;
    }

    private static String run(String... command) throws IOException {
        return run(List.of(command));
    }

    /** @return what it prints. @throws IOException with its complaint */
    private static String run(List<String> command) throws IOException {
        return HostTool.run(command, "", LIMIT);
    }
}
