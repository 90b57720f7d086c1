package io.minik.agent.kubelet;

import io.minik.agent.volume.FileWork;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.runtime.cri.Cri;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files that the kubelet itself gives a pod. Blocking: on the file workers only. */
final class PodDirectory {
    /** Upstream's limits of a termination message: from the file, and from the log's tail. */
    private static final int MOST_MESSAGE_BYTES = 4096;

    private static final int MOST_LOG_MESSAGE_BYTES = 2048;
    private static final int MOST_LOG_MESSAGE_LINES = 80;
    /** Enough of a log's end to hold that many lines with their CRI heads. */
    private static final int LOG_TAIL_BYTES = 16 * 1024;

    /** As upstream: what is in them may be open to a container's users, and is reached by none of the host's. */
    private static final FileAttribute<Set<PosixFilePermission>> FOR_ROOT =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));

    private final KubeletConfig config;
    private final Pod pod;
    private final Path directory;

    PodDirectory(KubeletConfig config, Pod pod) {
        this.config = config;
        this.pod = pod;
        this.directory = config.podDir(pod.uid());
    }

    /** Writes and returns what every container gets mounted, except where its own mounts are in the way. */
    List<Cri.Mount> files(String hostname, List<String> ips, Container container, int attempt) throws IOException {
        Files.createDirectories(directory, FOR_ROOT);
        Set<String> taken = container.volumeMounts().stream()
                .map(mount -> mount.mountPath().replaceFirst("/+$", ""))
                .collect(Collectors.toSet());
        List<Cri.Mount> mounts = new ArrayList<>();
        add(
                mounts,
                taken,
                "/etc/hosts",
                "etc-hosts",
                PodFiles.hosts(pod, ips, hostname, config.clusterDomain(), readOrEmpty(Path.of("/etc/hosts"))));
        add(mounts, taken, "/etc/hostname", "etc-hostname", hostname + "\n");
        add(mounts, taken, "/etc/resolv.conf", "etc-resolv.conf", dns().text());
        if (!container.terminationMessagePath().isEmpty() && !taken.contains(container.terminationMessagePath())) {
            Path log = terminationLog(container.name(), attempt);
            Files.createDirectories(log.getParent(), FOR_ROOT);
            Files.write(log, new byte[0]);
            // The container may run as anyone.
            Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-rw-rw-"));
            mounts.add(Cri.Mount.of(log, container.terminationMessagePath()));
        }
        Files.createDirectories(
                config.podLogDir(pod.namespace(), pod.name(), pod.uid()).resolve(container.name()), FOR_ROOT);
        return mounts;
    }

    /** What the pod's resolver is told. */
    PodDns dns() throws IOException {
        return PodDns.of(
                pod,
                config.dns().clusterDns(),
                config.clusterDomain(),
                readOrEmpty(config.dns().resolvConf()));
    }

    private void add(List<Cri.Mount> mounts, Set<String> taken, String where, String name, String text)
            throws IOException {
        if (taken.contains(where)) {
            return;
        }
        Path file = directory.resolve(name);
        // Written in place: running containers have this very file mounted. An empty one counts: what is not there
        // would be mounted as a folder. Containers may have written to it without end: another size is not read.
        if (!Files.exists(file)
                || Files.size(file) != text.getBytes(StandardCharsets.UTF_8).length
                || !readOrEmpty(file).equals(text)) {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        mounts.add(Cri.Mount.of(file, where));
    }

    private Path terminationLog(String container, int attempt) {
        return directory.resolve("containers").resolve(container).resolve(attempt + ".termination");
    }

    /** Where the volumes are that a container's image declares. */
    Path imageVolumes(String container, int attempt) {
        return directory.resolve("containers").resolve(container).resolve(attempt + ".volumes");
    }

    void removeImageVolumes(String container, int attempt) throws IOException {
        FileWork.delete(imageVolumes(container, attempt));
    }

    /** What an ended container left as its last words. */
    String terminationMessage(Container container, int attempt, int exitCode, Path logPath) throws IOException {
        Path file = terminationLog(container.name(), attempt);
        String message = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? tail(file, MOST_MESSAGE_BYTES) : "";
        if (message.isEmpty()
                && exitCode != 0
                && container.terminationMessagePolicy().equals("FallbackToLogsOnError")
                && Files.isRegularFile(logPath)) {
            return logTail(logPath);
        }
        return message;
    }

    private static String tail(Path file, int most) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long start = Math.max(0, in.length() - most);
            byte[] bytes = new byte[(int) (in.length() - start)];
            in.seek(start);
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Lines without their CRI heads: {@code time stream P|F text}. */
    private static String logTail(Path log) throws IOException {
        String[] lines = tail(log, LOG_TAIL_BYTES).split("\n");
        StringBuilder text = new StringBuilder();
        for (int i = Math.max(0, lines.length - MOST_LOG_MESSAGE_LINES); i < lines.length; i++) {
            String[] parts = lines[i].split(" ", 4);
            if (parts.length == 4) {
                text.append(parts[3]).append(parts[2].equals("F") ? "\n" : "");
            }
        }
        return text.length() > MOST_LOG_MESSAGE_BYTES
                ? text.substring(text.length() - MOST_LOG_MESSAGE_BYTES)
                : text.toString();
    }

    /** A container's log, and what was rotated away from it. */
    static List<Path> logs(Path log) throws IOException {
        Path folder = log.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        String name = log.getFileName().toString();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().equals(name)
                            || file.getFileName().toString().startsWith(name + "."))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    /** Removes the pod's directory; volumes must be gone from it: nothing below a mount is ever walked into. */
    void remove() throws IOException {
        FileWork.delete(directory);
        FileWork.delete(config.podLogDir(pod.namespace(), pod.name(), pod.uid()));
    }

    private static String readOrEmpty(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.readString(file) : "";
    }
}
