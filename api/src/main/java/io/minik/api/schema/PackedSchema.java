package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * An OpenAPI schema as long as nobody asks for it: some tenth of its text, where its tree is ten times its text. Hundreds of
 * definitions are stored in a cluster of which a few have objects that anybody writes.
 */
public final class PackedSchema {
    private final byte[] deflated;

    private PackedSchema(byte[] deflated) {
        this.deflated = deflated;
    }

    public static PackedSchema of(JsonNode schema) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(Json.bytes(schema));
        } catch (IOException e) {
            throw new UncheckedIOException("deflating in memory", e);
        }
        return new PackedSchema(bytes.toByteArray());
    }

    /** A tree of its own. */
    public JsonNode tree() {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
            return Json.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("inflating in memory", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PackedSchema schema && Arrays.equals(deflated, schema.deflated);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(deflated);
    }
}
