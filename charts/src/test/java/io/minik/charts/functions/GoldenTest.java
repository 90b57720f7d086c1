package io.minik.charts.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.charts.template.Budget;
import io.minik.charts.template.Function;
import io.minik.charts.template.Function.Kind;
import io.minik.charts.template.Template;
import io.minik.charts.template.TemplateException;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each line of goldens.jsonl is what Go's text/template and sprig made of a template (src/test/goldens). */
class GoldenTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

    /** Where this engine says otherwise on purpose, with why. By template. */
    private static final Map<String, String> DIFFERENT = different();

    @Test
    void templatesRenderAndFailAsInGo() throws IOException {
        Map<String, String> wrong = new LinkedHashMap<>();
        for (String line : text("goldens.jsonl").lines().toList()) {
            JsonNode golden = Json.parse(line.getBytes(StandardCharsets.UTF_8));
            String template = golden.get("template").textValue();
            String want = golden.get("error").textValue().isEmpty()
                    ? golden.get("out").textValue()
                    : "ERROR " + golden.get("error").textValue();
            String made = run(template);
            if (!made.equals(DIFFERENT.getOrDefault(template, want))) {
                wrong.put(template, "\n  want: " + want + "\n  made: " + made);
            }
        }
        assertThat(wrong).isEmpty();
    }

    static String run(String template) {
        Map<String, Function> functions = new HashMap<>(SprigFunctions.all(CLOCK, new Random(1)));
        List<Template> own = new ArrayList<>();
        functions.put(
                "include",
                Function.of(in -> own.get(0).execute(in.string(0), in.get(1), in.budget()), Kind.STRING, Kind.ANY));
        functions.put("tpl", Function.of(in -> tpl(own.get(0).with(functions), in), Kind.STRING, Kind.ANY));
        functions.put("lookup", Function.of(in -> Map.of(), Kind.STRING, Kind.STRING, Kind.STRING, Kind.STRING));
        Template templates = new Template(functions);
        own.add(templates);
        try {
            templates.parse("t.yaml", template);
            @Nullable Object data = GoJson.value(Json.parse(text("data.json").getBytes(StandardCharsets.UTF_8)));
            return templates.execute("t.yaml", data, Budget.ofOneChart());
        } catch (TemplateException e) {
            return "ERROR "
                    + String.valueOf(e.getMessage()).replace("\u0001", "").replace("\u0002", "");
        }
    }

    private static String tpl(Template templates, Function.Arguments in) {
        templates.parse("gotpl", in.string(0));
        return templates.execute("gotpl", in.get(1), in.budget());
    }

    private static String text(String name) {
        try (InputStream in = GoldenTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> different() {
        Map<String, String> different = new HashMap<>();
        // YAML's y is a string, as in all else that minik reads.
        different.put("{{ (fromYaml \"a: 1\\nb: [x, y]\").b }} {{ (fromYaml \"a: {b: c}\").a.b }}", "[x y] c");
        // Go 1.21 says so too.
        different.put("{{ 1) }}", "ERROR template: t.yaml:1: unexpected right paren");
        // Helm's set of templates has this name.
        different.put(
                "{{ include \"nope\" . }}",
                "ERROR template: t.yaml:1:3: executing \"t.yaml\" at <include \"nope\" .>: error calling include: "
                        + "template: no template \"nope\" associated with template \"gotpl\"");
        // SnakeYAML takes an empty key for one that is not simple; it reads as the same.
        different.put(
                "{{ toYaml (dict \"k\" \"v:w\" \"x y\" 1 \"1\" 2 \"true\" 3 \"\" 4 \"é\" 5 \"a.b/c\" 6) }}",
                "? \"\"\n: 4\n\"1\": 2\na.b/c: 6\nk: v:w\n\"true\": 3\nx y: 1\né: 5");
        return different;
    }
}
