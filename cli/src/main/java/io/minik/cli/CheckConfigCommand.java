package io.minik.cli;

import io.minik.runtime.HostTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code minik check-config}: whether this machine is fit for minik. Its form and its exit code are k3s'. */
@Command(
        name = "check-config",
        description = {
            "Look whether this machine can run minik: kernel, cgroups, nftables, disk, clock, ports.",
            "The exit code is the number of things that keep it from it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CheckConfigCommand implements Callable<Integer> {
    private static final Duration TOOL_LIMIT = Duration.ofSeconds(10);
    /** Exit codes end at 255, and those above 125 mean something to shells. */
    private static final int MOST_CODE = 125;

    @Parameters(
            paramLabel = "KERNEL-CONFIG",
            arity = "0..1",
            description = "what the kernel was built with (default: where kernels leave it)")
    String kernelConfig = "";

    @Option(names = "--https-listen-port", paramLabel = "PORT", defaultValue = "6443", description = "as of the server")
    int httpsListenPort = 6443;

    @Option(names = "--kubelet-port", paramLabel = "PORT", defaultValue = "10250", description = "as of the node")
    int kubeletPort = 10250;

    @Option(names = "--etcd-port", paramLabel = "PORT", defaultValue = "2379", description = "as of the server")
    int etcdPort = 2379;

    @Option(
            names = "--cluster-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.42.0.0/16",
            description = "as of the server")
    String clusterCidr = "10.42.0.0/16";

    @Option(
            names = "--service-cidr",
            paramLabel = "CIDR",
            defaultValue = "10.43.0.0/16",
            description = "as of the server")
    String serviceCidr = "10.43.0.0/16";

    @Option(names = "--bridge", paramLabel = "NAME", defaultValue = "minik0", description = "as of the node")
    String bridge = "minik0";

    @Mixin
    ClientOptions client = new ClientOptions();

    @Override
    public Integer call() {
        Preflight.ofThisMachine().root();
        List<Integer> ports = new ArrayList<>(List.of(httpsListenPort, kubeletPort));
        if (etcdPort > 0) {
            ports.add(etcdPort);
        }
        Checkup checkup = new Checkup(
                new Checkup.Machine(
                        Path.of("/"),
                        HostTool::find,
                        PortOwner::of,
                        CheckConfigCommand::refusal,
                        CheckConfigCommand::chains,
                        Checkup.Disk::of,
                        InstantSource.system().instant()),
                new Checkup.Wanted(
                        client.dataDir,
                        ports,
                        new Flag("--cluster-cidr").range(clusterCidr),
                        new Flag("--service-cidr").range(serviceCidr),
                        bridge,
                        Daemon.running(client.runDir)));
        Optional<KernelConfig> kernel = kernel();
        kernel.ifPresent(config -> System.out.println("info: reading kernel config from " + config.file() + " ..."));
        boolean colours = terminal() && System.getenv("NO_COLOR") == null;
        Map<String, List<Finding>> found = checkup.run(kernel);
        System.out.print(text(found, colours));
        return Math.min(failures(found), MOST_CODE);
    }

    /** System.console() is there in Java 22 and later wherever the output goes. */
    private static boolean terminal() {
        try {
            String output = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return output.startsWith("/dev/pts/") || output.startsWith("/dev/tty") || output.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<KernelConfig> kernel() {
        try {
            return kernelConfig.isEmpty()
                    ? KernelConfig.find(
                            Path.of("/"),
                            Files.readString(Path.of("/proc/sys/kernel/osrelease"))
                                    .trim())
                    : Optional.of(KernelConfig.read(Path.of(kernelConfig)));
        } catch (IOException e) {
            throw new StartFailure("the kernel's configuration can't be read: " + e.getMessage(), e);
        }
    }

    /** What nft says to rules that it only checks. */
    private static Optional<String> refusal(String rules) {
        try {
            HostTool.run(
                    List.of(HostTool.find("nft").map(Path::toString).orElse("nft"), "-c", "-f", "-"),
                    rules,
                    TOOL_LIMIT);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("it refuses"));
        }
    }

    private static String chains() {
        try {
            return HostTool.run(
                    List.of(HostTool.find("nft").map(Path::toString).orElse("nft"), "list", "chains"), "", TOOL_LIMIT);
        } catch (IOException e) {
            // That nft does not run is a finding of its own.
            return "";
        }
    }

    static int failures(Map<String, List<Finding>> found) {
        return (int) found.values().stream()
                .flatMap(List::stream)
                .filter(each -> each.state() == Finding.State.FAIL)
                .count();
    }

    static String text(Map<String, List<Finding>> found, boolean colours) {
        StringBuilder text = new StringBuilder();
        found.forEach((heading, findings) -> {
            text.append('\n').append(heading).append(":\n");
            for (Finding each : findings) {
                text.append("- ").append(each.subject()).append(": ");
                text.append(said(each, colours)).append('\n');
                if (!each.advice().isEmpty()) {
                    text.append("    ").append(each.advice()).append('\n');
                }
            }
        });
        int failures = failures(found);
        Finding all =
                failures == 0 ? Finding.good("STATUS", "pass") : Finding.fail("STATUS", Integer.toString(failures), "");
        return text.append("\nSTATUS: ").append(said(all, colours)).append('\n').toString();
    }

    private static String said(Finding finding, boolean colours) {
        String words = finding.state() == Finding.State.FAIL ? finding.words() + " (fail)" : finding.words();
        if (!colours) {
            return words;
        }
        String code =
                switch (finding.state()) {
                    case GOOD -> "32";
                    case WARN -> "1;33";
                    case FAIL -> "1;31";
                };
        return "\033[" + code + "m" + words + "\033[m";
    }
}
