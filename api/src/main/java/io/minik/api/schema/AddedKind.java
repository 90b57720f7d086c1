package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resource;
import io.minik.api.schema.Field.Kind;
import io.minik.api.schema.Field.Said;
import io.minik.api.schema.Field.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind that is none of Kubernetes' own, made from an OpenAPI v3 schema while the server runs. Its type is a projection of
 * the schema: what apply needs to know of lists, maps and structs; all else that the schema says is asked of it itself.
 *
 * @param stored the resource whose objects its are: itself, or another version
 * @param schema of one object, structural; no object at all means that it says nothing and all is kept
 * @param scale where a Scale is in the object, if it has one
 * @param versions how it is stored
 * @param terminating its definition is being deleted: no object comes any more
 * @param deprecation what who asks for this version is warned of
 * @param selectable the fields by which its objects can be selected: {@code spec.colour}
 */
public record AddedKind(
        Resource resource,
        Words words,
        Resource stored,
        PackedSchema schema,
        boolean status,
        Optional<ScalePaths> scale,
        Versions versions,
        boolean terminating,
        Optional<String> deprecation,
        List<String> selectable) {
    private static final Set<String> VERBS =
            ordered("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final Set<String> PART_VERBS = ordered("get", "patch", "update");
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final Type INT_OR_STRING =
            new Type("k8s.io.apimachinery.pkg.util.intstr.IntOrString", Type.Form.INT_OR_STRING, false, Docs.NONE);
    private static final Type ANY = new Type("k8s.io.api.any.v1.JSON", Type.Form.JSON, false, Docs.NONE);

    /** What users call it besides its kind and plural. */
    public record Words(String singular, String listKind, List<String> shortNames, List<String> categories) {}

    /**
     * What a stored object may be besides one of this very kind.
     *
     * @param several whether it may be of another version, or of another schema
     * @param conversion who makes one version's objects of another's; empty: they differ in nothing but the version's name
     */
    public record Versions(boolean several, Optional<Conversion> conversion) {
        public static final Versions ONE = new Versions(false, Optional.empty());
        public static final Versions SEVERAL = new Versions(true, Optional.empty());
    }

    public boolean versioned() {
        return versions.several();
    }

    public Optional<Conversion> conversion() {
        return versions.conversion();
    }

    /** A webhook. @param definition whose versions it converts; @param webhook of its spec.conversion */
    public record Conversion(String definition, JsonNode webhook) {}

    /** Paths into the object, {@code [spec, replicas]}. @param selector may be empty */
    public record ScalePaths(List<String> replicas, List<String> statusReplicas, List<String> selector) {
        /** @param path as definitions say it: {@code .spec.replicas} */
        public static List<String> path(String path) {
            return path.isEmpty()
                    ? List.of()
                    : List.of(path.replaceFirst("^\\.", "").split("\\."));
        }
    }

    /** Its row. @param builtIn where the types of metadata come from */
    public KindRow row(Schema builtIn) {
        List<String> group = new ArrayList<>(Arrays.asList(resource.group().split("\\.")));
        Collections.reverse(group);
        String prefix = String.join(".", group) + "." + resource.version() + ".";
        String name = prefix + resource.kind();
        Type metadata = builtIn.requireNamed(META + "ObjectMeta");
        Type type = new Type(name, Type.Form.STRUCT, false, Docs.NONE);
        type.madeWhenAsked(() -> {
            Structural structural = Structural.of(schema.tree());
            return new Type.Made(structural, fields(name, structural, Optional.of(metadata)));
        });
        type.apiVersion(resource.apiVersion());
        Type list = new Type(prefix + words.listKind(), Type.Form.STRUCT, false, Docs.NONE);
        list.fields(new Field[] {
            string("apiVersion"),
            string("kind"),
            single("metadata", builtIn.requireNamed(META + "ListMeta")),
            new Field(new Said("items", 0, Kind.MESSAGE, Shape.LIST, Field.REQUIRED | Field.ATOMIC, null), type)
        });
        list.flatten();
        type.list(list);
        List<Subresource> parts = new ArrayList<>();
        if (scale.isPresent()) {
            parts.add(new Subresource("scale", "autoscaling", "v1", "Scale", PART_VERBS));
        }
        if (status) {
            parts.add(new Subresource("status", resource.group(), resource.version(), resource.kind(), PART_VERBS));
        }
        return new KindRow(
                resource,
                words.singular(),
                words.shortNames(),
                words.categories(),
                VERBS,
                List.copyOf(parts),
                stored,
                type,
                Optional.of(this));
    }

    private static Set<String> ordered(String... words) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(words)));
    }

    private static Field string(String name) {
        return new Field(new Said(name, 0, Kind.STRING, Shape.SINGLE, 0, null), null);
    }

    private static Field single(String name, Type type) {
        return new Field(new Said(name, 0, Kind.MESSAGE, Shape.SINGLE, 0, null), type);
    }

    private static Type struct(String name, Structural schema) {
        boolean atomic = schema.says("x-kubernetes-map-type").asText().equals("atomic");
        Type type = new Type(name, Type.Form.STRUCT, atomic, Docs.NONE);
        type.structural(schema);
        type.fields(fields(name, schema, Optional.empty()));
        type.flatten();
        return type;
    }

    /** @param metadata there if it is an object of a kind */
    private static Field[] fields(String name, Structural schema, Optional<Type> metadata) {
        List<Field> fields = new ArrayList<>();
        Set<String> heads = new LinkedHashSet<>();
        metadata.ifPresent(meta -> {
            fields.addAll(List.of(string("apiVersion"), string("kind"), single("metadata", meta)));
            heads.addAll(List.of("apiVersion", "kind", "metadata"));
        });
        schema.properties().forEach((field, part) -> {
            if (!heads.contains(field)) {
                fields.add(field(name, field, part, schema.requires(field) ? Field.REQUIRED : 0));
            }
        });
        return fields.toArray(Field[]::new);
    }

    private static Field field(String owner, String name, Structural part, int required) {
        String below = owner + "." + name;
        String fallback = part.fallback().map(JsonNode::toString).orElse("");
        if (part.type().equals("array") && part.items().isPresent()) {
            boolean keyed = part.listType().equals("map");
            int listType =
                    keyed ? Field.KEYED | Field.HAS_KEYS : part.listType().equals("set") ? Field.SET : Field.ATOMIC;
            return value(below, part.items().get())
                    .as(name, Shape.LIST, required | listType, new Field.Extra("", fallback, part.listMapKeys()));
        }
        boolean map = part.type().equals("object")
                && part.properties().isEmpty()
                && part.additional().isPresent();
        Field.Extra extra = new Field.Extra("", fallback, List.of());
        if (map) {
            boolean atomic = part.says("x-kubernetes-map-type").asText().equals("atomic");
            return value(below, part.additional().get())
                    .as(name, Shape.MAP, required | (atomic ? Field.ATOMIC : 0), extra);
        }
        return value(below, part).as(name, Shape.SINGLE, required, extra);
    }

    /** What a value is, without how many there are. */
    private record One(Kind kind, @Nullable Type type) {
        Field as(String name, Shape shape, int flags, Field.Extra extra) {
            return new Field(new Said(name, 0, kind, shape, flags, extra), type);
        }
    }

    private static One value(String name, Structural schema) {
        if (schema.intOrString()) {
            return new One(Kind.MESSAGE, INT_OR_STRING);
        }
        return switch (schema.type()) {
            case "string" -> new One(Kind.STRING, null);
            case "boolean" -> new One(Kind.BOOL, null);
            case "integer" -> new One(Kind.INT64, null);
            case "number" -> new One(Kind.DOUBLE, null);
            case "object" ->
                schema.properties().isEmpty() || schema.additional().isPresent()
                        ? new One(Kind.MESSAGE, ANY)
                        : new One(Kind.MESSAGE, struct(name, schema));
            // A list in a list, or what may be anything: apply takes it whole.
            default -> new One(Kind.MESSAGE, ANY);
        };
    }
}
