package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Layers as mount(2) takes them for overlayfs, within the one page that options have: by names that are relative to the
 * directory that all of them are below.
 *
 * @param lower uppermost first
 */
record OverlayLayers(List<Path> lower) {
    /** The kernel copies mount options into one page. */
    private static final int MAX_OPTIONS = 4095;

    Path directory() {
        Path common = lower.get(0).resolve("..").normalize();
        for (Path layer : lower) {
            while (!layer.startsWith(common)) {
                common = common.resolve("..").normalize();
            }
        }
        return common;
    }

    String writable(Path upper, Path work) {
        return checked(option() + ",upperdir=" + escape(upper.toString()) + ",workdir=" + escape(work.toString()));
    }

    /** @param empty a directory with nothing in it, since overlayfs wants two at least */
    String readOnly(Path empty) {
        return checked(lower.size() > 1 ? option() : option() + ":" + escape(empty.toString()));
    }

    private String option() {
        Path base = directory();
        return "lowerdir="
                + lower.stream().map(p -> escape(base.relativize(p).toString())).collect(Collectors.joining(":"));
    }

    private String checked(String options) {
        if (options.length() > MAX_OPTIONS) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "mount overlay",
                    "the image's " + lower.size() + " layers need " + options.length()
                            + " bytes of mount options, the kernel takes " + MAX_OPTIONS,
                    0);
        }
        return options;
    }

    private static String escape(String path) {
        return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }
}
