package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.KindRow;
import io.minik.api.selector.FieldSelector;
import io.minik.api.selector.LabelSelector;
import io.minik.server.watchcache.Filter;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Predicate;

/**
 * Turns labelSelector and fieldSelector into filters. The few fields that a kind can be selected by are read from an
 * object once and kept as long as the object, so that a hundred kubelets' watches do not parse each pod a hundred times.
 */
final class Selections {
    private final KindStrategies strategies;
    private final Codec codec;
    private final Map<KubeObject, Map<String, String>> fields = Collections.synchronizedMap(new WeakHashMap<>());

    Selections(KindStrategies strategies, Codec codec) {
        this.strategies = strategies;
        this.codec = codec;
    }

    /** What a list, watch or deletecollection is about. @param key a name narrows it to one object */
    Filter filter(KindRow kind, ObjectKey key, String labelSelector, String fieldSelector) {
        Resource resource = codec.stored(kind.resource());
        LabelSelector labels = LabelSelector.parse(labelSelector);
        FieldSelector selected = FieldSelector.parse(fieldSelector);
        check(kind, selected);
        String name = key.name();
        Optional<String> byField = selected.requiredValue("metadata.name");
        if (name.isEmpty() && byField.isPresent()) {
            name = byField.get();
        }
        String namespace = key.namespace();
        Optional<String> namespaceByField = selected.requiredValue("metadata.namespace");
        if (namespace.isEmpty() && namespaceByField.isPresent() && resource.namespaced()) {
            namespace = namespaceByField.get();
        }
        if (!name.isEmpty() && !(resource.namespaced() && namespace.isEmpty())) {
            FieldSelector rest = selected.without("metadata.name", name).without("metadata.namespace", namespace);
            return Filter.one(ObjectKey.of(namespace, name).toString(), predicate(kind, labels, rest));
        }
        Filter filter = Filter.of(namespace, predicate(kind, labels, selected));
        return strategies
                .of(resource)
                .foundBy()
                .flatMap(field -> selected.requiredValue(field)
                        .map(value -> new Filter.Wanted(value, object -> value(kind, object, field))))
                .map(filter::wanting)
                .orElse(filter);
    }

    private Predicate<KubeObject> predicate(KindRow kind, LabelSelector labels, FieldSelector fields) {
        if (labels.isEmpty() && fields.isEmpty()) {
            return object -> true;
        }
        if (fields.isEmpty()) {
            return object -> labels.matches(object.meta().labels());
        }
        Predicate<KubeObject> byField = object -> fields.matches(field -> value(kind, object, field));
        return labels.isEmpty()
                ? byField
                : object -> labels.matches(object.meta().labels()) && byField.test(object);
    }

    private void check(KindRow kind, FieldSelector selector) {
        List<String> own = kind.added()
                .map(AddedKind::selectable)
                .orElseGet(() -> strategies.of(codec.stored(kind.resource())).selectableFields());
        for (FieldSelector.Term term : selector.terms()) {
            boolean known = term.field().equals("metadata.name")
                    || term.field().equals("metadata.namespace")
                    || own.contains(term.field());
            if (!known) {
                throw ApiException.badRequest("field label not supported: " + term.field());
            }
        }
    }

    private String value(KindRow kind, KubeObject object, String field) {
        if (field.equals("metadata.name")) {
            return object.name();
        }
        if (field.equals("metadata.namespace")) {
            return object.namespace();
        }
        if (kind.added().isPresent()) {
            // Which fields these are changes with the definition, and so may what an object says of them.
            JsonNode value = codec.view(kind.resource(), object).part(field.split("\\."));
            return value.isValueNode() && !value.isNull() ? value.asText() : "";
        }
        Map<String, String> known = fields.get(object);
        if (known == null) {
            known = read(codec.stored(kind.resource()), object.compact().tree());
            fields.put(object, known);
        }
        return known.getOrDefault(field, "");
    }

    private Map<String, String> read(Resource resource, JsonNode tree) {
        Map<String, String> values = strategies.of(resource).fieldsOf(tree);
        values.replaceAll((field, value) -> value.intern());
        return Map.copyOf(values);
    }
}
