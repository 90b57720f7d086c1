package io.minik.api.validation;

import io.minik.api.cel.CelType;
import io.minik.api.cel.Decl;
import io.minik.api.schema.Field;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What expressions come upon in objects of a kind: for telling ahead what they would not find. */
public final class TypeDecls {
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    /** Those that are being described: a type within itself is anything. */
    private final Set<String> open = new HashSet<>();

    private TypeDecls() {}

    /** @param schema in which the kind is */
    public static Decl of(KindRow row, Schema schema) {
        Optional<Decl> custom = row.type().structural().flatMap(structural -> Decl.of(structural.source(), true));
        Decl decl = custom.orElseGet(() -> new TypeDecls().object(row.type()));
        Optional<Type> meta = schema.findNamed(META);
        return meta.map(type -> decl.with("metadata", new TypeDecls().object(type)))
                .orElse(decl)
                .with("apiVersion", Decl.STRING)
                .with("kind", Decl.STRING);
    }

    private Decl object(Type type) {
        if (!open.add(type.name())) {
            return Decl.DYN;
        }
        Map<String, Decl> fields = new HashMap<>();
        for (Field field : type.fields()) {
            fields.put(field.name(), field(field));
        }
        open.remove(type.name());
        return Decl.object(type.name(), fields);
    }

    private Decl field(Field field) {
        Decl one = value(field);
        return switch (field.shape()) {
            case SINGLE -> one;
            case LIST -> Decl.list(one);
            case MAP -> Decl.map(one);
        };
    }

    private Decl value(Field field) {
        return switch (field.kind()) {
            case STRING -> Decl.STRING;
            case BOOL -> Decl.of(CelType.BOOL);
            case INT32, INT64 -> Decl.of(CelType.INT);
            case DOUBLE -> Decl.of(CelType.DOUBLE);
            case BYTES -> Decl.of(CelType.BYTES);
            case MESSAGE -> message(field.type());
        };
    }

    private Decl message(Type type) {
        return switch (type.form()) {
            case STRUCT -> object(type);
            case TIME, MICRO_TIME -> Decl.of(CelType.TIMESTAMP);
            default -> Decl.DYN;
        };
    }
}
