package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.minik.runtime.oci.Namespace.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A bundle: its folder and its config.json, read and checked as far as that can be done without the kernel. */
record Bundle(Path folder, JsonNode config) {
    static final ObjectMapper JSON = new ObjectMapper();
    /** A config is some kilobytes; podman's largest are below 100. */
    private static final long MAX_CONFIG_BYTES = 16 << 20;

    /** @param source of a bind mount, absolute; else the device */
    record Mount(String destination, String type, String source, MountOptions options, JsonNode node) {
        boolean bind() {
            return options.bind();
        }
    }

    record IdMap(long container, long host, long size) {}

    static Bundle read(Path folder) {
        Path file = folder.resolve("config.json");
        try {
            if (Files.size(file) > MAX_CONFIG_BYTES) {
                throw Fields.invalid(file + " has more than " + MAX_CONFIG_BYTES + " bytes");
            }
            Bundle bundle = new Bundle(folder, JSON.readTree(Files.readAllBytes(file)));
            bundle.check();
            return bundle;
        } catch (NoSuchFileException e) {
            throw Fields.invalid("JSON specification file config.json not found");
        } catch (IOException e) {
            throw Fields.invalid("can't read " + file + ": " + e.getMessage());
        }
    }

    JsonNode process() {
        return config.path("process");
    }

    JsonNode linux() {
        return config.path("linux");
    }

    Path root() {
        return folder.resolve(config.path("root").path("path").asText()).normalize();
    }

    Map<Kind, Namespace> namespaces() {
        Map<Kind, Namespace> all = new EnumMap<>(Kind.class);
        for (JsonNode node : linux().path("namespaces")) {
            Namespace each = Namespace.of(
                    node.path("type").asText(),
                    Fields.withoutNul(node.path("path").asText(), "linux.namespaces.path"));
            if (all.put(each.kind(), each) != null) {
                throw Fields.invalid("malformed spec file: duplicated ns \""
                        + node.path("type").asText() + "\"");
            }
        }
        return all;
    }

    boolean isNew(Kind kind) {
        Namespace found = namespaces().get(kind);
        return found != null && found.path().isEmpty();
    }

    List<Mount> mounts() {
        List<Mount> mounts = new ArrayList<>();
        for (JsonNode node : config.path("mounts")) {
            MountOptions options = MountOptions.of(Fields.texts(node.path("options")));
            String type = node.path("type").asText(options.bind() ? "bind" : "");
            String source = Fields.withoutNul(node.path("source").asText(), "mounts.source");
            if (type.equals("bind") && !options.bind()) {
                options = MountOptions.of(plus(Fields.texts(node.path("options")), "bind"));
            }
            if (options.bind()) {
                source = folder.resolve(source).normalize().toString();
            }
            mounts.add(new Mount(destination(node), type, source, options, node));
        }
        return mounts;
    }

    private static List<String> plus(List<String> list, String more) {
        List<String> all = new ArrayList<>(list);
        all.add(more);
        return all;
    }

    private static String destination(JsonNode node) {
        String text = Fields.withoutNul(node.path("destination").asText(), "mounts.destination");
        return Path.of("/").resolve(text).normalize().toString();
    }

    static List<IdMap> maps(JsonNode array) {
        List<IdMap> maps = new ArrayList<>();
        for (JsonNode node : array) {
            maps.add(new IdMap(
                    node.path("containerID").asLong(),
                    node.path("hostID").asLong(),
                    node.path("size").asLong()));
        }
        return maps;
    }

    List<IdMap> uidMaps() {
        return maps(linux().path("uidMappings"));
    }

    List<IdMap> gidMaps() {
        return maps(linux().path("gidMappings"));
    }

    /** Where the container's number is on the host; as it is without mappings. */
    static long onHost(List<IdMap> maps, long id) {
        for (IdMap map : maps) {
            if (id >= map.container() && id - map.container() < map.size()) {
                return map.host() + id - map.container();
            }
        }
        return maps.isEmpty() ? id : -1;
    }

