package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.server.audit.AuditConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Reads {@code --audit-webhook-config-file}. */
final class AuditFiles {
    private static final String WEBHOOK = "--audit-webhook-config-file";

    private AuditFiles() {}

    /** The cluster and the user of a kubeconfig's present context. @throws StartFailure naming the flag and what is missing */
    static AuditConfig.Webhook webhook(Path file) {
        JsonNode config = ConfigFile.read(WEBHOOK, file, tree -> tree);
        JsonNode context = named(config, "contexts", Json.text(config, "current-context"), "context", file);
        JsonNode cluster = named(config, "clusters", Json.text(context, "cluster"), "cluster", file);
        String user = Json.text(context, "user");
        JsonNode who = user.isEmpty() ? Json.object() : named(config, "users", user, "user", file);
        String url = Json.text(cluster, "server");
        if (!url.startsWith("https://") && !url.startsWith("http://")) {
            throw new StartFailure(WEBHOOK + ": " + file + ": \"" + url + "\" is no URL of a server");
        }
        return new AuditConfig.Webhook(
                url,
                part(cluster, "certificate-authority", file),
                part(who, "client-certificate", file),
                part(who, "client-key", file),
                Json.text(who, "token"));
    }

    private static JsonNode named(JsonNode config, String list, String name, String what, Path file) {
        for (JsonNode each : config.path(list)) {
            if (Json.text(each, "name").equals(name)) {
                return each.path(what);
            }
        }
        throw new StartFailure(WEBHOOK + ": " + file + ": " + list + " has no \"" + name + "\"");
    }

    /** In the file itself, or in a file that it names, from where it is. */
    private static String part(JsonNode from, String name, Path file) {
        String data = Json.text(from, name + "-data");
        String path = Json.text(from, name);
        try {
            return data.isEmpty()
                    ? path.isEmpty() ? "" : Files.readString(file.resolveSibling(path))
                    : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(WEBHOOK + ": " + file + ": " + name + ": " + e.getMessage(), e);
        }
    }
}
