package io.minik.cli;

import io.minik.agent.dns.DnsServer;
import io.minik.runtime.HostTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, before anything is made, whether this machine can be what is asked of it. Each obstacle is one line that says
 * what is missing and what to do.
 */
final class Preflight {
    private static final List<String> NAMESPACES = List.of("net", "pid", "mnt", "ipc", "uts");
    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");

    private static final Map<String, String> KERNEL_DEFAULTS = new TreeMap<>(Map.of(
            "vm/overcommit_memory", "1",
            "vm/panic_on_oom", "0",
            "kernel/panic", "10",
            "kernel/panic_on_oops", "1",
            "kernel/keys/root_maxkeys", "1000000",
            "kernel/keys/root_maxbytes", "25000000"));

    private static final Pattern VERSION = Pattern.compile("^(\\d{1,4})\\.(\\d{1,4})");
    private static final int LEAST_MAJOR = 5;
    private static final int LEAST_MINOR = 9;
    private static final Duration MODPROBE_LIMIT = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(Preflight.class);

    private final Path filesystemRoot;
    private final Function<String, Optional<Path>> tools;

    /**
     * @param filesystemRoot {@code /}, or a made-up one in tests
     * @param tools where a program of the machine is, by its name
     */
    Preflight(Path filesystemRoot, Function<String, Optional<Path>> tools) {
        this.filesystemRoot = filesystemRoot;
        this.tools = tools;
    }

    static Preflight ofThisMachine() {
        return new Preflight(Path.of("/"), HostTool::find);
    }

    /** Root is needed for a node's kernel work and for the default directories. @throws StartFailure if we are not */
    void root() {
        try {
            if (!Integer.valueOf(0).equals(Files.getAttribute(at("proc/self"), "unix:uid"))) {
                throw new StartFailure("must run as root (sudo minik …)");
            }
        } catch (IOException e) {
            throw new StartFailure("/proc is not mounted: " + e.getMessage(), e);
        }
    }

    /** The newest call that starting a container cannot do without is close_range. */
    void kernel() {
        String release;
        try {
            release = Files.readString(at("proc/sys/kernel/osrelease")).trim();
        } catch (IOException e) {
            throw new StartFailure("/proc/sys/kernel/osrelease: " + e.getMessage(), e);
        }
        Matcher version = VERSION.matcher(release);
        if (!version.find()) {
            return;
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        if (major < LEAST_MAJOR || (major == LEAST_MAJOR && minor < LEAST_MINOR)) {
            throw new StartFailure("this kernel is Linux " + release + "; containers need " + LEAST_MAJOR + "."
                    + LEAST_MINOR + " or newer (close_range)");
        }
    }

    /** As a kubelet's --protect-kernel-defaults looks at them. @throws StartFailure naming all that are otherwise */
    void kernelDefaults() {
        List<String> wrong = new ArrayList<>();
        KERNEL_DEFAULTS.forEach((name, wanted) -> {
            Path file = at("proc/sys/" + name);
            try {
                String found = Files.readString(file).trim();
                if (!found.equals(wanted)) {
                    wrong.add(name.replace('/', '.') + "=" + wanted + " (it is " + found + ")");
                }
            } catch (IOException e) {
                wrong.add(name.replace('/', '.') + "=" + wanted + " (it can't be read: " + e.getMessage() + ")");
            }
        });
        if (!wrong.isEmpty()) {
            throw new StartFailure(
                    "--protect-kernel-defaults: the kernel's settings must be " + String.join(", ", wrong)
                            + ": write them into /etc/sysctl.d/90-kubelet.conf and run sysctl --system");
        }
    }

    /** What containers need of the kernel. @throws StartFailure naming the first thing that is missing */
    void node() {
        kernel();
        namespaces();
        overlay();
        controllers();
        nft();
    }

    void namespaces() {
        for (String namespace : NAMESPACES) {
            if (!Files.exists(at("proc/self/ns/" + namespace), LinkOption.NOFOLLOW_LINKS)) {
                throw new StartFailure("this kernel has no " + namespace + " namespaces (CONFIG_NAMESPACES)");
            }
        }
    }

    void overlay() {
        if (!hasOverlay()) {
            throw new StartFailure("this kernel has no overlayfs: modprobe overlay (CONFIG_OVERLAY_FS)");
        }
    }

    void nft() {
        if (tools.apply("nft").isEmpty()) {
            throw new StartFailure("nft is not installed: apt-get install nftables");
        }
    }

    private boolean hasOverlay() {
        if (filesystems().contains("overlay")) {
            return true;
        }
        // A module that nobody has loaded yet is not in the list.
        try {
            HostTool.run(List.of("modprobe", "overlay"), "", MODPROBE_LIMIT);
        } catch (IOException e) {
            log.atDebug().addKeyValue("err", e.getMessage()).log("modprobe overlay");
        }
        return filesystems().contains("overlay");
    }

    private String filesystems() {
        try {
            return Files.readString(at("proc/filesystems"));
        } catch (IOException e) {
            throw new StartFailure("/proc/filesystems: " + e.getMessage(), e);
        }
    }

    void controllers() {
        String unified;
        try {
            Path list = at("sys/fs/cgroup/cgroup.controllers");
            unified = Files.exists(list) ? Files.readString(list) : "";
        } catch (IOException e) {
            throw new StartFailure("/sys/fs/cgroup: " + e.getMessage(), e);
        }
        for (String controller : CONTROLLERS) {
            boolean v2 =
                    Pattern.compile("\\b" + controller + "\\b").matcher(unified).find();
            if (!v2 && !Files.isDirectory(at("sys/fs/cgroup/" + controller))) {
                String cure = controller.equals("memory")
                        ? "; on a Raspberry Pi add cgroup_enable=memory cgroup_memory=1 to /boot/cmdline.txt"
                        : "";
                throw new StartFailure("the cgroup controller \"" + controller + "\" is not available" + cure);
            }
        }
    }

    /** The ports that every node listens at, on all addresses. */
    static void nodePorts(NodeOptions node) {
        port("0.0.0.0", node.kubeletPort, "--kubelet-port");
        port("0.0.0.0", DnsServer.DEFAULT_PORT, "");
    }

    /** @throws StartFailure if somebody listens there; @param flag the option that moves it, empty if none does */
    static void port(String address, int port, String flag) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (IOException e) {
            String who =
                    PortOwner.of(port).map(owner -> "is taken by " + owner).orElse("can't be used: " + e.getMessage());
            throw new StartFailure("port " + port + " on " + address + " " + who
                    + (flag.isEmpty() ? ", and minik's DNS needs it" : "; choose another with " + flag));
        }
    }

    private Path at(String path) {
        return filesystemRoot.resolve(path);
    }
}
