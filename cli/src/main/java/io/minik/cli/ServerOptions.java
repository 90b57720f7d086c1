package io.minik.cli;

import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.registry.PortRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of the control plane. */
final class ServerOptions {
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
            defaultValue = "10.43.0.10",
            description = "address of the cluster DNS, within --service-cidr (default ${DEFAULT-VALUE})")
    String clusterDns = "10.43.0.10";

    @Option(
            names = "--cluster-domain",
            paramLabel = "NAME",
            defaultValue = "cluster.local",
            description = "DNS domain of the cluster (default ${DEFAULT-VALUE})")
    String clusterDomain = "cluster.local";

    @Option(
            names = {"-t", "--token"},
            paramLabel = "TOKEN",
            defaultValue = "",
            description = "secret that agents join with (default: made at first start, in DATA-DIR/server/token)")
    String token = "";

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

    @Option(names = "--disable-agent", description = "run no node here, only the control plane")
    boolean disableAgent;

    @Option(
            names = "--audit-log-path",
            paramLabel = "FILE",
            defaultValue = "",
            description = "write an audit.k8s.io/v1 event per request, as JSON lines (default: none)")
    String auditLogPath = "";

    @Option(
            names = "--admission-control-config-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "AdmissionConfiguration for PodSecurity: defaults and exemptions (default: nobody is held to"
                    + " anything but by a namespace's labels)")
    String admissionConfigFile = "";

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

    /** @throws StartFailure naming the flag */
    PortRange nodePorts() {
        try {
            return PortRange.parse(nodePortRange);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--service-node-port-range: " + e.getMessage(), e);
        }
    }

    /** @throws StartFailure naming the flag */
    PodSecurityConfig podSecurity() {
        return admissionConfigFile.isEmpty()
                ? PodSecurityConfig.NONE
                : AdmissionFile.podSecurity(Path.of(admissionConfigFile));
    }

    /** @throws StartFailure naming the flag */
    DefaultTolerationSeconds.Periods tolerations() {
        return new DefaultTolerationSeconds.Periods(
                notNegative("--default-not-ready-toleration-seconds", notReadyTolerationSeconds),
                notNegative("--default-unreachable-toleration-seconds", unreachableTolerationSeconds));
    }

    private static int notNegative(String flag, int seconds) {
        if (seconds < 0) {
            throw new StartFailure(flag + ": " + seconds + " is negative; 0 evicts at once");
        }
        return seconds;
    }
}
