package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.sys.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * What is kept of a container: {@code state.json} in its folder.
 *
 * @param pid of its first process, 0 while there is none; with the start time it names one process for good
 * @param created RFC 3339
 */
record BundleState(
        String id,
        Path bundle,
        Path rootfs,
        int pid,
        long startTime,
        String created,
        int cgroupVersion,
        List<CgroupTree.Directory> cgroup,
        Map<String, String> annotations) {
    static final String OCI_VERSION = "1.2.0";
    private static final int RECORD_VERSION = 1;

    /** As the runtime-spec names it. */
    enum Status {
        CREATING,
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    BundleState withProcess(int newPid, long newStartTime) {
        return new BundleState(id, bundle, rootfs, newPid, newStartTime, created, cgroupVersion, cgroup, annotations);
    }

    ContainerCgroup group() {
        return new ContainerCgroup(cgroupVersion, cgroup);
    }

    boolean alive() {
        return pid > 0 && Kernel.startTime(pid).filter(t -> t == startTime).isPresent();
    }

    JsonNode json() {
        ObjectNode node = Bundle.JSON.createObjectNode();
        node.put("version", RECORD_VERSION);
        node.put("id", id).put("bundle", bundle.toString()).put("rootfs", rootfs.toString());
        node.put("pid", pid).put("startTime", startTime).put("created", created);
        node.put("cgroupVersion", cgroupVersion);
        ArrayNode groups = node.putArray("cgroup");
        for (CgroupTree.Directory directory : cgroup) {
            ObjectNode each = groups.addObject().put("path", directory.path().toString());
            directory.names().forEach(each.putArray("controllers")::add);
        }
        annotations.forEach(node.putObject("annotations")::put);
        return node;
    }

    static BundleState of(JsonNode node) {
        if (node.path("version").asInt() != RECORD_VERSION) {
            throw Fields.invalid(
                    "state.json has version " + node.path("version") + ", this minik reads " + RECORD_VERSION);
        }
        List<CgroupTree.Directory> groups = new ArrayList<>();
        for (JsonNode each : node.path("cgroup")) {
            groups.add(new CgroupTree.Directory(
                    new TreeSet<>(Fields.texts(each.path("controllers"))),
                    Path.of(each.path("path").asText())));
        }
        return new BundleState(
                node.path("id").asText(),
                Path.of(node.path("bundle").asText()),
                Path.of(node.path("rootfs").asText()),
                node.path("pid").asInt(),
                node.path("startTime").asLong(),
                node.path("created").asText(),
                node.path("cgroupVersion").asInt(),
                groups,
                Fields.map(node.path("annotations")));
    }

    /** What hooks read on their standard input. */
    String forHooks(Status status, int seenPid) {
        ObjectNode node = Bundle.JSON.createObjectNode();
        node.put("ociVersion", OCI_VERSION).put("id", id).put("status", status.word());
        if (seenPid > 0) {
            node.put("pid", seenPid);
        }
        node.put("bundle", bundle.toString());
        if (!annotations.isEmpty()) {
            annotations.forEach(node.putObject("annotations")::put);
        }
        return node.toString();
    }
}
