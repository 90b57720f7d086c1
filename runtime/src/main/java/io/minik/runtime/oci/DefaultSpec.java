package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** {@code spec}: a config.json to begin with, a shell in a root file system of the folder rootfs. */
final class DefaultSpec {
    private DefaultSpec() {}

    static void write(ClientProcess caller, Arguments arguments) {
        if (arguments.on("rootless")) {
            throw Fields.invalid("spec --rootless is not supported: minik runc needs root");
        }
        Path file = arguments
                .find("bundle")
                .map(caller::path)
                .orElseGet(() -> caller.path("."))
                .resolve("config.json");
        try {
            Files.write(
                    file,
                    ReadingCommands.pretty(spec()).getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw Fields.invalid("File config.json exists. Remove it first");
        } catch (IOException e) {
            throw Fields.invalid("can't write " + file + ": " + e.getMessage());
        }
    }

    static ObjectNode spec() {
        ObjectNode spec = Bundle.JSON.createObjectNode().put("ociVersion", BundleState.OCI_VERSION);
        ObjectNode process = spec.putObject("process").put("terminal", true);
        process.putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("args").add("sh");
        process.putArray("env")
                .add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .add("TERM=xterm");
        process.put("cwd", "/");
        ObjectNode capabilities = process.putObject("capabilities");
        for (String set : List.of("bounding", "effective", "permitted")) {
            list(capabilities.putArray(set), "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
        }
        process.putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_NOFILE")
                .put("hard", 1024)
                .put("soft", 1024);
        process.put("noNewPrivileges", true);
        spec.putObject("root").put("path", "rootfs").put("readonly", true);
        spec.put("hostname", "minik");
        mounts(spec.putArray("mounts"));
        ObjectNode linux = spec.putObject("linux");
        linux.putObject("resources")
                .putArray("devices")
                .addObject()
                .put("allow", false)
                .put("access", "rwm");
        for (String kind : List.of("pid", "network", "ipc", "uts", "cgroup", "mount")) {
            linux.withArray("/namespaces").addObject().put("type", kind);
        }
        list(
                linux.putArray("maskedPaths"),
                "/proc/acpi",
                "/proc/asound",
                "/proc/kcore",
                "/proc/keys",
                "/proc/latency_stats",
                "/proc/timer_list",
                "/proc/timer_stats",
                "/proc/sched_debug",
                "/sys/firmware",
                "/proc/scsi");
        list(linux.putArray("readonlyPaths"), "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
        return spec;
    }

    private static void mounts(ArrayNode mounts) {
        mount(mounts, "/proc", "proc", "proc");
        mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        mount(
                mounts,
                "/dev/pts",
                "devpts",
                "devpts",
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
                "gid=5");
        mount(mounts, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        mount(mounts, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        mount(mounts, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        mount(mounts, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
    }

    private static void mount(ArrayNode mounts, String destination, String type, String source, String... options) {
        ObjectNode mount = mounts.addObject()
                .put("destination", destination)
                .put("type", type)
                .put("source", source);
        list(mount.putArray("options"), options);
    }

    private static void list(ArrayNode into, String... values) {
        for (String value : values) {
            into.add(value);
        }
    }
}
