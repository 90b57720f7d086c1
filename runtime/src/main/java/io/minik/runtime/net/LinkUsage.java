package io.minik.runtime.net;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What went over a pod's link since it was made, as the pod sees it. */
public record LinkUsage(String name, long rxBytes, long rxErrors, long txBytes, long txErrors) {
    /** Of this process' own network namespace, whatever /sys shows. */
    private static final Path COUNTERS = Path.of("/proc/self/net/dev");

    private static final int RX_BYTES = 0;
    private static final int RX_ERRORS = 2;
    private static final int TX_BYTES = 8;
    private static final int TX_ERRORS = 10;

    /** @param link the host's end, which sends what the pod receives; @param name the pod's */
    static Optional<LinkUsage> ofPeer(String link, String name) {
        try {
            return of(Files.readString(COUNTERS), link, name);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "read " + COUNTERS, String.valueOf(e.getMessage()), e);
        }
    }

    /** @param table as the kernel has it: two lines of titles, then one for each link */
    static Optional<LinkUsage> of(String table, String link, String name) {
        for (String line : table.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(link)) {
                String[] counts = line.substring(colon + 1).strip().split("\\s+");
                return Optional.of(new LinkUsage(
                        name,
                        Long.parseLong(counts[TX_BYTES]),
                        Long.parseLong(counts[TX_ERRORS]),
                        Long.parseLong(counts[RX_BYTES]),
                        Long.parseLong(counts[RX_ERRORS])));
            }
        }
        return Optional.empty();
    }
}
