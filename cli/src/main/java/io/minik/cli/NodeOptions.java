package io.minik.cli;

import io.minik.api.core.NodeLabels;
import io.minik.api.meta.Names;
import io.minik.cli.log.LogSettings;
import io.minik.ground.tls.LeafLifetime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.event.Level;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that a server and an agent share: where things live, who this node is, how it logs. */
final class NodeOptions {
    private static final Path DEFAULT_RESOLV_CONF = Path.of("/etc/resolv.conf");
    /** Certificates are looked at a dozen times in their life: below this that would be all that happens. */
    private static final int LEAST_LIFETIME_SECONDS = 20;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "configuration file; keys are flag names (default /etc/minik/config.yaml, then FILE.d/*.yaml)")
    Path config = ConfigDefaults.DEFAULT_FILE;

    @Option(
            names = {"-d", "--data-dir"},
            paramLabel = "DIR",
            defaultValue = "/var/lib/minik",
            description = "state that must survive a reboot (default ${DEFAULT-VALUE})")
    Path dataDir = Path.of("/var/lib/minik");

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = "/run/minik",
            description = "sockets, namespaces and other things that a reboot may take (default ${DEFAULT-VALUE})")
    Path runDir = Path.of("/run/minik");

    @Option(
            names = "--memory-limit",
            paramLabel = "QUANTITY",
            defaultValue = "",
            description =
                    "memory for the cluster's objects and for requests, read by minik's start script: half of it is the"
                            + " Java heap's most, a quarter that of buffers; the program's code and threads, and what the"
                            + " kernel keeps of the store's files, come on top, some 80Mi (default a quarter of the"
                            + " machine's or the control group's, 320Mi to 4Gi)")
    String memoryLimit = "";

    @Option(
            names = "--log-dir",
            paramLabel = "DIR",
            defaultValue = "/var/log/pods",
            description = "container logs (default ${DEFAULT-VALUE})")
    Path logDir = Path.of("/var/log/pods");

    @Option(
            names = "--node-name",
            paramLabel = "NAME",
            defaultValue = "",
            description = "name of this node (default the host name, in lower case)")
    String nodeName = "";

    @Option(
            names = {"-i", "--node-ip"},
            paramLabel = "IP",
            defaultValue = "",
            description = "address that other nodes reach this one at (default: the one that routes outward)")
    String nodeIp = "";

    @Option(
            names = "--node-external-ip",
            paramLabel = "IP",
            split = ",",
            description = "address that it is reached at from outside, shown in its status; may be given again")
    List<String> externalIps = new ArrayList<>();

    @Option(names = "--with-node-id", description = "add a few letters of this machine's own to the node's name")
    boolean withNodeId;

    @Option(
            names = "--protect-kernel-defaults",
            description = "start only where the kernel's settings are those that a kubelet wants")
    boolean protectKernelDefaults;

    @Option(
            names = "--from-k3s",
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "",
            description =
                    "also read a k3s' configuration (default /etc/rancher/k3s/config.yaml) and K3S_* variables, below"
                            + " minik's own")
    String fromK3s = "";

    @Option(
            names = "--node-label",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "label to register the node with; may be given again")
    List<String> nodeLabels = new ArrayList<>();

    @Option(
            names = "--node-taint",
            paramLabel = "KEY=VALUE:EFFECT",
            split = ",",
            description = "taint to register the node with; may be given again")
    List<String> nodeTaints = new ArrayList<>();

    @Option(
            names = "--node-password-file",
            paramLabel = "FILE",
            defaultValue = "/etc/minik/node/password",
            description = "this node's own secret, which keeps its name from being taken (default ${DEFAULT-VALUE})")
    Path nodePasswordFile = Path.of("/etc/minik/node/password");

    @Option(
            names = "--ingress-access-log",
            paramLabel = "FILE",
            defaultValue = "",
            description = "a line for each request of an Ingress goes there (default: none is written)")
    String ingressAccessLog = "";

    @Option(
            names = "--kubelet-port",
            paramLabel = "PORT",
            defaultValue = "10250",
            description = "port of the kubelet (default ${DEFAULT-VALUE})")
    int kubeletPort = 10250;

    @Option(
            names = "--max-pods",
            paramLabel = "N",
            defaultValue = "110",
            description = "most pods on this node (default ${DEFAULT-VALUE})")
    int maxPods = 110;

    @Mixin
    KubeletOptions kubelet = new KubeletOptions();

    @Mixin
    EvictionOptions eviction = new EvictionOptions();

    @Option(
            names = "--private-registry",
            paramLabel = "FILE",
            defaultValue = "/etc/minik/registries.yaml",
            description = "mirrors and credentials of image registries (default ${DEFAULT-VALUE})")
    Path registries = Path.of("/etc/minik/registries.yaml");

    @Option(
            names = "--bridge",
            paramLabel = "NAME",
            defaultValue = "minik0",
            description = "network bridge of the pods (default ${DEFAULT-VALUE})")
    String bridge = "minik0";

    @Option(
            names = "--cgroup-root",
            paramLabel = "NAME",
            defaultValue = "minik",
            description = "cgroup that all pods live below (default ${DEFAULT-VALUE})")
    String cgroupRoot = "minik";

    @Option(
            names = "--resolv-conf",
            paramLabel = "FILE",
            defaultValue = "/etc/resolv.conf",
            description = "name servers for what is not in the cluster (default ${DEFAULT-VALUE})")
    Path resolvConf = DEFAULT_RESOLV_CONF;

    @Option(
            names = "--default-local-storage-path",
            paramLabel = "DIR",
            defaultValue = "",
            description = "where volumes of the class local-path are made on this node (default DATA-DIR/storage)")
    String localStoragePath = "";

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default ${DEFAULT-VALUE})")
    String logLevel = "info";

    @Option(
            names = "--log-format",
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text or json (default ${DEFAULT-VALUE})")
    String logFormat = "text";

    @Option(
            names = {"-l", "--log"},
            paramLabel = "FILE",
            defaultValue = "",
            description = "log to this file, of which one older piece is kept, instead of to standard error")
    String logFile = "";

    @Option(names = "--alsologtostderr", description = "with --log: log to standard error, too")
    boolean alsoLogToStderr;

    @Option(
            names = "--certificate-lifetime",
            paramLabel = "SECONDS",
            hidden = true,
            defaultValue = "31536000",
            description = "how long this cluster's own certificates live; the same on all nodes (default a year)")
    long certificateLifetimeSeconds = LeafLifetime.YEAR.length().toSeconds();

    LeafLifetime certificateLifetime() {
        return new LeafLifetime(Duration.ofSeconds(certificateLifetimeSeconds));
    }

    /**
     * Looks at every option of a node, and makes paths absolute: a container's own root would give a relative one another
     * meaning.
     *
     * @throws StartFailure naming the option
     */
    void check() {
        kubelet.read();
        level();
        jsonLog();
        if (!logFile.isEmpty()) {
            new Flag("--log").fileOfDirectory(Path.of(logFile));
        }
        places();
        podManifests();
        eviction.policy();
        kubelet.check();
        resolvedNodeName();
        if (!nodeIp.isEmpty()) {
            new Flag("--node-ip").ownAddress(nodeIp);
        }
        Flag external = new Flag("--node-external-ip");
        externalIps.forEach(external::hostAddress);
        labels();
        Flag taint = new Flag("--node-taint");
        Set<String> taints = new HashSet<>();
        for (String text : nodeTaints) {
            if (!taints.add(taint.taint(text))) {
                throw taint.wrong(text, "repeats a key and its effect");
            }
        }
        new Flag("--kubelet-port").port(kubeletPort);
        new Flag("--max-pods").atLeast(0, maxPods, "0 is a node without pods");
        new Flag("--bridge").bridge(bridge);
        new Flag("--certificate-lifetime")
                .atLeast(
                        LEAST_LIFETIME_SECONDS,
                        certificateLifetimeSeconds,
                        "certificates are renewed some times in a life");
    }

    /** Fills in the address that was not given. */
    void findAddress() {
        if (nodeIp.isEmpty()) {
            nodeIp = NodeAddress.find(bridge);
        }
    }

    /** What {@code killall} needs of a node. */
    void places() {
        dataDir = new Flag("--data-dir").directory(dataDir);
        Flag run = new Flag("--run-dir");
        runDir = run.directory(runDir);
        Flag logs = new Flag("--log-dir");
        logDir = logs.directory(logDir);
        if (dataDir.startsWith(runDir)) {
            throw run.wrong(runDir, "holds --data-dir: a reboot may take all that is in it");
        }
        if (logDir.equals(dataDir) || logDir.equals(runDir)) {
            throw logs.wrong(logDir, "is another directory of minik, too");
        }
        if (!localStoragePath.isEmpty()) {
            localStoragePath = new Flag("--default-local-storage-path")
                    .directory(Path.of(localStoragePath))
                    .toString();
        }
        if (!ingressAccessLog.isEmpty()) {
            ingressAccessLog = new Flag("--ingress-access-log")
                    .fileOfDirectory(Path.of(ingressAccessLog))
                    .toString();
        }
        nodePasswordFile = new Flag("--node-password-file").file(nodePasswordFile);
        registries = new Flag("--private-registry").file(registries);
        Flag resolv = new Flag("--resolv-conf");
        if (!resolvConf.equals(DEFAULT_RESOLV_CONF)) {
            resolvConf = resolv.file(resolvConf);
            if (!Files.exists(resolvConf)) {
                throw resolv.wrong(resolvConf, "is not there");
            }
        }
        Flag cgroup = new Flag("--cgroup-root");
        if (!cgroupRoot.matches("[A-Za-z0-9_.:-]+(/[A-Za-z0-9_.:-]+)*")
                || List.of(cgroupRoot.split("/")).stream().anyMatch(part -> part.matches("\\.{1,2}"))) {
            throw cgroup.wrong(cgroupRoot, "is no name of a cgroup below the machine's root");
        }
    }

    Path podManifests() {
        return kubelet.podManifestPath.isEmpty()
                ? dataDir.resolve("agent/pod-manifests")
                : new Flag("--pod-manifest-path").directory(Path.of(kubelet.podManifestPath));
    }

    Path localStoragePath() {
        return localStoragePath.isEmpty() ? dataDir.resolve("storage") : Path.of(localStoragePath);
    }

    /** The labels by key. @throws StartFailure for one that no node may give itself */
    Map<String, String> labels() {
        Flag flag = new Flag("--node-label");
        Map<String, String> labels = new LinkedHashMap<>();
        for (String text : nodeLabels) {
            String[] label = flag.label(text);
            if (!NodeLabels.mayBeSetByNode(label[0])) {
                throw flag.wrong(text, "is none that a node may give itself: label it with kubectl instead");
            }
            String before = labels.put(label[0], label[1]);
            if (before != null && !before.equals(label[1])) {
                throw flag.wrong(text, "gives " + label[0] + " a second value");
            }
        }
        return labels;
    }

    /** @throws StartFailure if no name can be found that Kubernetes takes */
    String resolvedNodeName() {
        Flag flag = new Flag("--node-name");
        String given = (nodeName.isEmpty() ? hostName() : nodeName).toLowerCase(Locale.ROOT);
        String name = withNodeId ? given + "-" + MachineId.letters(Path.of("/")) : given;
        String what =
                nodeName.isEmpty() ? "is this machine's host name, but no name of a node" : "is no name of a node";
        flag.complain(name, what, Names.dns1123Subdomain(name));
        // It is the value of the label kubernetes.io/hostname, too.
        flag.complain(name, what, Names.labelValue(name));
        return name;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // The name has no address, which is no obstacle: the message is "name: …".
            String message = String.valueOf(e.getMessage());
            int colon = message.indexOf(':');
            return colon > 0 ? message.substring(0, colon) : message;
        }
    }

    /** From now on what happens is written where, and as, the options say. @throws StartFailure naming the option */
    void openLog() {
        LogSettings.set(level(), jsonLog());
        if (logFile.isEmpty()) {
            return;
        }
        Flag flag = new Flag("--log");
        Path file = flag.fileOfDirectory(Path.of(logFile));
        try {
            LogSettings.toFile(file, alsoLogToStderr);
        } catch (IOException e) {
            throw flag.wrong(logFile, "can't be written: " + e.getMessage());
        }
    }

    Level level() {
        for (Level level : Level.values()) {
            if (level.name().equalsIgnoreCase(logLevel)) {
                return level;
            }
        }
        throw new StartFailure("--log-level: \"" + logLevel + "\" must be one of error, warn, info, debug, trace");
    }

    boolean jsonLog() {
        if (logFormat.equals("json") || logFormat.equals("text")) {
            return logFormat.equals("json");
        }
        throw new StartFailure("--log-format: \"" + logFormat + "\" must be text or json");
    }
}
