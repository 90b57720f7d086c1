package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.server.outside.KubeconfigServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** A file by which an option names a server. @param flag the option */
record Kubeconfigs(String flag, Path file) {
    /** The cluster and the user of its present context. @throws StartFailure naming the flag and what is missing */
    KubeconfigServer server() {
        JsonNode config = ConfigFile.read(flag, file, tree -> tree);
        JsonNode context = named(config, "contexts", Json.text(config, "current-context"), "context");
        JsonNode cluster = named(config, "clusters", Json.text(context, "cluster"), "cluster");
        String user = Json.text(context, "user");
        JsonNode who = user.isEmpty() ? Json.object() : named(config, "users", user, "user");
        String url = Json.text(cluster, "server");
        if (!url.startsWith("https://") && !url.startsWith("http://")) {
            throw new StartFailure(flag + ": " + file + ": \"" + url + "\" is no URL of a server");
        }
        return new KubeconfigServer(
                url,
                part(cluster, "certificate-authority"),
                part(who, "client-certificate"),
                part(who, "client-key"),
                Json.text(who, "token"));
    }

    private JsonNode named(JsonNode config, String list, String name, String what) {
        for (JsonNode each : config.path(list)) {
            if (Json.text(each, "name").equals(name)) {
                return each.path(what);
            }
        }
        throw new StartFailure(flag + ": " + file + ": " + list + " has no \"" + name + "\"");
    }

    /** In the file itself, or in a file that it names, from where it is. */
    private String part(JsonNode from, String name) {
        String data = Json.text(from, name + "-data");
        String path = Json.text(from, name);
        try {
            return data.isEmpty()
                    ? path.isEmpty() ? "" : Files.readString(file.resolveSibling(path))
                    : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(flag + ": " + file + ": " + name + ": " + e.getMessage(), e);
        }
    }
}
