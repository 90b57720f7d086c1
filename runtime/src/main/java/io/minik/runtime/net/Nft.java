package io.minik.runtime.net;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs {@code nft -f -}: one atomic transaction. Blocking. */
final class Nft {
    /** A transaction takes milliseconds; another's large one may hold the kernel's lock for seconds. */
    private static final long LIMIT_SECONDS = 30;

    private Nft() {}

    static void apply(String script) {
        try {
            Process nft = new ProcessBuilder("nft", "-f", "-")
                    .redirectErrorStream(true)
                    .start();
            try (OutputStream in = nft.getOutputStream()) {
                in.write(script.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!nft.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                nft.destroyForcibly();
                throw fault("nft does not end");
            }
            if (nft.exitValue() != 0) {
                throw fault("nft: " + said.lines().findFirst().orElse("exit " + nft.exitValue()));
            }
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    "nft",
                    "can't run nft, is nftables installed? (" + e.getMessage() + ")",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fault("interrupted while nft runs");
        }
    }

    private static RuntimeFault fault(String message) {
        return new RuntimeFault(RuntimeFault.Kind.KERNEL, "nft", message, 0);
    }
}
