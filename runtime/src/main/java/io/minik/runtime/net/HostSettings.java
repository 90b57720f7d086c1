package io.minik.runtime.net;

import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The host's switches in /proc/sys/net that a pod network needs (Documentation/networking/ip-sysctl.rst). Blocking. */
final class HostSettings {
    private static final Path NET = Path.of("/proc/sys/net");
    private static final Path V6_LINKS = NET.resolve("ipv6/conf");

    private final Kernel kernel;
    private final String bridge;

    HostSettings(Kernel kernel, String bridge) {
        this.kernel = kernel;
        this.bridge = bridge;
    }

    void forwardV4() {
        require(NET.resolve("ipv4/ip_forward"), "1");
        // Only there with the br_netfilter module: without it bridged traffic skips the tables anyway.
        kernel.tryWriteControl(NET.resolve("bridge/bridge-nf-call-iptables"), "1");
        // A host port is reached by the host's own loopback address, too: such a packet leaves by the bridge.
        require(NET.resolve("ipv4/conf").resolve(bridge).resolve("route_localnet"), "1");
    }

    void forwardV6() {
        // A router takes no routes from routers: the machine would lose the default route that it has from one.
        for (Path link : links()) {
            Path advertisements = link.resolve("accept_ra");
            if (isAlready(advertisements, "1")) {
                kernel.tryWriteControl(advertisements, "2");
            }
        }
        require(V6_LINKS.resolve("all/forwarding"), "1");
        kernel.tryWriteControl(NET.resolve("bridge/bridge-nf-call-ip6tables"), "1");
    }

    private static List<Path> links() {
        try (Stream<Path> all = Files.list(V6_LINKS)) {
            return all.filter(link -> !List.of("all", "default")
                            .contains(link.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("this kernel has no IPv6", e);
        }
    }

    private void require(Path file, String value) {
        int errno = kernel.tryWriteControl(file, value);
        if (errno != 0 && !isAlready(file, value)) {
            throw Kernel.fault(errno, "write " + value + " to", file.toString());
        }
    }

    /** A container that runs minik may see the right value without being allowed to write it. */
    private static boolean isAlready(Path file, String value) {
        try {
            return Kernel.readControl(file).equals(value);
        } catch (IOException e) {
            return false;
        }
    }
}
