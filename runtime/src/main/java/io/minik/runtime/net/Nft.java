package io.minik.runtime.net;

import io.minik.runtime.HostTool;
import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs {@code nft -f -}: one atomic transaction. Blocking. */
final class Nft {
    /** A transaction takes milliseconds; another's large one may hold the kernel's lock for seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Nft() {}

    static void apply(String script) {
        try {
            HostTool.run(List.of("nft", "-f", "-"), script, LIMIT);
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    "nft",
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("nft failed"),
                    e);
        }
    }
}