    /** What runc refuses before it makes anything, and what is not made here. */
    private void check() {
        if (!config.isObject()) {
            throw Fields.invalid("config.json is not an object");
        }
        String version = config.path("ociVersion").asText();
        if (!version.startsWith("1.")) {
            throw Fields.invalid("ociVersion \"" + version + "\" is not supported (1.x is)");
        }
        for (String unserved : List.of("vm", "solaris", "windows", "zos")) {
            if (config.hasNonNull(unserved)) {
                throw Fields.invalid(unserved + " is not supported: containers here are Linux'");
            }
        }
        for (String unserved : List.of("intelRdt", "memoryPolicy", "netDevices")) {
            if (linux().hasNonNull(unserved)) {
                throw Fields.invalid("linux." + unserved + " is not supported");
            }
        }
        checkRoot();
        checkProcess(process());
        checkNamespaces();
        mounts();
    }

    private void checkRoot() {
        String path = config.path("root").path("path").asText();
        if (path.isEmpty()) {
            throw Fields.invalid("root.path: must be set");
        }
        Fields.withoutNul(path, "root.path");
        if (!Files.isDirectory(root())) {
            throw Fields.invalid("invalid rootfs: stat " + root() + ": no such directory");
        }
    }

    static void checkProcess(JsonNode process) {
        if (process.path("args").isEmpty()) {
            throw Fields.invalid("args must not be empty");
        }
        Fields.texts(process.path("args")).forEach(arg -> Fields.withoutNul(arg, "process.args"));
        Fields.texts(process.path("env")).forEach(env -> Fields.withoutNul(env, "process.env"));
        String cwd = process.path("cwd").asText();
        if (cwd.isEmpty()) {
            throw Fields.invalid("Cwd property must not be empty");
        }
        if (!Path.of(Fields.withoutNul(cwd, "process.cwd")).isAbsolute()) {
            throw Fields.invalid("Cwd must be an absolute path");
        }
        for (String unserved : List.of("execCPUAffinity")) {
            if (process.hasNonNull(unserved)) {
                throw Fields.invalid("process." + unserved + " is not supported");
            }
        }
    }

    private void checkNamespaces() {
        Map<Kind, Namespace> all = namespaces();
        if (!all.containsKey(Kind.MOUNT)) {
            throw Fields.invalid("linux.namespaces: a container without a mount namespace of its own is not supported");
        }
        if (!all.containsKey(Kind.UTS) && !config.path("hostname").asText().isEmpty()) {
            throw Fields.invalid("unable to set hostname without a private UTS namespace");
        }
        if (!all.containsKey(Kind.UTS) && !config.path("domainname").asText().isEmpty()) {
            throw Fields.invalid("unable to set domainname without a private UTS namespace");
        }
        boolean mapped = linux().has("uidMappings") || linux().has("gidMappings");
        if (isNew(Kind.USER) && (uidMaps().isEmpty() || gidMaps().isEmpty())) {
            throw Fields.invalid("User namespaces enabled, but no uid/gid mappings found");
        }
        if (mapped && !all.containsKey(Kind.USER)) {
            throw Fields.invalid("User namespace mappings specified, but USER namespace isn't enabled in the config");
        }
        if (linux().has("timeOffsets") && !isNew(Kind.TIME)) {
            throw Fields.invalid("time namespace offsets specified, but time namespace isn't new in the config");
        }
        checkSysctls(all);
    }

    private void checkSysctls(Map<Kind, Namespace> all) {
        Set<String> ipc = Set.of(
                "kernel.msgmax",
                "kernel.msgmnb",
                "kernel.msgmni",
                "kernel.sem",
                "kernel.shmall",
                "kernel.shmmax",
                "kernel.shmmni",
                "kernel.shm_rmid_forced");
        for (String name : Fields.map(linux().path("sysctl")).keySet()) {
            String key = name.replace('/', '.');
            Optional<Kind> needed = ipc.contains(key) || key.startsWith("fs.mqueue.")
                    ? Optional.of(Kind.IPC)
                    : key.startsWith("net.")
                            ? Optional.of(Kind.NETWORK)
                            : key.equals("kernel.domainname") || key.equals("kernel.hostname")
                                    ? Optional.of(Kind.UTS)
                                    : key.startsWith("user.") ? Optional.of(Kind.USER) : Optional.empty();
            if (needed.isEmpty()) {
                throw Fields.invalid("sysctl \"" + name + "\" is not in a separate kernel namespace");
            }
            if (!all.containsKey(needed.get())) {
                throw Fields.invalid(
                        "sysctl \"" + name + "\" is not allowed in the hosts " + needed.get().spec + " namespace");
            }
        }
    }
}
