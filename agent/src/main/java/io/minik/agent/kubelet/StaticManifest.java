package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.validation.Validator;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** What a manifest says, as a pod of this node: with defaults, held against the API's rules, and named as upstream names it. Pure. */
final class StaticManifest {
    static final String SOURCE = "kubernetes.io/config.source";
    static final String HASH = "kubernetes.io/config.hash";
    static final String SEEN = "kubernetes.io/config.seen";
    static final String MIRROR = "kubernetes.io/config.mirror";

    private static final String API = "api";

    /** Nobody asks the API which number these have. */
    private static final Map<String, Long> PRIORITIES =
            Map.of("system-cluster-critical", 2_000_000_000L, "system-node-critical", 2_000_001_000L);

    private final String node;
    /** Made at the first manifest: a node without any needs no schema. */
    private Optional<KindRow> pods = Optional.empty();

    StaticManifest(String node) {
        this.node = node;
    }

    /** Whether it is a pod of a manifest, and not one of the API's. */
    static boolean isStatic(KubeObject pod) {
        return !pod.annotations().getOrDefault(SOURCE, API).equals(API) && !isMirror(pod);
    }

    /** A pod of the API's, whatever it says of itself: upstream's kubelet writes over it, too. */
    static KubeObject ofApi(KubeObject pod) {
        return isStatic(pod)
                ? pod.edit(tree ->
                        Json.child(Json.child(tree, "metadata"), "annotations").put(SOURCE, API))
                : pod;
    }

    /** Whether it only shows at the API what a node runs. */
    static boolean isMirror(KubeObject pod) {
        return pod.annotations().containsKey(MIRROR);
    }

    /** Where a manifest comes from. @param source {@code file} or {@code http}; @param place its path or URL */
    record Origin(String source, String place) {
        static Origin file(Path file) {
            return new Origin("file", file.toString());
        }
    }

    /** One pod, or a list of them. @throws IllegalArgumentException or an ApiException that says what is wrong with it */
    List<KubeObject> readAll(Origin origin, byte[] text, String now) {
        ObjectNode said = Decoder.read(row().type(), text, Format.YAML);
        if (!Set.of("PodList", "List").contains(Json.text(said, "kind"))) {
            return List.of(read(origin, text, now));
        }
        List<KubeObject> all = new ArrayList<>();
        for (JsonNode item : said.path("items")) {
            if (item instanceof ObjectNode pod) {
                pod.put("apiVersion", Json.textOr("v1", pod, "apiVersion"))
                        .put("kind", Json.textOr("Pod", pod, "kind"));
            }
            all.add(read(origin, Json.bytes(item), now));
        }
        return all;
    }

    /** @throws IllegalArgumentException or an ApiException that says what is wrong with it */
    KubeObject read(Origin origin, byte[] text, String now) {
        KindRow row = row();
        ObjectNode said = Decoder.read(row.type(), text, Format.YAML);
        if (!Json.text(said, "kind").equals("Pod")
                || !Json.text(said, "apiVersion").equals("v1")) {
            throw new IllegalArgumentException("it is no Pod of v1");
        }
        ObjectNode tree = Decoder.decode(row.type(), text, Format.YAML, FieldValidation.STRICT)
                .tree();
        ObjectNode metadata = Json.child(tree, "metadata");
        if (Json.text(metadata, "name").isEmpty()) {
            throw new IllegalArgumentException("metadata.name is required");
        }
        String uid = UUID.nameUUIDFromBytes(
                        (node + "\0" + origin.place() + "\0" + new String(text, StandardCharsets.UTF_8))
                                .getBytes(StandardCharsets.UTF_8))
                .toString();
        metadata.put("name", Json.text(metadata, "name") + "-" + node.toLowerCase(Locale.ROOT));
        if (Json.text(metadata, "namespace").isEmpty()) {
            metadata.put("namespace", "default");
        }
        metadata.put("uid", uid);
        Json.child(metadata, "annotations")
                .put(HASH, uid)
                .put(SEEN, now)
                .put(SOURCE, origin.source())
                .remove(MIRROR);
        ObjectNode spec = Json.child(tree, "spec");
        spec.put("nodeName", node);
        Long priority = PRIORITIES.get(Json.text(spec, "priorityClassName"));
        if (priority != null) {
            spec.put("priority", priority);
        }
        // No taint drives away what nobody could start again elsewhere.
        spec.withArray("tolerations").addObject().put("operator", "Exists").put("effect", "NoExecute");
        tree.remove("status");
        reference(spec).ifPresent(what -> {
            throw new IllegalArgumentException("static pods may not reference " + what);
        });
        Defaults.apply(row, tree);
        List<Cause> problems = Validator.validate(row, tree, Optional.empty(), "");
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.stream()
                    .map(cause -> cause.field() + ": " + cause.message())
                    .collect(Collectors.joining("; ")));
        }
        return KubeObject.of(tree);
    }

    private KindRow row() {
        KindRow row = pods.orElseGet(() -> Kinds.builtIn().find("v1", "pods").orElseThrow());
        pods = Optional.of(row);
        return row;
    }

    /** What of the API a pod would need, which a node may not read in a static pod's name. */
    private static Optional<String> reference(ObjectNode spec) {
        if (!Json.text(spec, "serviceAccountName").isEmpty()
                || !Json.text(spec, "serviceAccount").isEmpty()) {
            return Optional.of("serviceaccounts");
        }
        if (spec.path("imagePullSecrets").size() > 0) {
            return Optional.of("secrets");
        }
        if (spec.path("resourceClaims").size() > 0) {
            return Optional.of("resourceclaims");
        }
        for (JsonNode volume : spec.path("volumes")) {
            Optional<String> found = volume(volume);
            if (found.isPresent()) {
                return found;
            }
        }
        for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
            for (JsonNode container : spec.path(list)) {
                Optional<String> found = environment(container);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> volume(JsonNode volume) {
        if (volume.has("secret")) {
            return Optional.of("secrets");
        }
        if (volume.has("configMap")) {
            return Optional.of("configmaps");
        }
        if (volume.has("persistentVolumeClaim") || volume.has("ephemeral")) {
            return Optional.of("persistentvolumeclaims");
        }
        for (JsonNode source : volume.path("projected").path("sources")) {
            if (source.has("serviceAccountToken")) {
                return Optional.of("serviceaccounts");
            }
            if (source.has("clusterTrustBundle")) {
                return Optional.of("clustertrustbundles");
            }
            Optional<String> found = volume(source);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> environment(JsonNode container) {
        for (JsonNode from : container.path("envFrom")) {
            if (from.has("secretRef")) {
                return Optional.of("secrets");
            }
            if (from.has("configMapRef")) {
                return Optional.of("configmaps");
            }
        }
        for (JsonNode variable : container.path("env")) {
            if (variable.path("valueFrom").has("secretKeyRef")) {
                return Optional.of("secrets");
            }
            if (variable.path("valueFrom").has("configMapKeyRef")) {
                return Optional.of("configmaps");
            }
        }
        return Optional.empty();
    }
}
