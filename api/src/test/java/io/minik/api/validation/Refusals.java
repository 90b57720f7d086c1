package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What is said of an object when it is created, after its defaults: a line a cause, its field first. */
final class Refusals {
    private static final Schema SCHEMA = Schema.load();

    private Refusals() {}

    /** @param body what comes after apiVersion and kind, with ' for "; it gets a name if it has no metadata */
    static List<String> of(String apiVersion, String kind, String body) {
        KindRow row = SCHEMA.findKind(apiVersion, kind).orElseThrow();
        return Validator.validate(row, object(row, apiVersion, kind, body), Optional.empty(), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    /** The same of a change. */
    static List<String> ofChange(String apiVersion, String kind, String before, String after) {
        KindRow row = SCHEMA.findKind(apiVersion, kind).orElseThrow();
        ObjectNode old = object(row, apiVersion, kind, before);
        return Validator.validate(row, object(row, apiVersion, kind, after), Optional.of(old), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static ObjectNode object(KindRow row, String apiVersion, String kind, String body) {
        String namespace = row.resource().namespaced() ? ",'namespace':'default'" : "";
        String head = "'apiVersion':'" + apiVersion + "','kind':'" + kind + "',";
        String meta = body.startsWith("'metadata'") ? "" : "'metadata':{'name':'one'" + namespace + "},";
        String text = "{" + head + meta + body + "}";
        ObjectNode object = Decoder.decode(
                        row.type(),
                        text.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        Format.JSON,
                        FieldValidation.STRICT)
                .tree();
        Defaults.apply(row, object);
        return object;
    }

    /** @param words one cause, or ok for none */
    static void are(String apiVersion, String kind, String body, String words) {
        List<String> expected = words.equals("ok") ? List.of() : List.of(words.split("; "));
        assertThat(of(apiVersion, kind, body)).as(body).isEqualTo(expected);
    }
}
