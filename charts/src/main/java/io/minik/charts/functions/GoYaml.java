package io.minik.charts.functions;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.schema.ManifestText;
import io.minik.charts.template.Budget;
import io.minik.charts.template.GoFloats;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.emitter.Emitter;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ImplicitTuple;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;

/**
 * Values as sigs.k8s.io/yaml writes them: sorted keys, sequences not indented, strings plain where they would be read as strings.
 * SnakeYAML writes; which style a string gets is go-yaml's rule.
 */
public final class GoYaml {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern INTEGER =
            Pattern.compile("[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)");
    private static final Pattern BASE_60 = Pattern.compile("[-+]?[0-9][0-9_]*+(?::[0-5]?[0-9])++(?:\\.[0-9_]*+)?");
    private static final Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
            + "(?:(?:[Tt]|[ ])[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?");
    private static final Pattern WORD =
            Pattern.compile("y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF"
                    + "||~|null|Null|NULL|\\.nan|\\.NaN|\\.NAN|[-+]?(\\.inf|\\.Inf|\\.INF)");

    private final Emitter emitter;
    private final Budget budget;

    private GoYaml(Writer out, Budget budget, boolean pretty) {
        DumperOptions options = new DumperOptions();
        options.setAllowUnicode(true);
        options.setSplitLines(true);
        options.setLineBreak(DumperOptions.LineBreak.UNIX);
        if (pretty) {
            options.setIndicatorIndent(2);
            options.setIndentWithIndicator(true);
            options.setWidth(Integer.MAX_VALUE);
        }
        this.emitter = new Emitter(out, options);
        this.budget = budget;
    }

    /** Pays for each letter before it is kept. */
    private static final class PaidWriter extends Writer {
        private final StringBuilder out = new StringBuilder();
        private final Budget budget;

        PaidWriter(Budget budget) {
            this.budget = budget;
        }

        @Override
        public void write(char[] letters, int from, int count) {
            budget.limit((long) out.length() + count);
            out.append(letters, from, count);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open that could be closed.
        }
    }

    /** With a line break at its end. @param pretty whether items are indented */
    public static String write(@Nullable Object value, boolean pretty, Budget budget) {
        PaidWriter out = new PaidWriter(budget);
        try {
            GoYaml yaml = new GoYaml(out, budget, pretty);
            yaml.emit(new StreamStartEvent(null, null));
            yaml.emit(new DocumentStartEvent(null, null, false, null, Map.of()));
            yaml.value(value);
            yaml.emit(new DocumentEndEvent(null, null, false));
            yaml.emit(new StreamEndEvent(null, null));
        } catch (IOException e) {
            throw new TemplateException(String.valueOf(e.getMessage()));
        }
        return out.out.toString();
    }

    private void emit(Event event) throws IOException {
        budget.spend(1);
        emitter.emit(event);
    }

    private void value(@Nullable Object value) throws IOException {
        budget.enter();
        if (value instanceof List<?> list) {
            emit(new SequenceStartEvent(null, null, true, null, null, style(list.isEmpty())));
            for (Object item : list) {
                value(item);
            }
            emit(new SequenceEndEvent(null, null));
        } else if (value instanceof Map) {
            Map<String, @Nullable Object> map = GoValues.map(value);
            List<String> keys = new ArrayList<>(map.keySet());
            keys.sort(NaturalOrder.GO_YAML);
            emit(new MappingStartEvent(null, null, true, null, null, style(keys.isEmpty())));
            for (String key : keys) {
                scalar(key, style(key));
                value(map.get(key));
            }
            emit(new MappingEndEvent(null, null));
        } else if (value instanceof String text) {
            scalar(text, style(text));
        } else if (value instanceof Double real) {
            scalar(number(real), ScalarStyle.PLAIN);
        } else if (value instanceof Struct struct) {
            scalar(struct.text(), style(struct.text()));
        } else {
            scalar(value == null ? "null" : value.toString(), ScalarStyle.PLAIN);
        }
        budget.leave();
    }

    private static DumperOptions.FlowStyle style(boolean empty) {
        return empty ? DumperOptions.FlowStyle.FLOW : DumperOptions.FlowStyle.BLOCK;
    }

    /** It goes through JSON, so a whole number is one. */
    private static String number(double value) {
        String json = GoJson.number(value);
        boolean whole =
                json.chars().allMatch(letter -> letter == '-' || Character.isDigit(letter)) && json.length() < 20;
        return whole ? json : GoFloats.text(value);
    }

    private void scalar(String text, ScalarStyle style) throws IOException {
        String written = GoStrings.bytes(text).length == text.length()
                ? text
                : text.codePoints().anyMatch(GoYaml::isLone)
                        ? Base64.getEncoder().encodeToString(GoStrings.bytes(text))
                        : text;
        emit(new ScalarEvent(null, null, new ImplicitTuple(true, true), written, null, null, style));
    }

    private static boolean isLone(int point) {
        return point >= 0xD800 && point <= 0xDFFF;
    }

    private static ScalarStyle style(String text) {
        if (text.indexOf('\n') >= 0) {
            return ScalarStyle.LITERAL;
        }
        return isOther(text) ? ScalarStyle.DOUBLE_QUOTED : ScalarStyle.PLAIN;
    }

    /** Whether it would be read as something else than a string. */
    private static boolean isOther(String text) {
        if (text.length() > 200) {
            return false;
        }
        String digits = text.replace("_", "");
        return WORD.matcher(text).matches()
                || NUMBER.matcher(digits).matches()
                || (INTEGER.matcher(digits).matches() && !digits.isEmpty())
                || BASE_60.matcher(text).matches()
                || TIME.matcher(text).matches();
    }

    /** @throws TemplateException in words that say where */
    public static @Nullable Object read(String text) {
        try {
            JsonNode tree = ManifestText.yaml(GoStrings.bytes(text));
            return GoJson.value(tree);
        } catch (IllegalArgumentException e) {
            throw new TemplateException("error converting YAML to JSON: " + e.getMessage());
        }
    }
}
