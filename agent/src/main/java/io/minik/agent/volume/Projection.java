package io.minik.agent.volume;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.Volume;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a configMap, secret, downwardAPI or projected volume holds. Pure. */
final class Projection {
    /** API default of defaultMode. */
    private static final int DEFAULT_MODE = 0644;
    /** A token in a volume with an fsGroup is for that group only. */
    private static final int GROUP_TOKEN_MODE = 0600;

    /** A ConfigMap or Secret that a volume shows. */
    record Source(Resource resource, String name, boolean optional) {
        String word() {
            return resource.equals(Resources.SECRETS) ? "secret" : "configmap";
        }
    }

    /** A token that a volume shows. @param audience empty = the API server's own */
    record TokenSource(String audience, long expirationSeconds, String path) {}

    /** One part of a volume: kind as the API's field, and what stands in it. */
    private record Part(String kind, JsonNode spec) {}

    private final Volume volume;
    private final int defaultMode;
    private final List<Part> parts = new ArrayList<>();

    Projection(Volume volume) {
        this.volume = volume;
        this.defaultMode = Json.intOr(DEFAULT_MODE, volume.source(), "defaultMode");
        if (volume.type().equals("projected")) {
            for (JsonNode source : volume.source().path("sources")) {
                source.properties().forEach(field -> parts.add(new Part(field.getKey(), field.getValue())));
            }
        } else {
            parts.add(new Part(volume.type(), volume.source()));
        }
    }

    static boolean handles(Volume volume) {
        return Set.of("configMap", "secret", "downwardAPI", "projected").contains(volume.type());
    }

    Set<Source> sources() {
        Set<Source> sources = new LinkedHashSet<>();
        parts.forEach(part -> source(part).ifPresent(sources::add));
        return sources;
    }

    List<TokenSource> tokens() {
        return parts.stream()
                .filter(part -> part.kind().equals("serviceAccountToken"))
                .map(part -> token(part.spec()))
                .toList();
    }

    boolean showsPod() {
        return parts.stream().anyMatch(part -> part.kind().equals("downwardAPI"));
    }

    private Optional<Source> source(Part part) {
        boolean optional = Json.bool(part.spec(), "optional");
        return switch (part.kind()) {
            case "configMap" ->
                Optional.of(new Source(Resources.CONFIG_MAPS, Json.text(part.spec(), "name"), optional));
            case "secret" -> {
                String name = Json.text(part.spec(), "secretName");
                yield Optional.of(new Source(
                        Resources.SECRETS, name.isEmpty() ? Json.text(part.spec(), "name") : name, optional));
            }
            default -> Optional.empty();
        };
    }

    private static TokenSource token(JsonNode spec) {
        return new TokenSource(
                Json.text(spec, "audience"),
                Json.longOr(Tokens.DEFAULT_SECONDS, spec, "expirationSeconds"),
                Json.text(spec, "path"));
    }

    /**
     * @param objects what the API has now
     * @param tokens in force
     * @throws VolumeFault if something that is not optional is missing
     */
    VolumePayload payload(
            Function<Source, Optional<KubeObject>> objects,
            Function<TokenSource, String> tokens,
            DownwardFields fields) {
        VolumePayload payload = new VolumePayload();
        boolean group = fields.pod().spec().securityContext().fsGroup().isPresent();
        for (Part part : parts) {
            switch (part.kind()) {
                case "configMap", "secret" ->
                    source(part).ifPresent(s -> object(payload, part.spec(), s, objects.apply(s)));
                case "downwardAPI" -> downward(payload, part.spec(), fields);
                case "serviceAccountToken" -> {
                    TokenSource token = token(part.spec());
                    payload.put(
                            token.path(),
                            tokens.apply(token).getBytes(StandardCharsets.UTF_8),
                            group ? GROUP_TOKEN_MODE : defaultMode);
                }
                default ->
                    throw new VolumeFault("projection " + part.kind() + " of volume " + volume.name()
                            + " is not supported by this node");
            }
        }
        return payload;
    }

    private void object(VolumePayload payload, JsonNode spec, Source source, Optional<KubeObject> found) {
        if (found.isEmpty()) {
            if (source.optional()) {
                return;
            }
            throw new VolumeFault(source.word() + " \"" + source.name() + "\" not found");
        }
        boolean secret = source.resource().equals(Resources.SECRETS);
        KubeObject object = found.get();
        if (spec.path("items").isEmpty()) {
            object.at("data")
                    .properties()
                    .forEach(e -> payload.put(e.getKey(), bytes(e.getValue(), secret), defaultMode));
            object.at("binaryData")
                    .properties()
                    .forEach(e -> payload.put(e.getKey(), bytes(e.getValue(), true), defaultMode));
            return;
        }
        for (JsonNode item : spec.path("items")) {
            String key = Json.text(item, "key");
            boolean binary = object.at("binaryData").has(key);
            JsonNode value = object.at(binary ? "binaryData" : "data", key);
            if (!value.isTextual()) {
                if (source.optional()) {
                    continue;
                }
                throw new VolumeFault("references non-existent " + (secret ? "secret" : "config") + " key: " + key);
            }
            payload.put(Json.text(item, "path"), bytes(value, secret || binary), mode(item));
        }
    }

    private void downward(VolumePayload payload, JsonNode spec, DownwardFields fields) {
        for (JsonNode item : spec.path("items")) {
            Optional<String> value = item.has("fieldRef")
                    ? fields.field(Json.text(item, "fieldRef", "fieldPath"))
                    : fields.pod()
                            .spec()
                            .container(Json.text(item, "resourceFieldRef", "containerName"))
                            .flatMap(container -> fields.resource(
                                    container,
                                    Json.text(item, "resourceFieldRef", "resource"),
                                    item.path("resourceFieldRef")
                                            .path("divisor")
                                            .asText("0")));
            payload.put(
                    Json.text(item, "path"),
                    value.orElseThrow(() -> new VolumeFault("downwardAPI volume " + volume.name()
                                    + " names a field that is not there: " + Json.text(item, "path")))
                            .getBytes(StandardCharsets.UTF_8),
                    mode(item));
        }
    }

    private int mode(JsonNode item) {
        return Json.intOr(defaultMode, item, "mode");
    }

    private static byte[] bytes(JsonNode value, boolean base64) {
        return base64
                ? Base64.getMimeDecoder().decode(value.asText())
                : value.asText().getBytes(StandardCharsets.UTF_8);
    }
}
