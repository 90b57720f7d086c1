package io.minik.runtime.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.ByLabel;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sys.JsonFile;
import io.minik.runtime.sys.Trees;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where sandboxes are kept.
 *
 * <pre>
 *   data/sandboxes/ID/sandbox.json   survives a reboot
 *   run/sandboxes/ID/{user,net,ipc,uts,pid}  namespaces, bind-mounted; shm: the pod's /dev/shm, a tmpfs
 * </pre>
 */
public final class SandboxFiles {
    /** Found like a label, and no label's name: that is never empty. */
    private static final String CGROUP = "";

    /** Below its run directory. */
    static final List<String> MOUNTED = List.of("net", "ipc", "uts", "pid", "shm", "user");

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");

    /**
     * Version 1 was flat; see {@link SandboxConfig} for the parts of version 2. A minik reads what the one before wrote, so that
     * the pods of an older one go on.
     */
    private static final JsonFile.Format FORMAT = new JsonFile.Format(2, SandboxFiles::partsOf);

    private final Path data;
    private final Path run;
    /** What is on disk, by id: this process is the only one that changes it. Filled when first asked. */
    private final ByLabel<Entry> entries = new ByLabel<>(SandboxFiles::labels);

    private volatile boolean read;

    public SandboxFiles(Path dataDir, Path runDir) {
        data = dataDir.resolve("sandboxes");
        run = runDir.resolve("sandboxes");
    }

    /**
     * What is remembered of a sandbox.
     *
     * @param holderPid PID 1 of a shared PID namespace, 0 if there is none
     * @param stopped its namespaces are gone, or are to go
     */
    public record Entry(
            SandboxConfig config,
            long createdAtNanos,
            List<String> ips,
            int holderPid,
            long holderStartTime,
            boolean stopped) {
        Entry with(Sandboxes.PodResources resources) {
            return new Entry(config.with(resources), createdAtNanos, ips, holderPid, holderStartTime, stopped);
        }
    }

    private static void partsOf(ObjectNode entry) {
        if (!(entry.path("config") instanceof ObjectNode config)) {
            return;
        }
        ObjectNode pod = config.putObject("pod");
        pod.set("namespace", config.remove("podNamespace"));
        pod.set("name", config.remove("podName"));
        pod.set("uid", config.remove("podUid"));
        pod.set("attempt", config.remove("attempt"));
        ObjectNode sharing = config.putObject("sharing");
        for (String name : List.of("hostNetwork", "hostPid", "hostIpc")) {
            sharing.set(name, config.remove(name));
        }
        sharing.set("processes", config.remove("shareProcessNamespace"));
    }

    /** Refuses what could be more than a file name. */
    public static String requireId(String id) {
        if (!ID.matcher(id).matches()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "check id",
                    "\"" + id + "\" is not an id ([a-z0-9-], at most 100)",
                    0);
        }
        return id;
    }

    private JsonFile<Entry> file(String id) {
        return new JsonFile<>(data.resolve(requireId(id)).resolve("sandbox.json"), Entry.class, FORMAT);
    }

    public Optional<Entry> find(String id) {
        readAll();
        return entries.find(requireId(id));
    }

    private synchronized void readAll() {
        if (!read) {
            for (String id : Trees.list(data)) {
                file(id).read().ifPresent(entry -> entries.put(id, entry));
            }
            read = true;
        }
    }

    public Entry require(String id) {
        return find(id).orElseThrow(() ->
                new RuntimeFault(RuntimeFault.Kind.NOT_FOUND, "find sandbox", "there is no sandbox " + id, 0));
    }

    void write(String id, Entry entry) {
        Trees.makePrivate(data);
        Trees.make(data.resolve(requireId(id)));
        file(id).write(entry);
        readAll();
        entries.put(id, entry);
    }

    /** Of PID 1 of each PID namespace that a pod shares. */
    public Set<String> holderCgroups() {
        readAll();
        return entries.values().stream()
                .filter(entry -> entry.holderPid() != 0)
                .map(entry -> holderCgroup(entry.config()))
                .collect(Collectors.toSet());
    }

    /** Below the pod's: v2 allows processes in leaves only. */
    static String holderCgroup(SandboxConfig config) {
        return config.cgroupParent() + "/holder";
    }

    /** The ids of those with all of these labels, in order. */
    Collection<String> list(Map<String, String> labels) {
        readAll();
        return entries.with(labels);
    }

    /** Those whose processes are in one cgroup: the attempts of one pod. */
    Collection<String> inCgroup(String cgroupParent) {
        return list(Map.of(CGROUP, cgroupParent));
    }

    private static Map<String, String> labels(Entry entry) {
        Map<String, String> all = new HashMap<>(entry.config().labels());
        all.put(CGROUP, entry.config().cgroupParent());
        return all;
    }

    /** Also those that can't be read. */
    List<String> listOnDisk() {
        return Trees.list(data);
    }

    List<String> listRun() {
        return Trees.list(run);
    }

    void forget(String id) {
        entries.remove(requireId(id));
        Trees.remove(data.resolve(id));
    }

    void makeRunDirectory(String id) {
        Trees.makePrivate(run);
        Trees.make(runDirectory(id));
    }

    Path runDirectory(String id) {
        return run.resolve(requireId(id));
    }

    /** @param namespace net, ipc, uts, pid, user */
    public Path pin(String id, String namespace) {
        return runDirectory(id).resolve(namespace);
    }

    /** Those of a pod that has users of its own. */
    public Optional<OwnUsers> users(String id, Sandboxes.UserMap map) {
        return map.mapped() ? Optional.of(new OwnUsers(pin(id, "user"), map)) : Optional.empty();
    }

    public Path shm(String id) {
        return runDirectory(id).resolve("shm");
    }
}
