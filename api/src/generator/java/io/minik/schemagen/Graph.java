package io.minik.schemagen;

import io.minik.schemagen.Message.Field;
import io.minik.schemagen.ModelSources.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Messages and models married: walks both from the kinds down, field by field. A disagreement stops the build. */
final class Graph {
    /** Words of a field's value type, as schema.bin stores them: keep in step with the runtime's Field.Kind. */
    static final List<String> KINDS = List.of("string", "bool", "int32", "int64", "double", "bytes", "message");
    /** Messages with their own JSON form: keep in step with the runtime's Type.Form. */
    static final List<String> FORMS = List.of(
            "",
            "k8s.io.apimachinery.pkg.api.resource.Quantity",
            "k8s.io.apimachinery.pkg.util.intstr.IntOrString",
            "k8s.io.apimachinery.pkg.apis.meta.v1.Time",
            "k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime",
            "k8s.io.apimachinery.pkg.apis.meta.v1.Duration",
            "k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1",
            "k8s.io.apimachinery.pkg.runtime.RawExtension",
            "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON",
            "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
            "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
            "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
            "string-list");

    /** In the Go type and its protobuf, not in the published OpenAPI. */
    private static final Set<String> UNPUBLISHED =
            Set.of("k8s.io.api.autoscaling.v2.HorizontalPodAutoscalerCondition.observedGeneration");

    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";

    final Map<String, Node> types = new LinkedHashMap<>();
    private final Map<String, Message> messages;
    private final Map<String, Model> models;
    final List<String> problems = new ArrayList<>();

    Graph(Map<String, Message> messages, Map<String, Model> models) {
        this.messages = messages;
        this.models = models;
    }

    /** A type of the graph. */
    static final class Node {
        final String name;
        final int form;
        final String docs;
        final boolean atomic;
        final List<Edge> edges = new ArrayList<>();
        private String model = "";

        Node(String name, int form, String docs, boolean atomic) {
            this.name = name;
            this.form = form;
            this.docs = docs;
            this.atomic = atomic;
        }
    }

    /** A field of the graph: {@code number} is 0 for kind and apiVersion, which travel outside the message. */
    record Edge(String json, Field field, String kind, String type, boolean required, boolean inline, String docs) {}

    Node node(String messageName, String modelName) {
        return node(messageName, modelName, false);
    }

    private Node node(String messageName, String modelName, boolean inlined) {
        Node known = types.get(messageName);
        if (known != null) {
            if (known.edges.isEmpty() && known.model.isEmpty() && !modelName.isEmpty()) {
                known.model = modelName;
            }
            return known;
        }
        Message message = messages.get(messageName);
        if (message == null) {
            throw new IllegalStateException("no protobuf message " + messageName + " for " + modelName);
        }
        int form = Math.max(0, FORMS.indexOf(messageName));
        if (form == 0 && message.fields.size() == 1 && message.fields.get(0).name().equals("items")
                && message.fields.get(0).type().equals("string")) {
            form = FORMS.indexOf("string-list");
        }
        Model model = models.get(modelName);
        String docs = Message.description(message.docs);
        if (docs.isEmpty() && model != null) {
            docs = model.docs();
        }
        Node node = new Node(messageName, form, docs, message.docs.contains("+structType=atomic") || message.docs.contains("+mapType=atomic"));
        node.model = modelName;
        types.put(messageName, node);
        boolean structured = form == 0 || messageName.contains("JSONSchemaPropsOr");
        if (structured) {
            fill(node, message, form == 0 ? model : null, inlined);
        }
        return node;
    }

