package io.minik.api.schema;

import io.minik.api.meta.Resource;
import io.minik.api.schema.Field.Kind;
import io.minik.api.schema.Field.Shape;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads schema.bin: the generator under src/generator says its layout, which stores these enums by position. */
@SuppressWarnings("EnumOrdinal")
final class SchemaReader {
    private static final int MAGIC = 0x4d4b5331;
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final DataInputStream in;
    private String[] words = {};
    private Type[] types = {};

    SchemaReader(DataInputStream in) {
        this.in = in;
    }

    Schema read() throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("schema.bin is of another version: build again");
        }
        words = new String[number()];
        for (int at = 0; at < words.length; at++) {
            words[at] = in.readUTF();
        }
        types();
        List<KindRow> kinds = new ArrayList<>();
        for (int left = number(); left > 0; left--) {
            kinds.add(kind());
        }
        return new Schema(List.of(types), List.copyOf(kinds));
    }

    /** Types come first as heads, then with fields: a field may name a type that stands behind it. */
    private void types() throws IOException {
        int count = number();
        List<List<RawField>> fields = new ArrayList<>(count);
        Type[] made = new Type[count];
        int docs = 0;
        for (int at = 0; at < count; at++) {
            String name = word();
            Type.Form form = Type.Form.values()[number()];
            boolean atomic = number() != 0;
            int size = number();
            made[at] = new Type(name, form, atomic, docs);
            docs += 1 + size;
            List<RawField> list = new ArrayList<>(size);
            for (int left = size; left > 0; left--) {
                list.add(rawField());
            }
            fields.add(list);
        }
        types = made;
        for (int at = 0; at < count; at++) {
            Field[] own = fields.get(at).stream().map(this::field).toArray(Field[]::new);
            made[at].fields(own);
        }
        for (Type type : made) {
            type.flatten();
        }
    }

    /** @param type one more than its place, 0 for scalars */
    private record RawField(Field.Said said, int type) {}

    private RawField rawField() throws IOException {
        String name = word();
        int number = number();
        int shape = number();
        int type = number();
        int flags = number();
        Field.Extra extra = null;
        if ((flags & (Field.HAS_PATCH_KEY | Field.HAS_DEFAULT | Field.HAS_KEYS)) != 0) {
            String patchKey = (flags & Field.HAS_PATCH_KEY) != 0 ? word() : "";
            String defaultJson = (flags & Field.HAS_DEFAULT) != 0 ? word() : "";
            List<String> keys = new ArrayList<>();
            if ((flags & Field.HAS_KEYS) != 0) {
                for (int left = number(); left > 0; left--) {
                    keys.add(word());
                }
            }
            extra = new Field.Extra(patchKey, defaultJson, List.copyOf(keys));
        }
        return new RawField(
                new Field.Said(name, number, Kind.values()[shape / 3], Shape.values()[shape % 3], flags, extra), type);
    }

    private Field field(RawField raw) {
        return new Field(raw.said, raw.type == 0 ? null : types[raw.type - 1]);
    }

    private KindRow kind() throws IOException {
        String group = word();
        String version = word();
        String plural = word();
        String kind = word();
        Resource resource = new Resource(group, version, plural, kind, number() != 0);
        Set<String> verbs = verbs();
        Type type = types[number()];
        List<Subresource> subresources = new ArrayList<>();
        for (int left = number(); left > 0; left--) {
            subresources.add(new Subresource(word(), word(), word(), word(), verbs()));
        }
        type.apiVersion(resource.apiVersion());
        return new KindRow(
                resource,
                kind.toLowerCase(Locale.ROOT),
                KindNames.shortNames(resource),
                KindNames.categories(resource),
                verbs,
                List.copyOf(subresources),
                KindNames.stored(resource),
                type,
                Optional.empty());
    }

    private Set<String> verbs() throws IOException {
        int bits = number();
        Set<String> verbs = new LinkedHashSet<>();
        for (int at = 0; at < VERBS.size(); at++) {
            if ((bits & 1 << at) != 0) {
                verbs.add(VERBS.get(at));
            }
        }
        return Collections.unmodifiableSet(verbs);
    }

    private String word() throws IOException {
        return words[number()];
    }

    private int number() throws IOException {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
    }
}
