package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.criapi.proto.CriProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * /etc/hosts, /etc/hostname and /etc/resolv.conf of pods whose client leaves them to the runtime, as CRI's clients do; minik's own
 * kubelet brings its own. Files of the run directory, one set for each sandbox. Blocking.
 */
final class PodEtc {
    private static final Path HOST = Path.of("/etc");
    private static final String HOSTS = "hosts";
    private static final String HOSTNAME = "hostname";
    private static final String RESOLV_CONF = "resolv.conf";

    private final Path folder;

    PodEtc(Path folder) {
        this.folder = folder;
    }

    /** Those that a container has no mounts of its own for. Made at the first container's creation. */
    List<Cri.Mount> mounts(Cri.PodSandboxStatus sandbox, CriProto.CreateContainerRequest asked) {
        Set<String> own = asked.getConfig().getMountsList().stream()
                .map(mount -> Path.of("/")
                        .resolve(mount.getContainerPath())
                        .normalize()
                        .toString())
                .collect(Collectors.toSet());
        boolean readOnly = asked.getConfig().getLinux().getSecurityContext().getReadonlyRootfs();
        List<Cri.Mount> mounts = new ArrayList<>();
        boolean mapped = UserNamespaceWire.users(
                        "sandbox_config",
                        asked.getSandboxConfig()
                                .getLinux()
                                .getSecurityContext()
                                .getNamespaceOptions()
                                .getUsernsOptions())
                .own();
        Path files = make(sandbox, asked.getSandboxConfig());
        for (String name : List.of(HOSTS, HOSTNAME, RESOLV_CONF)) {
            String target = "/etc/" + name;
            if (!own.contains(target)) {
                mounts.add(new Cri.Mount(
                        files.resolve(name),
                        target,
                        readOnly,
                        Cri.RecursiveReadOnly.NO,
                        Cri.MountPropagation.PROPAGATION_PRIVATE,
                        mapped,
                        Optional.empty()));
            }
        }
        return mounts;
    }

    /** Without the mounts that are none of the client's. */
    CriProto.ContainerStatus status(Cri.ContainerStatus known) {
        CriProto.ContainerStatus told = ContainerWire.status(known);
        List<CriProto.Mount> own = told.getMountsList().stream()
                .filter(mount -> !Path.of(mount.getHostPath()).startsWith(folder))
                .toList();
        return told.toBuilder().clearMounts().addAllMounts(own).build();
    }

    private Path make(Cri.PodSandboxStatus sandbox, CriProto.PodSandboxConfig config) {
        Path files = folder.resolve(sandbox.id());
        boolean node = sandbox.namespaces().network() == Cri.NamespaceMode.NODE;
        try {
            Files.createDirectories(files);
            write(files.resolve(HOSTS), node ? ofHost(HOSTS) : hosts(sandbox.ips(), config.getHostname()));
            write(files.resolve(HOSTNAME), node ? ofHost(HOSTNAME) : config.getHostname() + "\n");
            write(
                    files.resolve(RESOLV_CONF),
                    config.hasDnsConfig() && config.getDnsConfig().getServersCount() > 0
                            ? resolvConf(config.getDnsConfig())
                            : ofHost(RESOLV_CONF));
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException("can't make the pod's files of /etc in " + files, e);
        }
    }

    /** Only once: containers may have changed theirs. */
    private static void write(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Files.writeString(file, text);
        }
    }

    private static String ofHost(String name) throws IOException {
        Path file = HOST.resolve(name);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static String hosts(List<String> ips, String hostname) {
        StringBuilder text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        ips.forEach(ip -> text.append(ip).append('\t').append(hostname).append('\n'));
        return text.toString();
    }

    private static String resolvConf(CriProto.DNSConfig dns) {
        StringBuilder text = new StringBuilder();
        if (dns.getSearchesCount() > 0) {
            text.append("search ")
                    .append(String.join(" ", dns.getSearchesList()))
                    .append('\n');
        }
        dns.getServersList()
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (dns.getOptionsCount() > 0) {
            text.append("options ")
                    .append(String.join(" ", dns.getOptionsList()))
                    .append('\n');
        }
        return text.toString();
    }

    /** @param podSandboxId of a sandbox that is there */
    void remove(String podSandboxId) throws IOException {
        Path files = folder.resolve(podSandboxId);
        if (!Files.isDirectory(files)) {
            return;
        }
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(files);
    }
}
