package io.minik.cli;

import io.minik.agent.dns.DnsServer;
import io.minik.api.meta.Names;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.kinds.PortRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the control plane. */
final class ServerOptions {
    /** As upstream: more addresses than a /12 are no Services any more. */
    private static final int MOST_SERVICES_PREFIX = 12;
    /** Two addresses are taken by the API server and the DNS. */
    private static final int LEAST_SERVICES_PREFIX = 28;

    /** Which address of the Services is the cluster DNS by default. */
    private static final int DNS_OFFSET = 10;

    @Option(
            names = "--bind-address",
            paramLabel = "IP",
            defaultValue = "0.0.0.0",
            description = "address that the API server listens on (default ${DEFAULT-VALUE})")
    String bindAddress = "0.0.0.0";

    @Option(
            names = "--https-listen-port",
            paramLabel = "PORT",
            defaultValue = "6443",
            description = "port of the API server (default ${DEFAULT-VALUE})")
    int httpsListenPort = 6443;

    @Option(
            names = "--advertise-address",
            paramLabel = "IP",
            defaultValue = "",
            description = "address that the cluster reaches the API server at (default the node's)")
    String advertiseAddress = "";

    @Option(
            names = "--tls-san",
            paramLabel = "NAME",
            split = ",",
            description = "further host name or address for the serving certificate; may be given again")
    List<String> tlsSans = new ArrayList<>();

    @Option(
            names = "--etcd-port",
            paramLabel = "PORT",
            defaultValue = "2379",
            description =
                    "port of the etcd v3 face on 127.0.0.1, TLS with client certificates; 0 = off (default ${DEFAULT-VALUE})")
    int etcdPort = 2379;

