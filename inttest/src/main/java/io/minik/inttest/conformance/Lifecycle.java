package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of an object of any kind, as upstream's "should support API operations" look at it: discovery, create, get, list,
 * watch, patch, update, status, delete, delete of a collection.
 */
final class Lifecycle {
    private static final String LABEL = "conformance";
    private static final int OBJECTS = 3;
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final String namespace;

    Lifecycle(Api api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /**
     * @param version as in apiVersion
     * @param namespaced whether objects live in a namespace
     * @param object the fields beside kind and metadata, with ' for "
     * @param status a merge patch's value of status, or empty where the kind has none
     */
    record Kind(String version, String plural, String kind, boolean namespaced, String object, String status) {
        String root() {
            return version.contains("/") ? "/apis/" + version : "/api/" + version;
        }
    }

    String collection(Kind kind) {
        return kind.root() + (kind.namespaced() ? "/namespaces/" + namespace : "") + "/" + kind.plural();
    }

    void run(Kind kind) {
        discovered(kind);
        String path = collection(kind);
        String label = kind.plural() + "-" + namespace;
        String selected = path + "?labelSelector=" + LABEL + "%3D" + label;
        List<JsonNode> made = new ArrayList<>();
        for (int i = 1; i <= OBJECTS; i++) {
            made.add(api.post(path, body(kind, namespace + "-" + i, label))
                    .expect(Api.CREATED)
                    .body());
        }
        String name = namespace + "-1";
        String one = path + "/" + name;
        String uid = made.get(0).at("/metadata/uid").asText();
        Checks.same("get", uid, api.get(one).ok().at("/metadata/uid").asText());
        JsonNode list = api.get(selected).ok();
        Checks.same("list", OBJECTS, list.path("items").size());
        if (kind.namespaced()) {
            String everywhere = kind.root() + "/" + kind.plural() + "?labelSelector=" + LABEL + "%3D" + label;
            Checks.same(
                    "list of all namespaces",
                    OBJECTS,
                    api.get(everywhere).ok().path("items").size());
        }
        String version = list.at("/metadata/resourceVersion").asText();
        try (Watched watch = new Watched(api, selected, "resourceVersion=" + version)) {
            written(kind, one, name, uid, watch);
            removed(one, name, watch);
        }
        api.delete(selected).ok();
        Checks.within(
                SOON,
                "the collection is gone",
                () -> api.get(selected).ok().path("items").isEmpty());
    }

    private void written(Kind kind, String one, String name, String uid, Watched watch) {
        JsonNode patched = api.merge(one, "{\"metadata\":{\"annotations\":{\"patched\":\"true\"}}}")
                .ok();
        Checks.same("patch", "true", patched.at("/metadata/annotations/patched").asText());
        watch.until(
                "MODIFIED",
                object -> object.at("/metadata/annotations/patched").asText().equals("true"));
        JsonNode updated = update(one, "updated");
        Checks.same(
                "update", "true", updated.at("/metadata/annotations/updated").asText());
        Checks.same("uid", uid, updated.at("/metadata/uid").asText());
        watch.until(
                "MODIFIED",
                object -> name.equals(object.at("/metadata/name").asText())
                        && object.at("/metadata/annotations/updated").asText().equals("true"));
        if (!kind.status().isEmpty()) {
            JsonNode wanted = Api.tree(Api.json(kind.status()));
            String status = one + "/status";
            JsonNode told = api.merge(
                            status, "{\"metadata\":{\"annotations\":{\"told\":\"true\"}},\"status\":" + wanted + "}")
                    .ok();
            Checks.contains("status patched", told.path("status"), wanted);
            Checks.contains("status read", api.get(status).ok().path("status"), wanted);
            JsonNode again = update(status, "told-again");
            Checks.contains("status updated", again.path("status"), wanted);
        }
    }

    private void removed(String one, String name, Watched watch) {
        api.delete(one).ok();
        Checks.within(SOON, "the deleted is gone", () -> api.get(one).code() == Api.NOT_FOUND);
        watch.until("DELETED", object -> object.at("/metadata/name").asText().equals(name));
    }

    /** Reads, annotates and writes, again where somebody else wrote in between. */
    private JsonNode update(String path, String annotation) {
        while (true) {
            JsonNode read = api.get(path).ok();
            ((ObjectNode) read).withObject("/metadata/annotations").put(annotation, "true");
            Api.Answer answer = api.put(path, read);
            if (answer.code() != Api.CONFLICT) {
                return answer.ok();
            }
        }
    }

    private void discovered(Kind kind) {
        if (kind.version().contains("/")) {
            String group = kind.version().substring(0, kind.version().indexOf('/'));
            Checks.holds(
                    "group " + group + " is listed",
                    Checks.any(
                            api.get("/apis").ok().path("groups"),
                            each -> each.path("name").asText().equals(group)));
            Checks.holds(
                    "version is listed",
                    Checks.any(
                            api.get("/apis/" + group).ok().path("versions"),
                            each -> each.path("groupVersion").asText().equals(kind.version())));
        }
        JsonNode resources = api.get(kind.root()).ok().path("resources");
        Checks.holds(
                "resource is listed",
                Checks.any(
                        resources,
                        each -> each.path("name").asText().equals(kind.plural())
                                && each.path("kind").asText().equals(kind.kind())
                                && each.path("namespaced").asBoolean() == kind.namespaced()));
        if (!kind.status().isEmpty()) {
            Checks.holds(
                    "its status is listed",
                    Checks.any(resources, each -> each.path("name").asText().equals(kind.plural() + "/status")));
        }
    }

    static String body(Kind kind, String name, String label) {
        ObjectNode object = (ObjectNode) Api.tree("{" + Api.json(kind.object()) + "}");
        object.put("apiVersion", kind.version()).put("kind", kind.kind());
        object.withObject("/metadata").put("name", name).withObject("/labels").put(LABEL, label);
        return object.toString();
    }
}
