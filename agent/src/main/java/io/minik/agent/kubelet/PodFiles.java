package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import io.minik.api.core.PodNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The text of /etc/hosts, /etc/hostname and /etc/resolv.conf of a pod. Pure. */
final class PodFiles {
    /** What the kernel takes as a host name. */
    private static final int MOST_HOSTNAME = 63;

    private static final String NDOTS = "5";

    private PodFiles() {}

    /** @param nodeHostname for pods in the node's network */
    static String hostname(Pod pod, String clusterDomain, String nodeHostname) {
        PodNetwork network = pod.spec().network();
        if (network.hostNetwork()) {
            return nodeHostname;
        }
        String name = network.hostname().isEmpty() ? pod.name() : network.hostname();
        String trimmed =
                name.length() > MOST_HOSTNAME ? name.substring(0, MOST_HOSTNAME).replaceAll("[-.]+$", "") : name;
        String domain = domain(pod, clusterDomain);
        return network.setHostnameAsFqdn() && !domain.isEmpty() ? trimmed + "." + domain : trimmed;
    }

    private static String domain(Pod pod, String clusterDomain) {
        String subdomain = pod.spec().network().subdomain();
        return subdomain.isEmpty() ? "" : subdomain + "." + pod.namespace() + ".svc." + clusterDomain;
    }

    /** @param nodeHosts the node's own file, for pods in its network */
    static String hosts(Pod pod, List<String> podIps, String hostname, String clusterDomain, String nodeHosts) {
        StringBuilder out = new StringBuilder();
        if (pod.spec().network().hostNetwork()) {
            out.append("# Kubernetes-managed hosts file (host network).\n").append(nodeHosts);
        } else {
            out.append("# Kubernetes-managed hosts file.\n");
            out.append("127.0.0.1\tlocalhost\n");
            out.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
            out.append("fe00::0\tip6-localnet\n");
            out.append("fe00::0\tip6-mcastprefix\n");
            out.append("fe00::1\tip6-allnodes\n");
            out.append("fe00::2\tip6-allrouters\n");
            String domain = domain(pod, clusterDomain);
            String plain = hostname.split("\\.", 2)[0];
            for (String ip : podIps) {
                out.append(ip).append('\t');
                out.append(domain.isEmpty() ? plain : plain + "." + domain + "\t" + plain)
                        .append('\n');
            }
        }
        if (!pod.spec().network().hostAliases().isEmpty()) {
            out.append("\n# Entries added by HostAliases.\n");
            pod.spec().network().hostAliases().forEach(alias -> out.append(alias.ip())
                    .append('\t')
                    .append(String.join("\t", alias.hostnames()))
                    .append('\n'));
        }
        return out.toString();
    }

    /** @param nodeResolvConf the node's own file */
    static String resolvConf(Pod pod, List<String> clusterDns, String clusterDomain, String nodeResolvConf) {
        PodNetwork network = pod.spec().network();
        List<String> servers = new ArrayList<>();
        List<String> searches = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        boolean cluster = !clusterDns.isEmpty()
                && (network.dnsPolicy().equals("ClusterFirstWithHostNet")
                        || (network.dnsPolicy().equals("ClusterFirst") && !network.hostNetwork()));
        if (!network.dnsPolicy().equals("None")) {
            if (cluster) {
                servers.addAll(clusterDns);
                searches.add(pod.namespace() + ".svc." + clusterDomain);
                searches.add("svc." + clusterDomain);
                searches.add(clusterDomain);
                searches.addAll(words(nodeResolvConf, "search"));
                options.put("ndots", NDOTS);
            } else {
                servers.addAll(words(nodeResolvConf, "nameserver"));
                searches.addAll(words(nodeResolvConf, "search"));
                words(nodeResolvConf, "options").forEach(option -> {
                    String[] parts = option.split(":", 2);
                    options.put(parts[0], parts.length > 1 ? parts[1] : "");
                });
            }
        }
        servers.addAll(network.dnsConfig().nameservers());
        searches.addAll(network.dnsConfig().searches());
        options.putAll(network.dnsConfig().options());
        StringBuilder out = new StringBuilder();
        if (!searches.isEmpty()) {
            out.append("search ")
                    .append(String.join(" ", new LinkedHashSet<>(searches)))
                    .append('\n');
        }
        new LinkedHashSet<>(servers)
                .forEach(server -> out.append("nameserver ").append(server).append('\n'));
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
