package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Field;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Structural;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says what is wrong with a decoded, defaulted object: first what holds for all kinds (names, labels, owners), then what
 * tables say of single fields wherever they stand, then each kind's own rules; in field.Error's words.
 */
public final class Validator {
    /** Their fields are told, not wished: nothing is required of them. */
    private static final Set<String> RECORDS = Set.of("events", "events.events.k8s.io", "componentstatuses");

    private static final String SCALE = "scale";

    private Validator() {}

    /**
     * @param old the stored object on update, empty on create
     * @param subresource empty for the object itself; of a status update only metadata is checked, and what is new there
     * @return empty if all is well
     */
    public static List<Cause> validate(KindRow row, ObjectNode tree, Optional<ObjectNode> old, String subresource) {
        Causes causes = new Causes();
        MetaRules meta = new MetaRules(causes);
        JsonNode metadata = tree.path("metadata");
        meta.check(row, metadata);
        old.ifPresent(before -> meta.update(metadata, before.path("metadata")));
        Optional<Structural> added = row.type().structural();
        if (added.isPresent()) {
            StructuralRules.check(added.get(), tree, old, causes);
            ExpressionRules.check(added.get(), tree, old, causes);
            return causes.list();
        }
        if (row.resource().groupResource().equals(DefinitionRules.RESOURCE)) {
            new DefinitionRules(causes).check(tree, old, subresource);
            return causes.list();
        }
        if (subresource.equals("status") || subresource.equals(SCALE)) {
            return causes.list();
        }
        if (!RECORDS.contains(row.resource().groupResource())) {
            for (Field field : row.type().fields()) {
                boolean head = field.name().equals("metadata") || field.name().equals("status");
                if (!head) {
                    field(causes, row.type(), field, tree, field.name());
                }
            }
            KindRules.check(row, tree, causes);
            AddressRules.check(row.resource().groupResource(), tree, old, causes);
            if (old.isEmpty()) {
                KindRules.created(row, tree, causes);
            }
        }
        old.ifPresent(before -> UpdateRules.check(row, tree, before, subresource, causes));
        return causes.list();
    }

    /** metadata.labels alone. */
    public static List<Cause> labels(JsonNode labels) {
        Causes causes = new Causes();
        new MetaRules(causes).labels(labels, "metadata.labels");
        return causes.list();
    }

    /** metadata.annotations alone. */
    public static List<Cause> annotations(JsonNode annotations) {
        Causes causes = new Causes();
        new MetaRules(causes).annotations(annotations, "metadata.annotations");
        return causes.list();
    }

    private static void object(Causes causes, Type type, JsonNode tree, String path) {
        for (Field field : type.fields()) {
            field(causes, type, field, tree, path + "." + field.name());
        }
    }

    private static void field(Causes causes, Type type, Field field, JsonNode tree, String path) {
        JsonNode value = tree.path(field.name());
        boolean absent = value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.textValue().isEmpty());
        if (absent || (value.isArray() && value.isEmpty())) {
            if (FieldRules.required(type, field)) {
                String why = FieldRules.why(type, field);
                if (why.isEmpty()) {
                    causes.required(path);
                } else {
                    causes.required(path, why);
                }
                return;
            }
            if (absent && field.structured() && field.shape() == Field.Shape.SINGLE && descends(field)) {
                object(causes, field.type(), Json.object(), path);
                return;
            }
        }
        if (absent && !value.isTextual()) {
            return;
        }
        switch (field.shape()) {
            case SINGLE -> value(causes, type, field, value, path);
            case LIST -> {
                for (int at = 0; at < value.size(); at++) {
                    value(causes, type, field, value.get(at), Causes.at(path, at));
                }
            }
            case MAP -> {
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    value(causes, type, field, entry.getValue(), Causes.at(path, entry.getKey()));
                }
            }
        }
    }

    /** Of an absent struct the parts are missed, not the whole; selectors and other pointers have rules of their own. */
    private static boolean descends(Field field) {
        boolean template = field.name().equals("template") || field.name().equals("jobTemplate");
        return field.name().equals("spec") || (template && field.required());
    }

    private static void value(Causes causes, Type type, Field field, JsonNode value, String path) {
        if (field.structured()) {
            Type inner = field.type();
            if (inner.simpleName().equals("LabelSelector")) {
                new MetaRules(causes).selector(value, path);
            } else if (!inner.simpleName().equals("ObjectMeta")) {
                object(causes, inner, value, path);
            } else {
                MetaRules meta = new MetaRules(causes);
                meta.labels(value.path("labels"), path + ".labels");
                meta.annotations(value.path("annotations"), path + ".annotations");
            }
            return;
        }
        List<String> words = FieldRules.words(type, field);
        if (!words.isEmpty()
                && !words.contains(value.asText())
                && !value.asText().isEmpty()) {
            boolean hugePages = field.name().equals("medium") && value.asText().startsWith("HugePages-");
            if (!hugePages) {
                causes.unsupported(
                        path,
                        value.asText(),
                        words.stream().filter(word -> !word.isEmpty()).collect(Collectors.toSet()));
            }
        }
        if (value.isIntegralNumber()) {
            number(causes, type, field, value.longValue(), path);
        }
    }

    private static void number(Causes causes, Type type, Field field, long value, String path) {
        long least = FieldRules.least(type, field);
        if (value < least) {
            String why = least == 1 ? "must be greater than 0" : "must be greater than or equal to " + least;
            causes.invalid(path, value, why);
        }
        if (FieldRules.port(type, field) && (value < 1 || value > 65_535)) {
            boolean unset = value == 0 && field.name().equals("hostPort");
            if (value == 0 && field.name().equals("containerPort")) {
                causes.required(path);
            } else if (!unset) {
                causes.invalid(path, value, "must be between 1 and 65535, inclusive");
            }
        }
    }
}
