package io.minik.runtime.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.sys.JsonFile;

/**
 * The versions of a container's record on disk. A minik reads those of the versions before and writes its own, so that what an
 * older one started is taken up: a field that moves, moves here.
 *
 * <pre>
 *   1  one flat object, without a version; its first miniks had command and env in it, and no "recursive", "strictGroups",
 *      "pidTarget"
 *   2  in parts, as {@link ContainerConfig} has them
 * </pre>
 */
final class ConfigFormat {
    static final JsonFile.Format CURRENT = new JsonFile.Format(2, ConfigFormat::partsOf);

    private ConfigFormat() {}

    private static void partsOf(ObjectNode flat) {
        ObjectNode old = flat.deepCopy();
        flat.removeAll();
        flat.set("id", old.get("id"));
        move(old, flat.putObject("origin"), "sandboxId", "name", "attempt");
        ObjectNode image = flat.putObject("image");
        image.set("id", old.get("imageId"));
        image.set("reference", old.get("imageReference"));
        image.set("layers", old.get("layers"));
        move(old, flat.putObject("program"), "command", "env", "workingDir", "stopSignal");
        for (JsonNode mount : old.path("mounts")) {
            if (mount instanceof ObjectNode fields && !fields.has("recursive")) {
                fields.put("recursive", Containers.Recursive.NO.name());
            }
        }
        move(old, flat, "mounts", "devices");
        ObjectNode stdio = flat.putObject("stdio");
        move(old, stdio, "stdin", "tty");
        stdio.set("once", old.get("stdinOnce"));
        ObjectNode log = stdio.putObject("log");
        log.set("path", old.get("logPath"));
        log.set("maxBytes", old.get("logMaxBytes"));
        log.set("maxFiles", old.get("logMaxFiles"));
        security(old.path("security"), flat.putObject("security"));
        ObjectNode place = flat.putObject("place");
        move(old, place, "cgroupParent", "resources");
        place.put("pidTarget", old.path("pidTarget").asText(""));
        move(old, flat.putObject("notes"), "labels", "annotations");
    }

    private static void security(JsonNode old, ObjectNode security) {
        ObjectNode user = security.putObject("user");
        user.set("name", old.get("user"));
        user.set("group", old.get("runAsGroup"));
        user.set("supplementalGroups", old.get("supplementalGroups"));
        user.put("strictGroups", old.path("strictGroups").asBoolean(false));
        move(old, security, "privileged", "readOnlyRootFs", "noNewPrivileges", "seccompProfile");
        ObjectNode capabilities = security.putObject("capabilities");
        capabilities.set("add", old.get("addCapabilities"));
        capabilities.set("drop", old.get("dropCapabilities"));
        ObjectNode paths = security.putObject("paths");
        paths.set("masked", old.get("maskedPaths"));
        paths.set("readOnly", old.get("readOnlyPaths"));
    }

    private static void move(JsonNode from, ObjectNode to, String... names) {
        for (String name : names) {
            to.set(name, from.get(name));
        }
    }
}
