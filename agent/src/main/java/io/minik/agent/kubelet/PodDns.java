package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import io.minik.api.core.PodNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What /etc/resolv.conf of a pod says. Pure.
 *
 * @param notices why it says less than was asked: the texts of DNSConfigForming events
 */
record PodDns(List<String> servers, List<String> searches, Map<String, String> options, List<String> notices) {
    /** Of resolv.conf(5): what a resolver does not read is left out, and that is said. */
    private static final int MOST_SERVERS = 3;

    private static final int MOST_SEARCHES = 32;
    private static final int MOST_SEARCH_CHARACTERS = 2048;
    private static final String NDOTS = "5";

    /** @param nodeResolvConf the node's own file */
    static PodDns of(Pod pod, List<String> clusterDns, String clusterDomain, String nodeResolvConf) {
        PodNetwork network = pod.spec().network();
        List<String> servers = new ArrayList<>();
        List<String> searches = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        List<String> notices = new ArrayList<>();
        boolean cluster = !clusterDns.isEmpty()
                && (network.dnsPolicy().equals("ClusterFirstWithHostNet")
                        || (network.dnsPolicy().equals("ClusterFirst") && !network.hostNetwork()));
        if (cluster && !network.dnsPolicy().equals("None")) {
            servers.addAll(clusterDns);
            searches.add(pod.namespace() + ".svc." + clusterDomain);
            searches.add("svc." + clusterDomain);
            searches.add(clusterDomain);
            searches.addAll(words(nodeResolvConf, "search"));
            options.put("ndots", NDOTS);
        } else if (!network.dnsPolicy().equals("None")) {
            servers.addAll(ofNode(words(nodeResolvConf, "nameserver"), network.hostNetwork(), clusterDns, notices));
            searches.addAll(words(nodeResolvConf, "search"));
            words(nodeResolvConf, "options").forEach(option -> {
                String[] parts = option.split(":", 2);
                options.put(parts[0], parts.length > 1 ? parts[1] : "");
            });
        }
        servers.addAll(network.dnsConfig().nameservers());
        searches.addAll(network.dnsConfig().searches());
        options.putAll(network.dnsConfig().options());
        return new PodDns(
                fewServers(List.copyOf(new LinkedHashSet<>(servers)), notices),
                fewSearches(List.copyOf(new LinkedHashSet<>(searches)), notices),
                options,
                List.copyOf(notices));
    }

    /**
     * A pod has a loopback of its own, where nobody answers. If the node has no other server, the cluster's DNS stands in: it
     * runs on the node, and asks the node's servers.
     */
    private static List<String> ofNode(
            List<String> servers, boolean hostNetwork, List<String> clusterDns, List<String> notices) {
        List<String> reached = servers.stream()
                .filter(server -> hostNetwork || !isLoopback(server))
                .toList();
        if (reached.isEmpty() && !servers.isEmpty()) {
            notices.add("The node's nameservers (" + String.join(" ", servers)
                    + ") are at loopback, where pods can't reach them: the cluster's DNS asks them instead");
            return clusterDns;
        }
        return reached;
    }

    /** Every form of "this very machine": 127.0.0.0/8, ::1 (also with IPv4 within), and the addresses of nobody. */
    static boolean isLoopback(String server) {
        String plain = server.split("%", 2)[0].toLowerCase(Locale.ROOT).replaceFirst("^::ffff:", "");
        return plain.matches("127(\\.[0-9]+){1,3}") || plain.matches("0(\\.0){0,3}") || plain.matches("(0*:){2,7}0*1?");
    }

    private static List<String> fewServers(List<String> servers, List<String> notices) {
        if (servers.size() <= MOST_SERVERS) {
            return servers;
        }
        List<String> few = servers.subList(0, MOST_SERVERS);
        notices.add(
                "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "
                        + String.join(" ", few));
        return few;
    }

    private static List<String> fewSearches(List<String> searches, List<String> notices) {
        int taken = 0;
        int characters = -1;
        while (taken < Math.min(searches.size(), MOST_SEARCHES)
                && characters + 1 + searches.get(taken).length() <= MOST_SEARCH_CHARACTERS) {
            characters += 1 + searches.get(taken).length();
            taken++;
        }
        List<String> few = searches.subList(0, taken);
        if (taken < searches.size()) {
            notices.add(
                    "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
                            + String.join(" ", few));
        }
        return few;
    }

    String text() {
        StringBuilder out = new StringBuilder();
        if (!searches.isEmpty()) {
            out.append("search ").append(String.join(" ", searches)).append('\n');
        }
        servers.forEach(server -> out.append("nameserver ").append(server).append('\n'));
        if (!options.isEmpty()) {
            out.append("options");
            options.forEach((name, value) -> out.append(' ').append(value.isEmpty() ? name : name + ":" + value));
            out.append('\n');
        }
        return out.toString();
    }

    /** The words after a keyword; the last `search` line counts, all others add up. */
    private static List<String> words(String resolvConf, String keyword) {
        List<String> words = new ArrayList<>();
        for (String line : resolvConf.split("\n")) {
            String[] parts = line.trim().split("\\s+");
            if (parts.length > 1 && parts[0].toLowerCase(Locale.ROOT).equals(keyword)) {
                if (keyword.equals("search")) {
                    words.clear();
                }
                words.addAll(List.of(parts).subList(1, parts.length));
            }
        }
        return words;
    }
}
