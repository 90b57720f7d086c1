package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.kubelet.KubeletSettings;
import io.minik.agent.node.NodeReserved;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import io.minik.runtime.linux.LogLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A KubeletConfiguration, and what of it has options of its own: an option that is given wins. */
final class KubeletOptions {
    private static final Logger log = LoggerFactory.getLogger(KubeletOptions.class);
    private static final Set<String> RESERVABLE = Set.of("cpu", "memory", "ephemeral-storage");
    private static final String PODS = "pods";
    private static final String NONE = "none";

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    @Option(
            names = "--kubelet-config",
            paramLabel = "FILE",
            defaultValue = "",
            description = "a KubeletConfiguration, of which docs/kubelet-config.md says what is heeded (default: none)")
    String config = "";

    @Option(
            names = "--kubelet-config-dir",
            paramLabel = "DIR",
            defaultValue = "",
            description = "its *.conf are merged over --kubelet-config in order of name (default: none)")
    String configDir = "";

    @Option(
            names = "--pod-manifest-path",
            paramLabel = "DIR",
            defaultValue = "",
            description = "pods that this node runs by files, one a file (default DATA-DIR/agent/pod-manifests)")
    String podManifestPath = "";

    @Option(
            names = "--kube-reserved",
            paramLabel = "RESOURCE=QUANTITY,…",
            defaultValue = "",
            description = "kept back from pods for the node's own daemons, as cpu=100m,memory=200Mi (default: nothing)")
    String kubeReserved = "";

    @Option(
            names = "--system-reserved",
            paramLabel = "RESOURCE=QUANTITY,…",
            defaultValue = "",
            description = "kept back from pods for all else on the machine (default: nothing)")
    String systemReserved = "";

    @Option(
            names = "--enforce-node-allocatable",
            paramLabel = "WHAT",
            defaultValue = PODS,
            description = "pods: all pods together get no more memory than is not reserved; none: they may"
                    + " (default ${DEFAULT-VALUE})")
    String enforce = PODS;

    private KubeletFile file = KubeletFile.NONE;

    /**
     * Reads the files, and gives options that nobody has given what these say.
     *
     * @throws StartFailure naming the option and the file
     */
    void read() {
        if (config.isEmpty() && configDir.isEmpty()) {
            return;
        }
        String option = config.isEmpty() ? "--kubelet-config-dir" : "--kubelet-config";
        try {
            List<Path> one = config.isEmpty() ? List.of() : List.of(existing("--kubelet-config", config, false));
            List<Path> folder =
                    configDir.isEmpty() ? List.of() : List.of(existing("--kubelet-config-dir", configDir, true));
            file = KubeletFile.read(one, folder);
            Map<String, String> flags = file.flags();
            if (new KubeletTerms(file).mergesThresholds()) {
                flags.computeIfPresent("--eviction-hard", (flag, named) -> EvictionOptions.withUsual(named));
            }
            flags.forEach(this::give);
            settings();
            logs();
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(option + ": " + e.getMessage(), e);
        }
        file.warnings().forEach(line -> log.atWarn().log(line));
    }

    private static Path existing(String option, String text, boolean folder) {
        Path path = Path.of(text).toAbsolutePath();
        if (folder ? !Files.isDirectory(path) : !Files.isRegularFile(path)) {
            throw new StartFailure(option + ": \"" + text + "\" is no " + (folder ? "folder" : "file"));
        }
        return path;
    }

    private void give(String name, String text) {
        CommandSpec spec = command;
        OptionSpec option = spec == null ? null : spec.findOption(name);
        if (spec == null || option == null || isGiven(spec, option)) {
            return;
        }
        Class<?> type = option.type();
        option.setValue(
                type == int.class
                        ? Integer.valueOf(text)
                        : type == boolean.class
                                ? Boolean.valueOf(text)
                                : type == Path.class
                                        ? Path.of(text)
                                        : type == List.class
                                                ? new ArrayList<>(text.isEmpty() ? List.of() : List.of(text.split(",")))
                                                : text);
    }

    /** On the command line, by a variable, or in minik's own file. */
    private static boolean isGiven(CommandSpec spec, OptionSpec option) {
        IDefaultValueProvider provider = spec.defaultValueProvider();
        try {
            return spec.commandLine().getParseResult().hasMatchedOption(option)
                    || (provider != null && provider.defaultValue(option) != null);
        } catch (Exception e) {
            throw new StartFailure(String.valueOf(e.getMessage()), e);
        }
    }

    // ---- what it says

    KubeletSettings settings() {
        return new KubeletTerms(file).settings();
    }

    LogLimits logs() {
        return new KubeletTerms(file).logs();
    }

    boolean logHandler() {
        return new KubeletTerms(file).logHandler();
    }

    /** Whether pods together are held to what is not reserved. */
    boolean enforced() {
        return enforce.equals(PODS);
    }

