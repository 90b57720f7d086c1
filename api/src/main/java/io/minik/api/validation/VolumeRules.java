package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The volumes of a pod. */
final class VolumeRules {
    private static final int MAX_MODE = 0777;
    private static final long LEAST_TOKEN = 600;

    private final Causes causes;

    VolumeRules(Causes causes) {
        this.causes = causes;
    }

    /** Answers with the volumes by name. */
    Map<String, JsonNode> volumes(JsonNode volumes, String path) {
        Map<String, JsonNode> byName = new HashMap<>();
        for (int at = 0; at < volumes.size(); at++) {
            JsonNode volume = volumes.get(at);
            String here = Causes.at(path, at);
            String name = Json.text(volume, "name");
            if (!name.isEmpty()) {
                causes.invalid(here + ".name", name, Names.dns1123Label(name));
                if (byName.put(name, volume) != null) {
                    causes.duplicate(here + ".name", name);
                }
            }
            sources(volume, here);
        }
        return byName;
    }

    private void sources(JsonNode volume, String path) {
        int given = 0;
        for (Map.Entry<String, JsonNode> entry : volume.properties()) {
            String kind = entry.getKey();
            if (kind.equals("name")) {
                continue;
            }
            given++;
            String here = path + "." + kind;
            if (given > 1) {
                causes.forbidden(here, "may not specify more than 1 volume type");
                continue;
            }
            source(kind, entry.getValue(), here);
        }
        if (given == 0) {
            causes.required(path, "must specify a volume type");
        }
    }

    private void source(String kind, JsonNode source, String path) {
        switch (kind) {
            case "emptyDir" -> {
                if (Quantity.orZero(Json.text(source, "sizeLimit")).signum() < 0) {
                    causes.forbidden(path + ".sizeLimit", "SizeLimit field must be a valid resource quantity");
                }
            }
            case "hostPath" -> {
                if (Json.text(source, "path").isEmpty()) {
                    causes.required(path + ".path");
                }
                if (Json.text(source, "path").contains("..")
                        && List.of(Json.text(source, "path").split("/")).contains("..")) {
                    causes.invalid(path + ".path", Json.text(source, "path"), "must not contain '..'");
                }
            }
            case "secret" -> {
                if (Json.text(source, "secretName").isEmpty()) {
                    causes.required(path + ".secretName");
                }
                items(source, path);
            }
            case "configMap" -> {
                if (Json.text(source, "name").isEmpty()) {
                    causes.required(path + ".name");
                }
                items(source, path);
            }
            case "persistentVolumeClaim" -> {
                if (Json.text(source, "claimName").isEmpty()) {
                    causes.required(path + ".claimName");
                }
            }
            case "ephemeral" -> {
                if (!source.has("volumeClaimTemplate")) {
                    causes.required(path + ".volumeClaimTemplate");
                } else {
                    new SmallKindRules(causes)
                            .claim(Json.at(source, "volumeClaimTemplate", "spec"), path + ".volumeClaimTemplate.spec");
                }
            }
            case "projected" -> projected(source, path);
            case "downwardAPI" -> {
                items(source, path);
                downward(source, path);
            }
            case "nfs" -> {
                String place = Json.text(source, "path");
                if (!place.isEmpty() && !place.startsWith("/")) {
                    causes.invalid(path + ".path", place, "must be an absolute path");
                }
            }
            case "csi" -> {
                String driver = Json.text(source, "driver");
                if (!driver.isEmpty()) {
                    causes.invalid(path + ".driver", driver, Names.dns1123Subdomain(driver.toLowerCase(Locale.ROOT)));
                }
            }
            default -> {}
        }
    }

    private void projected(JsonNode source, String path) {
        mode(source.path("defaultMode"), path + ".defaultMode");
        JsonNode sources = source.path("sources");
        for (int at = 0; at < sources.size(); at++) {
            long seconds = Json.longOr(LEAST_TOKEN, sources.get(at), "serviceAccountToken", "expirationSeconds");
            if (seconds < LEAST_TOKEN) {
                causes.invalid(
                        path + ".sources[" + at + "].serviceAccountToken.expirationSeconds",
                        seconds,
                        "may not specify a duration less than 10 minutes");
            }
            projection(sources.get(at), path + ".sources[" + at + "]");
        }
        onePlaceEach(sources, path);
    }

    private void projection(JsonNode source, String path) {
        if (source.size() > 1) {
            causes.forbidden(path, "may not specify more than 1 volume type");
        }
        for (Map.Entry<String, JsonNode> entry : source.properties()) {
            String here = path + "." + entry.getKey();
            boolean named = entry.getKey().equals("secret") || entry.getKey().equals("configMap");
            if (named && Json.text(entry.getValue(), "name").isEmpty()) {
                causes.required(here + ".name");
            }
            items(entry.getValue(), here);
            if (entry.getKey().equals("downwardAPI")) {
                downward(entry.getValue(), here);
            }
        }
    }

    private void downward(JsonNode source, String path) {
        JsonNode items = source.path("items");
        for (int at = 0; at < items.size(); at++) {
            new DownwardRules(causes).file(items.get(at), Causes.at(path + ".items", at));
        }
    }

    /** What two sources name as their file's place; keys without items are known to the node only, and the last one wins. */
    private void onePlaceEach(JsonNode sources, String path) {
        Set<String> places = new HashSet<>();
        for (JsonNode source : sources) {
            for (Map.Entry<String, JsonNode> entry : source.properties()) {
                String name = Json.text(entry.getValue(), "name");
                List<String> files = new ArrayList<>();
                files.add(Json.text(entry.getValue(), "path"));
                entry.getValue().path("items").forEach(item -> files.add(Json.text(item, "path")));
                for (String place : files) {
                    if (!place.isEmpty() && !places.add(place)) {
                        causes.invalid(path, name.isEmpty() ? place : name, "conflicting duplicate paths");
                    }
                }
            }
        }
    }

    private void items(JsonNode source, String path) {
        mode(source.path("defaultMode"), path + ".defaultMode");
        JsonNode items = source.path("items");
        for (int at = 0; at < items.size(); at++) {
            String here = path + ".items[" + at + "]";
            String place = Json.text(items.get(at), "path");
            if (place.startsWith("/")) {
                causes.invalid(here + ".path", place, "must be a relative path");
            }
            if (List.of(place.split("/")).contains("..")) {
                causes.invalid(here + ".path", place, "must not contain '..'");
            } else if (place.startsWith("..")) {
                // Such names are the volume's own, of what its files are links to.
                causes.invalid(here + ".path", place, "must not start with '..'");
            }
            mode(items.get(at).path("mode"), here + ".mode");
        }
    }

    private void mode(JsonNode mode, String path) {
        if (mode.isInt() && (mode.intValue() < 0 || mode.intValue() > MAX_MODE)) {
            causes.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
