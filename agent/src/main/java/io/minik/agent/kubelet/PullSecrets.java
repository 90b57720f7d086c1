package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds the credentials for an image in Secrets of types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg. */
final class PullSecrets {
    private static final String HUB = "docker.io";

    private PullSecrets() {}

    private record Match(int length, ImageAccess.Credentials credentials) {}

    /** All that fit. The entry with the longest matching registry (and path) comes first. */
    static List<ImageAccess.Credentials> find(String image, List<KubeObject> secrets) {
        String wanted = repository(image);
        List<Match> found = new ArrayList<>();
        for (KubeObject secret : secrets) {
            for (Map.Entry<String, JsonNode> entry : entries(secret).properties()) {
                String server = server(entry.getKey());
                if (matches(server, wanted)) {
                    found.add(new Match(
                            server.length(),
                            new ImageAccess.Credentials(
                                    secret.namespace(), secret.name(), secret.uid(), credentials(entry.getValue()))));
                }
            }
        }
        // Among equals the order of the pod's list stays.
        found.sort(Comparator.comparingInt(Match::length).reversed());
        return found.stream().map(Match::credentials).toList();
    }

    private static JsonNode entries(KubeObject secret) {
        String modern = secret.text("data", ".dockerconfigjson");
        String old = secret.text("data", ".dockercfg");
        String encoded = modern.isEmpty() ? old : modern;
        if (encoded.isEmpty()) {
            return Json.object();
        }
        try {
            JsonNode config = Json.parse(Base64.getMimeDecoder().decode(encoded));
            return modern.isEmpty() ? config : config.path("auths");
        } catch (IllegalArgumentException e) {
            // Not JSON or not base64: as if the secret were empty; the registry then says that we are nobody.
            return Json.object();
        }
    }

    /** {@code registry/path} without tag and digest; docker.io's names made whole. */
    static String repository(String image) {
        int digest = image.indexOf('@');
        String name = digest < 0 ? image : image.substring(0, digest);
        int colon = name.lastIndexOf(':');
        if (colon > name.lastIndexOf('/')) {
            name = name.substring(0, colon);
        }
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost");
        if (registry) {
            return name;
        }
        return HUB + "/" + (slash < 0 ? "library/" + name : name);
    }

    private static String server(String key) {
        String server = key.replaceFirst("^https?://", "");
        server = server.replaceFirst("/v[12]/?$", "").replaceFirst("/$", "");
        return server.equals("index.docker.io") || server.equals("registry-1.docker.io") ? HUB : server;
    }

    /** Host by host part ({@code *} stands for one), path by prefix. */
    private static boolean matches(String server, String repository) {
        int serverSlash = server.indexOf('/');
        String serverHost = serverSlash < 0 ? server : server.substring(0, serverSlash);
        String serverPath = serverSlash < 0 ? "" : server.substring(serverSlash);
        int slash = repository.indexOf('/');
        String host = repository.substring(0, slash);
        String path = repository.substring(slash);
        String[] parts = serverHost.split("\\.", -1);
        String[] hostParts = host.split("\\.", -1);
        if (parts.length != hostParts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].equals("*") && !parts[i].equals(hostParts[i])) {
                return false;
            }
        }
        return serverPath.isEmpty() || path.equals(serverPath) || path.startsWith(serverPath + "/");
    }

    private static Cri.AuthConfig credentials(JsonNode entry) {
        String username = Json.text(entry, "username");
        String password = Json.text(entry, "password");
        String auth = Json.text(entry, "auth");
        if (!auth.isEmpty()) {
            String pair = new String(Base64.getMimeDecoder().decode(auth), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            username = colon < 0 ? pair : pair.substring(0, colon);
            password = colon < 0 ? "" : pair.substring(colon + 1);
        }
        return new Cri.AuthConfig(
                username, password, Json.text(entry, "identitytoken"), Json.text(entry, "registrytoken"));
    }
}
