package io.minik.runtime.container;

import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away everything that the runtime made on this machine; needs no running minik and none may run. Blocking. What
 * is not there is fine; one part that fails does not stop the others.
 */
public final class Reclaim {
    private static final Logger LOG = LoggerFactory.getLogger(Reclaim.class);
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT_FIELD = 4;

    private Reclaim() {}

    /**
     * Processes, mounts and pinned namespaces, cgroups, links, routes, the nft table, and the run directory. The data
     * directory's images and records stay: they are files, not kernel things.
     *
     * @param dataDir, runDir the runtime's own, as its rooms got them
     * @return what could not be removed, in words; empty if nothing of ours is left
     */
    public static List<String> everything(
            Kernel kernel, Path dataDir, Path runDir, Cgroups cgroups, BridgeNetwork network) {
        List<String> left = new ArrayList<>();
        attempt(left, "processes", () -> cgroups.at("").kill());
        attempt(left, "network", network::removeAll);
        attempt(left, "mounts", () -> unmount(kernel, List.of(dataDir, runDir)));
        attempt(left, "cgroups", () -> cgroups.remove(""));
        attempt(left, "run directory", () -> {
            Trees.remove(runDir.resolve("containers"));
            Trees.remove(runDir.resolve("sandboxes"));
        });
        return List.copyOf(left);
    }

    private static void attempt(List<String> left, String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("what", what).setCause(e).log("could not be removed");
            left.add(what + ": " + e.getMessage());
        }
    }

    /** Innermost and latest first. */
    private static void unmount(Kernel kernel, List<Path> below) {
        List<Path> mounts = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(MOUNTINFO)) {
                Path mount = Path.of(unescape(line.split(" ")[MOUNT_POINT_FIELD]));
                if (below.stream().anyMatch(dir -> mount.startsWith(dir) && !mount.equals(dir))) {
                    mounts.add(mount);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Collections.reverse(mounts);
        for (Path mount : mounts) {
            int errno = kernel.unmount(mount);
            if (errno != 0) {
                LOG.atWarn()
                        .addKeyValue("mount", mount)
                        .addKeyValue("errno", errno)
                        .log("can't be unmounted");
            }
        }
    }

    /** mountinfo writes blanks and the like as three octal digits. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }
}