    /** @throws StartFailure naming the option */
    void check() {
        reserved("--kube-reserved", kubeReserved);
        reserved("--system-reserved", systemReserved);
        if (!Set.of(PODS, NONE, "").contains(enforce)) {
            throw new StartFailure("--enforce-node-allocatable: \"" + enforce
                    + "\" is neither pods nor none: minik makes no cgroups for daemons of others");
        }
    }

    NodeReserved reserved(EvictionOptions eviction) {
        return new NodeReserved(
                reserved("--kube-reserved", kubeReserved),
                reserved("--system-reserved", systemReserved),
                eviction.policy().thresholds().stream()
                        .filter(each -> each.grace().isEmpty())
                        .toList());
    }

    private static Map<String, String> reserved(String option, String text) {
        Map<String, String> reserved = new LinkedHashMap<>();
        for (String each : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String[] parts = each.strip().split("=", 2);
            boolean amount = parts.length == 2
                    && Quantity.find(parts[1])
                            .filter(found -> found.signum() >= 0)
                            .isPresent();
            if (!amount) {
                throw new StartFailure(option + ": \"" + each.strip() + "\" is not RESOURCE=QUANTITY");
            }
            if (!RESERVABLE.contains(parts[0])) {
                throw new StartFailure(
                        option + ": \"" + parts[0] + "\" can't be reserved: cpu, memory and ephemeral-storage can");
            }
            reserved.put(parts[0], parts[1]);
        }
        return reserved;
    }

    // ---- the settings in force

    /** As a KubeletConfiguration, for /configz: the keys that are heeded, with what holds here. */
    ObjectNode inForce(NodeOptions node) {
        ObjectNode tree = Json.object().put("enableServer", true);
        KubeletSettings settings = settings();
        KubeletSettings.Images images = settings.images();
        tree.put("staticPodPath", node.podManifests().toString());
        settings.staticUrl().url().ifPresent(url -> tree.put("staticPodURL", url.toString()));
        tree.put("httpCheckFrequency", KubeletTerms.text(settings.staticUrl().every()));
        tree.put("address", "0.0.0.0").put("port", node.kubeletPort);
        tree.put("imageMinimumGCAge", KubeletTerms.text(images.minimumAge()))
                .put("imageMaximumGCAge", KubeletTerms.text(images.maximumAge()))
                .put("imageGCHighThresholdPercent", images.highPercent())
                .put("imageGCLowThresholdPercent", images.lowPercent())
                .put(
                        "imagePullCredentialsVerificationPolicy",
                        images.verification().policy().name());
        images.verification().allowlist().forEach(tree.withArray("preloadedImagesVerificationAllowlist")::add);
        tree.put("cgroupRoot", "/" + node.cgroupRoot)
                .put("cgroupDriver", "cgroupfs")
                .put("cgroupsPerQOS", true);
        tree.put("maxPods", node.maxPods).put("resolvConf", node.resolvConf.toString());
        texts(tree, "evictionHard", node.eviction.hard, "<");
        texts(tree, "evictionSoft", node.eviction.soft, "<");
        texts(tree, "evictionSoftGracePeriod", node.eviction.graces, "=");
        tree.put("evictionPressureTransitionPeriod", node.eviction.transition);
        settings.evictionMaxPodGracePeriod().ifPresent(most -> tree.put("evictionMaxPodGracePeriod", most));
        texts(tree, "kubeReserved", kubeReserved, "=");
        texts(tree, "systemReserved", systemReserved, "=");
        tree.putArray("enforceNodeAllocatable").add(enforced() ? PODS : NONE);
        tree.put("protectKernelDefaults", node.protectKernelDefaults).put("failSwapOn", false);
        tree.put("containerLogMaxSize", Long.toString(logs().maxBytes()))
                .put("containerLogMaxFiles", logs().maxFiles());
        settings.unsafeSysctls().forEach(tree.withArray("allowedUnsafeSysctls")::add);
        tree.put("enableSystemLogHandler", logHandler()).put("enableSystemLogQuery", false);
        KubeletSettings.Shutdown shutdown = settings.shutdown();
        if (!shutdown.groups().isEmpty()) {
            shutdown.groups().forEach(group -> tree.withArray("shutdownGracePeriodByPodPriority")
                    .addObject()
                    .put("priority", group.priority())
                    .put("shutdownGracePeriodSeconds", group.grace().toSeconds()));
        }
        tree.putObject("crashLoopBackOff")
                .put("maxContainerRestartPeriod", KubeletTerms.text(settings.mostCrashBackOff()));
        tree.put("seccompDefault", settings.seccompDefault()).put("registerNode", true);
        return tree.put("kind", "KubeletConfiguration").put("apiVersion", "kubelet.config.k8s.io/v1beta1");
    }

    private static void texts(ObjectNode tree, String key, String text, String between) {
        if (!text.isBlank()) {
            ObjectNode map = tree.putObject(key);
            for (String each : text.split(",")) {
                String[] parts = each.strip().split(between, 2);
                map.put(parts[0], parts.length == 2 ? parts[1] : "");
            }
        }
    }
}
