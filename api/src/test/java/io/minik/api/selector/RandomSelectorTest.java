package io.minik.api.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Selectors that are made together with what they mean; each is read, asked, printed and read again. */
class RandomSelectorTest {
    private static final List<String> KEYS = List.of("app", "tier", "example.com/zone", "in", "notin", "n");
    private static final List<String> VALUES = List.of("", "web", "db", "7", "12", "in", "a_b.c");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private String key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private String value() {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    private String space() {
        return random.nextInt(4) == 0 ? " " : "";
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new HashMap<>();
        for (String key : KEYS) {
            if (random.nextBoolean()) {
                labels.put(key, value());
            }
        }
        return labels;
    }

    /** One requirement: its text, and the same as a predicate. */
    private record Made(String text, Predicate<Map<String, String>> means) {}

    private Made requirement() {
        String key = key();
        String value = value();
        TreeSet<String> some = new TreeSet<>(List.of(value(), value(), value()));
        String list = space() + "(" + String.join("," + space(), some) + space() + ")";
        int bound = random.nextInt(20);
        return switch (random.nextInt(8)) {
            case 0 -> new Made(key + space() + "=" + space() + value, labels -> value.equals(labels.get(key)));
            case 1 -> new Made(key + "==" + value, labels -> value.equals(labels.get(key)));
            case 2 -> new Made(key + space() + "!=" + value, labels -> !value.equals(labels.get(key)));
            case 3 -> new Made(key + " in" + list, labels -> labels.containsKey(key) && some.contains(labels.get(key)));
            case 4 ->
                new Made(key + " notin" + list, labels -> !labels.containsKey(key) || !some.contains(labels.get(key)));
            case 5 -> new Made(key, labels -> labels.containsKey(key));
            case 6 -> new Made("!" + space() + key, labels -> !labels.containsKey(key));
            default -> {
                boolean more = random.nextBoolean();
                yield new Made(key + space() + (more ? ">" : "<") + space() + bound, labels -> {
                    String text = labels.getOrDefault(key, "");
                    boolean number = text.matches("[0-9]+");
                    return number && (more ? Long.parseLong(text) > bound : Long.parseLong(text) < bound);
                });
            }
        };
    }

    @Test
    void aSelectorMeansWhatItsMakerMeant() {
        System.out.println("-Dseed=" + seed);
        for (int i = 0; i < 20_000; i++) {
            List<String> texts = new ArrayList<>();
            Predicate<Map<String, String>> all = labels -> true;
            for (int n = random.nextInt(4); n > 0; n--) {
                Made made = requirement();
                texts.add(made.text());
                all = all.and(made.means());
            }
            String text = String.join("," + space(), texts);
            LabelSelector selector = LabelSelector.parse(text);
            LabelSelector again = LabelSelector.parse(selector.toString());
            assertThat(again.toString()).as(text).isEqualTo(selector.toString());
            for (int n = 0; n < 5; n++) {
                Map<String, String> labels = labels();
                assertThat(selector.matches(labels))
                        .as("%s of %s", text, labels)
                        .isEqualTo(all.test(labels));
                assertThat(again.matches(labels))
                        .as("%s of %s", selector, labels)
                        .isEqualTo(all.test(labels));
            }
        }
    }

    @Test
    void whateverIsWrittenIsReadOrRefusedAsABadRequest() {
        System.out.println("-Dseed=" + seed);
        String letters = "ab=!(),<> \\.:in/\u00e9-_0";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                LabelSelector selector = LabelSelector.parse(text.toString());
                assertThat(LabelSelector.parse(selector.toString()).toString()).isEqualTo(selector.toString());
            } catch (ApiException refused) {
                assertThat(refused.status().code()).as(text.toString()).isEqualTo(400);
            }
            try {
                FieldSelector selector = FieldSelector.parse(text.toString());
                assertThat(FieldSelector.parse(selector.toString()).terms()).isEqualTo(selector.terms());
            } catch (ApiException refused) {
                assertThat(refused.status().code()).as(text.toString()).isEqualTo(400);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            metadata.name=a              | metadata.name=a
            metadata.name==a             | metadata.name=a
            metadata.name!=a             | metadata.name!=a
            a=b,c!=d                     | a=b,c!=d
            a=b\\,c                      | a=b\\,c
            a=b\\=c                      | a=b\\=c
            a=b\\\\c                     | a=b\\\\c
            a=                           | a=
            a=b,                         | a=b
            """)
    void fieldSelectorsArePrintedAsTheyAreRead(String text, String printed) {
        assertThat(FieldSelector.parse(text).toString()).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            a         | invalid selector: 'a'; can't understand 'a'
            a=b,c     | invalid selector: 'a=b,c'; can't understand 'c'
            a=b=c     | invalid field selector: invalid value: 'b=c' in 'a=b=c'
            a=b\\\\n\\x | invalid field selector: invalid value: 'b\\\\n\\x' in 'a=b\\\\n\\x'
            """)
    void fieldSelectorsThatAreNone(String text, String message) {
        assertThatThrownBy(() -> FieldSelector.parse(text))
                .isInstanceOf(ApiException.class)
                .hasMessage(message);
    }

    @Test
    void whatIsKnownNeedsNoComparison() {
        FieldSelector selector = FieldSelector.parse("spec.nodeName=n1,status.phase!=Failed");
        assertThat(selector.without("spec.nodeName", "n1").toString()).isEqualTo("status.phase!=Failed");
        assertThat(selector.without("spec.nodeName", "n2").toString()).isEqualTo(selector.toString());
        assertThat(selector.without("status.phase", "Failed").toString()).isEqualTo(selector.toString());
        assertThat(selector.requiredValue("spec.nodeName")).contains("n1");
        assertThat(selector.requiredValue("status.phase")).isEmpty();
        assertThat(FieldSelector.parse("").isEmpty()).isTrue();
        assertThat(FieldSelector.parse(",").isEmpty()).isTrue();
    }
}