    @Option(
            names = "--cluster-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.42.0.0/16",
            description = "addresses of pods (default ${DEFAULT-VALUE})")
    String clusterCidr = "10.42.0.0/16";

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.43.0.0/16",
            description = "addresses of Services (default ${DEFAULT-VALUE})")
    String serviceCidr = "10.43.0.0/16";

    @Option(
            names = "--service-node-port-range",
            paramLabel = "FROM-TO",
            defaultValue = "30000-32767",
            description = "ports of NodePort Services (default ${DEFAULT-VALUE})")
    String nodePortRange = "30000-32767";

    @Option(
            names = "--cluster-dns",
            paramLabel = "IP",
            defaultValue = "",
            description = "address of the cluster DNS, within --service-cidr (default its tenth: 10.43.0.10)")
    String clusterDns = "";

    @Option(
            names = "--cluster-domain",
            paramLabel = "NAME",
            defaultValue = "cluster.local",
            description = "DNS domain of the cluster (default ${DEFAULT-VALUE})")
    String clusterDomain = "cluster.local";

    @Mixin
    DatastoreOptions datastore = new DatastoreOptions();

    @Mixin
    TokenOptions tokens = new TokenOptions();

    @Option(
            names = {"-o", "--write-kubeconfig"},
            paramLabel = "FILE",
            defaultValue = "/etc/minik/minik.yaml",
            description = "where to write the administrator's kubeconfig (default ${DEFAULT-VALUE})")
    Path writeKubeconfig = Path.of("/etc/minik/minik.yaml");

    @Option(
            names = "--write-kubeconfig-mode",
            paramLabel = "MODE",
            defaultValue = "600",
            description = "its file mode, octal (default ${DEFAULT-VALUE})")
    String writeKubeconfigMode = "600";

    @Option(
            names = "--write-kubeconfig-group",
            paramLabel = "GROUP",
            defaultValue = "",
            description = "its group, by name or number; with --write-kubeconfig-mode 640 its people may use it")
    String writeKubeconfigGroup = "";

    @Option(names = "--disable-scheduler", description = "run no scheduler: another one binds the pods")
    boolean disableScheduler;

    @Option(names = "--disable-agent", description = "run no node here, only the control plane")
    boolean disableAgent;

    @Option(
            names = "--disable",
            paramLabel = "COMPONENT",
            split = ",",
            description =
                    "leave out what comes in the box: metrics-server, servicelb, ingress, local-storage, network-policy,"
                            + " helm-controller, console; may be given again")
    List<String> disable = new ArrayList<>();

    @Mixin
    AccessOptions access = new AccessOptions();

    @Mixin
    AuthorizationOptions authorization = new AuthorizationOptions();

    @Mixin
    SecurityOptions security = new SecurityOptions();

    @Mixin
    BackupOptions backup = new BackupOptions();

    @Option(
            names = "--node-monitor-period",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "how often nodes' leases are looked at (default ${DEFAULT-VALUE})")
    int nodeMonitorPeriodSeconds = 5;

    @Option(
            names = "--node-monitor-grace-period",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = "silence after which a node is NotReady (default ${DEFAULT-VALUE})")
    int nodeMonitorGraceSeconds = 40;

    @Option(
            names = "--default-not-ready-toleration-seconds",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "how long pods stay on a NotReady node (default ${DEFAULT-VALUE})")
    int notReadyTolerationSeconds = 300;

    @Option(
            names = "--default-unreachable-toleration-seconds",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "how long pods stay on an unreachable node (default ${DEFAULT-VALUE})")
    int unreachableTolerationSeconds = 300;

    /** What of the box is there. */
    Parts parts() {
        return new Parts(disable);
    }

    /**
     * Looks at every option of the control plane, makes paths absolute, and fills in what follows from others.
     *
     * @param node checked before
     * @throws StartFailure naming the option
     */
    void check(NodeOptions node) {
        Flag bind = new Flag("--bind-address");
        bind.bindAddress(bindAddress);
        if (!disableAgent && bindAddress.startsWith("127.")) {
            throw bind.wrong(
                    bindAddress, "can't be reached by pods: give an address of this machine, or --disable-agent");
        }
        if (!advertiseAddress.isEmpty()) {
            new Flag("--advertise-address").hostAddress(advertiseAddress);
        }
        Flag san = new Flag("--tls-san");
        tlsSans.forEach(text -> name(san, text));
        parts().check(new Flag("--disable"));
        ranges(node);
        datastore.check(backup);
        if (datastore.isElsewhere()) {
            // etcd's own port is where its clients go.
            etcdPort = 0;
        }
        ports(node);
        Flag domain = new Flag("--cluster-domain");
        domain.complain(clusterDomain, "is no DNS domain", Names.dns1123Subdomain(clusterDomain));
        tokens.check(node.dataDir, backup.clusterReset || datastore.isElsewhere());
        writeKubeconfig = new Flag("--write-kubeconfig").file(writeKubeconfig);
        kubeconfigMode();
        new Flag("--write-kubeconfig-group").group(writeKubeconfigGroup);
        security.check();
        backup.check();
        access.check();
        authorization.check();
        new Flag("--node-monitor-period").atLeast(1, nodeMonitorPeriodSeconds, "seconds between two looks");
        new Flag("--node-monitor-grace-period")
                .atLeast(nodeMonitorPeriodSeconds, nodeMonitorGraceSeconds, "--node-monitor-period");
        tolerations();
    }

    /** A name or address that a certificate can carry; the first label of a name may be a star. */
    private static void name(Flag flag, String text) {
        if (text.contains(":")
                ? !text.matches("[0-9a-fA-F:.]+")
                : text.matches("[0-9.]+") && Address.find(text).isEmpty()) {
            throw flag.wrong(text, "is no IP address");
        }
        if (!text.contains(":")) {
            String host = text.startsWith("*.") ? text.substring(2) : text;
            flag.complain(text, "is no host name", Names.dns1123Subdomain(host.toLowerCase(Locale.ROOT)));
        }
    }

    private void ranges(NodeOptions node) {
        Flag pods = new Flag("--cluster-cidr");
        Flag services = new Flag("--service-cidr");
        Cidr cluster = pods.range(clusterCidr);
        Cidr service = services.range(serviceCidr);
        if (cluster.prefix() > ControlPlane.NODE_PREFIX) {
            throw pods.wrong(clusterCidr, "has no room for one node's /" + ControlPlane.NODE_PREFIX);
        }
        if (service.prefix() < MOST_SERVICES_PREFIX || service.prefix() > LEAST_SERVICES_PREFIX) {
            throw services.wrong(
                    serviceCidr, "must have a prefix of /" + MOST_SERVICES_PREFIX + " to /" + LEAST_SERVICES_PREFIX);
        }
        if (cluster.overlaps(service)) {
            throw services.wrong(serviceCidr, "overlaps --cluster-cidr " + clusterCidr);
        }
        for (String machine : List.of(node.nodeIp, advertiseAddress)) {
            Address.find(machine).ifPresent(address -> {
                if (cluster.contains(address) || service.contains(address)) {
                    Flag flag = cluster.contains(address) ? pods : services;
                    throw flag.wrong(
                            cluster.contains(address) ? clusterCidr : serviceCidr,
                            "holds the address of this machine, " + machine);
                }
            });
        }
        Flag dns = new Flag("--cluster-dns");
        clusterDns = clusterDns.isEmpty() ? service.at(DNS_OFFSET).toString() : clusterDns;
        Address address = dns.hostAddress(clusterDns);
        if (!service.containsHost(address)) {
            throw dns.wrong(clusterDns, "is no address of --service-cidr " + serviceCidr);
        }
        if (service.at(1).equals(address)) {
            throw dns.wrong(clusterDns, "is the API server's own in --service-cidr " + serviceCidr);
        }
    }

    private void ports(NodeOptions node) {
        Map<Integer, String> taken = new HashMap<>();
        port(taken, "--https-listen-port", new Flag("--https-listen-port").port(httpsListenPort));
        port(taken, "--etcd-port", new Flag("--etcd-port").portOrOff(etcdPort));
        if (!disableAgent) {
            port(taken, "--kubelet-port", node.kubeletPort);
            port(taken, "the node's DNS", DnsServer.DEFAULT_PORT);
        }
        PortRange range = nodePorts();
        taken.forEach((port, who) -> {
            if (port != 0 && range.contains(port)) {
                throw new Flag("--service-node-port-range").wrong(range, "holds port " + port + " of " + who);
            }
        });
    }

    private static void port(Map<Integer, String> taken, String who, int port) {
        String other = taken.putIfAbsent(port, who);
        if (other != null) {
            throw new Flag(who).wrong(port, "is the port of " + other + ", too");
        }
    }

    /** @throws StartFailure if it is none */
    Set<PosixFilePermission> kubeconfigMode() {
        if (!writeKubeconfigMode.matches("0?[0-7]{3}")) {
            throw new Flag("--write-kubeconfig-mode")
                    .wrong(writeKubeconfigMode, "is not an octal file mode such as 600");
        }
        StringBuilder letters = new StringBuilder();
        for (char digit :
                writeKubeconfigMode.substring(writeKubeconfigMode.length() - 3).toCharArray()) {
            int bits = digit - '0';
            letters.append((bits & 4) != 0 ? 'r' : '-')
                    .append((bits & 2) != 0 ? 'w' : '-')
                    .append((bits & 1) != 0 ? 'x' : '-');
        }
        return PosixFilePermissions.fromString(letters.toString());
    }

    /** To its group. Blocking. */
    void giveKubeconfig() {
        new Flag("--write-kubeconfig-group").group(writeKubeconfigGroup).ifPresent(group -> {
            try {
                Files.getFileAttributeView(writeKubeconfig, PosixFileAttributeView.class)
                        .setGroup(group);
            } catch (IOException e) {
                throw new StartFailure("--write-kubeconfig-group: " + writeKubeconfig + ": " + e.getMessage(), e);
            }
        });
    }

    /** The address in the kubeconfig: loopback, unless the API server does not listen there. */
    String localAddress() {
        return everywhere() ? "127.0.0.1" : bindAddress;
    }

    private boolean everywhere() {
        return Set.of("0.0.0.0", "::").contains(bindAddress);
    }

    /** Where pods and agents find the API server: as said, else the one address it listens at, else the machine's. */
    String advertised(String nodeIp) {
        if (!advertiseAddress.isEmpty()) {
            return advertiseAddress;
        }
        boolean one = !everywhere() && !bindAddress.contains(":") && !bindAddress.startsWith("127.");
        return one ? bindAddress : nodeIp;
    }

    /** All addresses that the serving certificate is for, beside loopback. */
    List<String> addresses(String nodeIp) {
        Set<String> all = new LinkedHashSet<>(List.of(nodeIp, advertised(nodeIp)));
        if (!everywhere()) {
            all.add(bindAddress);
        }
        return List.copyOf(all);
    }

    /** @throws StartFailure naming the flag */
    PortRange nodePorts() {
        try {
            return PortRange.parse(nodePortRange);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--service-node-port-range: " + e.getMessage(), e);
        }
    }

    /** @throws StartFailure naming the flag */
    DefaultTolerationSeconds.Periods tolerations() {
        return new DefaultTolerationSeconds.Periods(
                notNegative("--default-not-ready-toleration-seconds", notReadyTolerationSeconds),
                notNegative("--default-unreachable-toleration-seconds", unreachableTolerationSeconds));
    }

    private static int notNegative(String flag, int seconds) {
        return (int) new Flag(flag).atLeast(0, seconds, "0 evicts at once");
    }
}
