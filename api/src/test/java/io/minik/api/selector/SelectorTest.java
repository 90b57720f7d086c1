package io.minik.api.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front", "n", "7", "empty", "");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app=web | true", "app==web | true", "app!=web | false", "app=other | false", "app | true",
                "!app | false", "!none | true", "none!=x | true", "app in (web,db) | true", "app notin (web) | false",
                "none notin (web) | true", "n>5 | true", "n<5 | false", "app>5 | false", "empty= | true",
                "app=web,tier=front | true", "app=web , tier in ( back ) | false", "app in (web),!none,n>6 | true"
            })
    void labelsMatchAsTheSelectorSays(String selector, boolean matches) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=b=c | unable to parse requirement: found '=', expected: ',' or 'end of string'",
                "a, | unable to parse requirement: found '', expected: identifier after ','",
                "a in b | unable to parse requirement: found 'b', expected: '('",
                "a>b | unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer"
            })
    void whatCannotBeReadIsABadRequest(String selector, String message) {
        assertThatThrownBy(() -> LabelSelector.parse(selector))
                .isInstanceOf(ApiException.class)
                .hasMessage(message);
    }

    @Test
    void anAbsentSelectorSelectsNothingAndAnEmptyOneEverything() {
        assertThat(LabelSelector.of(Json.object().path("selector")).matches(LABELS))
                .isFalse();
        assertThat(LabelSelector.of(Json.object()).matches(LABELS)).isTrue();
        assertThat(LabelSelector.parse("").isEmpty()).isTrue();
        String json =
                "{\"matchLabels\":{\"app\":\"web\"},\"matchExpressions\":[{\"key\":\"tier\",\"operator\":\"NotIn\","
                        + "\"values\":[\"back\"]}]}";
        LabelSelector selector = LabelSelector.of(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
        assertThat(selector.matches(LABELS)).isTrue();
        assertThat(selector.toString()).isEqualTo("app=web,tier!=back");
    }

    @Test
    void fieldSelectorsCompareAndUnescape() {
        FieldSelector selector = FieldSelector.parse("metadata.name=a\\,b,status.phase!=Failed");
        Map<String, String> fields = Map.of("metadata.name", "a,b", "status.phase", "Running");
        assertThat(selector.matches(field -> fields.getOrDefault(field, ""))).isTrue();
        assertThat(selector.requiredValue("metadata.name")).contains("a,b");
        assertThat(selector.toString()).isEqualTo("metadata.name=a\\,b,status.phase!=Failed");
        assertThatThrownBy(() -> FieldSelector.parse("nonsense"))
                .isInstanceOf(ApiException.class)
                .hasMessage("invalid selector: 'nonsense'; can't understand 'nonsense'");
    }

    @Test
    void aSelectorHasSoManyTermsAndNoMore() {
        assertThat(LabelSelector.parse("!a,".repeat(SelectorParser.MOST_TERMS - 1) + "!b")
                        .matches(LABELS))
                .isTrue();
        String values = "b,".repeat(SelectorParser.MOST_TERMS);
        for (String selector :
                new String[] {"!a,".repeat(SelectorParser.MOST_TERMS) + "!b", "a notin (" + values + "c)"}) {
            assertThatThrownBy(() -> LabelSelector.parse(selector))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("at most 2000 terms");
        }
        assertThatThrownBy(() -> FieldSelector.parse("a!=b,".repeat(SelectorParser.MOST_TERMS + 1)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("at most 2000 terms");
    }
}
