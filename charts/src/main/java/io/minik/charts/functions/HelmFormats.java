package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.Function.Body;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.TemplateException;
import io.minik.ground.json.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** YAML, JSON and TOML, to and from. The ones without {@code must} never fail: what is wrong is in the answer, as in Helm. */
final class HelmFormats {
    private HelmFormats() {}

    static void add(SprigFunctions to) {
        to.add("toYaml", in -> withoutEnd(yaml(in, false)), ANY);
        to.add("mustToYaml", in -> withoutEnd(yaml(in, false)), ANY);
        to.add("toYamlPretty", in -> withoutEnd(yaml(in, true)), ANY);
        to.add("fromYaml", in -> map(in, HelmFormats::fromYaml), STRING);
        to.add("fromYamlArray", in -> list(in, HelmFormats::fromYaml), STRING);
        to.add("toJson", in -> json(in, true, "", false), ANY);
        to.add("mustToJson", in -> json(in, true, "", true), ANY);
        to.add("toPrettyJson", in -> json(in, true, "  ", false), ANY);
        to.add("mustToPrettyJson", in -> json(in, true, "  ", true), ANY);
        to.add("toRawJson", in -> json(in, false, "", true), ANY);
        to.add("mustToRawJson", in -> json(in, false, "", true), ANY);
        to.add("fromJson", in -> map(in, HelmFormats::fromJson), STRING);
        to.add("fromJsonArray", in -> list(in, HelmFormats::fromJson), STRING);
        to.add("mustFromJson", HelmFormats::fromJson, STRING);
        to.add("toToml", in -> GoToml.write(in.get(0), in.budget()), ANY);
    }

    private static String yaml(Arguments in, boolean pretty) {
        return GoYaml.write(in.get(0), pretty, in.budget());
    }

    private static String withoutEnd(String text) {
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private static String json(Arguments in, boolean html, String indent, boolean must) {
        try {
            return GoJson.write(in.get(0), html, indent, in.budget());
        } catch (TemplateException e) {
            // Only what JSON can't say is nothing; who has spent all has nothing more to say.
            if (must || !String.valueOf(e.getMessage()).startsWith("json:")) {
                throw e;
            }
            return "";
        }
    }

    private static @Nullable Object fromYaml(Arguments in) {
        // Of a text that is all commas, each is an item.
        in.budget().letters(in.string(0).length());
        in.budget()
                .items(in.string(0)
                        .chars()
                        .filter(letter -> letter == ',' || letter == '\n')
                        .count());
        return GoYaml.read(in.string(0));
    }

    private static @Nullable Object fromJson(Arguments in) {
        // Of a text that is all commas, each is an item.
        in.budget().letters(in.string(0).length());
        in.budget()
                .items(in.string(0)
                        .chars()
                        .filter(letter -> letter == ',' || letter == '\n')
                        .count());
        try {
            JsonNode tree = Json.parse(GoStrings.bytes(in.string(0)));
            return GoJson.value(tree);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new TemplateException(String.valueOf(e.getMessage()));
        }
    }

    private static Object map(Arguments in, Body reader) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        try {
            Object value = reader.call(in);
            if (value instanceof Map) {
                return value;
            }
            if (value != null) {
                map.put(
                        "Error",
                        "json: cannot unmarshal " + said(value) + " into Go value of type map[string]interface {}");
            }
        } catch (TemplateException e) {
            map.put("Error", e.getMessage());
        }
        return map;
    }

    private static String said(Object value) {
        return value instanceof List
                ? "array"
                : value instanceof String ? "string" : value instanceof Boolean ? "bool" : "number";
    }

    private static Object list(Arguments in, Body reader) {
        List<@Nullable Object> list = new ArrayList<>();
        try {
            Object value = reader.call(in);
            if (value instanceof List) {
                return value;
            }
            if (value != null) {
                String kind = value instanceof Map ? "object" : said(value);
                list.add("json: cannot unmarshal " + kind + " into Go value of type []interface {}");
            }
        } catch (TemplateException e) {
            list.add(e.getMessage());
        }
        return list;
    }
}
