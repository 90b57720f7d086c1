package io.minik.api.schema;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Descriptions of types and fields: some 600 KB, so loaded when OpenAPI is asked for, and let go by who asked. */
public final class Docs {
    private final List<String> texts;

    private Docs(List<String> texts) {
        this.texts = texts;
    }

    /** The place of a type whose words are not here. */
    static final int NONE = -1;

    public static Docs load() {
        List<String> texts = new ArrayList<>();
        try (InputStream stream = Docs.class.getResourceAsStream("schema-docs.bin")) {
            if (stream == null) {
                throw new IllegalStateException("schema-docs.bin is not on the class path: build again");
            }
            DataInputStream in = new DataInputStream(new BufferedInputStream(stream));
            while (true) {
                texts.add(in.readUTF());
            }
        } catch (EOFException end) {
            return new Docs(texts);
        } catch (IOException e) {
            throw new UncheckedIOException("reading schema-docs.bin", e);
        }
    }

    /** Empty if there is none. */
    public String of(Type type) {
        return type.docsIndex() == NONE ? "" : texts.get(type.docsIndex());
    }

    /** Of a field by its JSON name; looks into inlined messages too. Empty if there is none. */
    public String of(Type type, Field field) {
        if (type.docsIndex() == NONE) {
            return "";
        }
        List<Field> fields = type.message();
        for (int at = 0; at < fields.size(); at++) {
            Field own = fields.get(at);
            if (own == field) {
                return texts.get(type.docsIndex() + 1 + at);
            }
            if (own.inline() && own.type().field(field.name()).isPresent()) {
                return of(own.type(), field);
            }
        }
        return "";
    }
}
