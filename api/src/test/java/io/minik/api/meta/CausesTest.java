package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import io.minik.api.meta.Status.Cause;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The words of apimachinery's field.Error, as kubectl's users know them. */
class CausesTest {
    @Test
    void aRequiredFieldIsNamed() {
        said(new Causes().required("spec.ports"), "FieldValueRequired", "spec.ports: Required value");
        said(
                new Causes().required("metadata.name", "name or generateName is required"),
                "FieldValueRequired",
                "metadata.name: Required value: name or generateName is required");
    }

    @Test
    void anInvalidValueIsShownInQuotesIfItIsText() {
        said(
                new Causes().invalid("spec.a", "x\"y\n", "why"),
                "FieldValueInvalid",
                "spec.a: Invalid value: \"x\\\"y\\n\": why");
        said(
                new Causes().invalid("spec.a", "<b> ä\007\033\u0085", "why"),
                "FieldValueInvalid",
                "spec.a: Invalid value: \"<b> ä\\a\\x1b\\u0085\": why");
        said(new Causes().invalid("spec.a", -1, "why"), "FieldValueInvalid", "spec.a: Invalid value: -1: why");
        said(
                new Causes().invalid("spec.a", NullNode.getInstance(), "why"),
                "FieldValueInvalid",
                "spec.a: Invalid value: null: why");
        said(
                new Causes().invalid("spec.a", Json.array().add("b"), "why"),
                "FieldValueInvalid",
                "spec.a: Invalid value: [\"b\"]: why");
        said(
                new Causes().typeInvalid("spec.a", "string", "must be of type integer"),
                "FieldValueTypeInvalid",
                "spec.a: Invalid value: \"string\": must be of type integer");
        said(
                new Causes().immutable("spec.a", Json.parse("{\"b\":1}".getBytes(StandardCharsets.UTF_8))),
                "FieldValueInvalid",
                "spec.a: Invalid value: {\"b\":1}: field is immutable");
    }

    @Test
    void whatIsSupportedIsListedInOrder() {
        said(
                new Causes().unsupported("spec.type", "x", Set.of("b", "a")),
                "FieldValueNotSupported",
                "spec.type: Unsupported value: \"x\": supported values: \"a\", \"b\"");
        said(
                new Causes().unsupported("target.kind", "x", List.of("Node", "<empty>")),
                "FieldValueNotSupported",
                "target.kind: Unsupported value: \"x\": supported values: \"Node\", \"<empty>\"");
    }

    @Test
    void duplicatesAndWhatIsMissingShowTheValueAndWhatIsForbiddenDoesNot() {
        said(new Causes().duplicate("a[1]", "x"), "FieldValueDuplicate", "a[1]: Duplicate value: \"x\"");
        said(new Causes().notFound("a", "x"), "FieldValueNotFound", "a: Not found: \"x\"");
        said(new Causes().forbidden("a", "may not change"), "FieldValueForbidden", "a: Forbidden: may not change");
    }

    @Test
    void whatIsTooLargeSaysHowLargeItMayBe() {
        said(new Causes().tooLong("data", 10), "FieldValueTooLong", "data: Too long: may not be more than 10 bytes");
        said(
                new Causes().tooMany("spec.a", 3, 2),
                "FieldValueTooMany",
                "spec.a: Too many: 3: must have at most 2 items");
    }

    @Test
    void pathsNameItemsByIndexAndEntriesByKey() {
        assertThat(Causes.at("spec.ports", 1) + ".port").isEqualTo("spec.ports[1].port");
        assertThat(Causes.at("metadata.labels", "a.b/c")).isEqualTo("metadata.labels[a.b/c]");
    }

    @Test
    void severalStandInBracketsAndEachIsToldOnce() {
        Causes causes = new Causes().required("a").required("a").forbidden("", "no field");
        assertThat(causes).hasToString("[a: Required value, Forbidden: no field]");
        Resource pods = new Resource("", "v1", "pods", "Pod", true);
        Status status = causes.refusal(pods, "p").status();
        assertThat(status.code()).isEqualTo(422);
        assertThat(status.message()).isEqualTo("Pod \"p\" is invalid: [a: Required value, Forbidden: no field]");
        assertThat(status.details().causes()).isEqualTo(causes.list());
    }

    /** A hostile object has no end of errors. */
    @Test
    void nobodyIsToldMoreThanTwoHundred() {
        Causes causes = new Causes();
        for (int at = 0; at < 1000; at++) {
            causes.required(Causes.at("a", at));
        }
        assertThat(causes.list()).hasSize(200);
    }

    private static void said(Causes causes, String reason, String text) {
        assertThat(causes.list()).extracting(Cause::reason).containsExactly(reason);
        assertThat(causes).hasToString(text);
    }
}