    private void fill(Node node, Message message, Model model, boolean inlined) {
        Set<String> covered = new HashSet<>();
        if (model != null) {
            for (String head : List.of("apiVersion", "kind")) {
                if (model.fields().containsKey(head) && message.fields.stream().noneMatch(f -> f.name().equals(head))) {
                    node.edges.add(head(head, model));
                    covered.add(head);
                }
            }
        }
        for (Field field : message.fields) {
            String json = model == null ? field.name() : jsonName(field.name(), model);
            boolean scalar = KINDS.contains(field.type());
            String kind = scalar ? field.type() : field.type().equals("uint32") ? "int32" : field.type().equals("uint64") ? "int64" : "message";
            if (UNPUBLISHED.contains(message.name + "." + field.name())) {
                json = field.name();
            }
            boolean inline = json.isEmpty();
            if (inline && scalar) {
                problems.add(message.name + "." + field.name() + ": not in " + (model == null ? "" : model.name()));
                continue;
            }
            String type = "";
            if (kind.equals("message")) {
                type = field.type();
                String below = inline ? model.name() : model == null ? guess(type) : element(model.fields().get(json));
                Node child = node(type, below, inline);
                if (inline) {
                    flat(child).forEach(edge -> covered.add(edge.json));
                }
            }
            covered.add(json);
            boolean required = model != null && model.required().contains(json);
            String docs = Message.description(field.docs());
            if (docs.isEmpty() && model != null && !inline) {
                docs = model.fieldDocs().getOrDefault(json.toLowerCase(Locale.ROOT), "");
            }
            node.edges.add(new Edge(inline ? field.name() : json, field, kind, type, required, inline, docs));
        }
        if (model != null && !inlined) {
            for (String name : model.fields().keySet()) {
                if (!covered.contains(name)) {
                    problems.add(message.name + ": the model " + model.name() + " also has " + name);
                }
            }
        }
    }

    List<Edge> flat(Node node) {
        List<Edge> edges = new ArrayList<>();
        for (Edge edge : node.edges) {
            if (edge.inline) {
                edges.addAll(flat(types.get(edge.type)));
            } else {
                edges.add(edge);
            }
        }
        return edges;
    }

    private static Edge head(String name, Model model) {
        return new Edge(
                name,
                new Field(name, 0, "optional", "string", ""),
                "string",
                "",
                model.required().contains(name),
                false,
                model.fieldDocs().getOrDefault(name.toLowerCase(Locale.ROOT), ""));
    }

    /** The JSON name of a protobuf field, empty if its message is inlined. */
    private static String jsonName(String name, Model model) {
        if (model.fields().containsKey(name)) {
            return name;
        }
        String bare = bare(name);
        for (String json : model.fields().keySet()) {
            if (bare(json).equals(bare)) {
                return json;
            }
        }
        return "";
    }

    private static String bare(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }

    private static String element(String javaType) {
        String inner = javaType;
        while (inner.endsWith(">")) {
            inner = inner.substring(Math.max(inner.indexOf('<'), inner.indexOf(',')) + 1, inner.length() - 1).strip();
        }
        return inner;
    }

    /** The model of a message that no model refers to (lists' heads, Table): by its simple name. */
    String guess(String messageName) {
        String[] words = messageName.split("\\.");
        String name = words[words.length - 1];
        String version = words[words.length - 2];
        String group = words[words.length - 3];
        String upper = version.substring(0, 1).toUpperCase(Locale.ROOT) + version.substring(1);
        String qualified = group.substring(0, 1).toUpperCase(Locale.ROOT) + group.substring(1) + upper + name;
        return models.containsKey(qualified) ? qualified : models.containsKey(upper + name) ? upper + name : "";
    }

    /** The message of a kind: group is the first label of the API group. */
    String message(String group, String version, String kind) {
        String first = group.isEmpty() ? "core" : group.contains(".") ? group.substring(0, group.indexOf('.')) : group;
        for (String name : List.of(
                "k8s.io.api." + first + "." + version + "." + kind,
                "k8s.io.apiextensions_apiserver.pkg.apis." + first + "." + version + "." + kind,
                "k8s.io.kube_aggregator.pkg.apis." + first + "." + version + "." + kind,
                META + kind)) {
            if (messages.containsKey(name)) {
                return name;
            }
        }
        throw new IllegalStateException("no protobuf message for " + kind + " in " + group + "/" + version);
    }

    static Map<String, Integer> indexes(Iterable<String> names) {
        Map<String, Integer> indexes = new HashMap<>();
        for (String name : names) {
            indexes.put(name, indexes.size());
        }
        return indexes;
    }
}
