package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import io.minik.api.core.PodNetwork;
import java.util.List;

/** The text of /etc/hosts and /etc/hostname of a pod. Pure. */
final class PodFiles {
    /** What the kernel takes as a host name. */
    private static final int MOST_HOSTNAME = 63;

    private PodFiles() {}

    /** @param nodeHostname for pods in the node's network */
    static String hostname(Pod pod, String clusterDomain, String nodeHostname) {
        PodNetwork network = pod.spec().network();
        if (network.hostNetwork()) {
            return nodeHostname;
        }
        PodNetwork.HostName wanted = network.hostName();
        if (!wanted.override().isEmpty()) {
            return wanted.override();
        }
        String name = wanted.hostname().isEmpty() ? pod.name() : wanted.hostname();
        String trimmed =
                name.length() > MOST_HOSTNAME ? name.substring(0, MOST_HOSTNAME).replaceAll("[-.]+$", "") : name;
        String domain = domain(pod, clusterDomain);
        return wanted.asFqdn() && !domain.isEmpty() ? trimmed + "." + domain : trimmed;
    }

    private static String domain(Pod pod, String clusterDomain) {
        String subdomain = pod.spec().network().hostName().subdomain();
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
            boolean own = !pod.spec().network().hostName().override().isEmpty();
            String domain = own ? "" : domain(pod, clusterDomain);
            String plain = own ? hostname : hostname.split("\\.", 2)[0];
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
}
