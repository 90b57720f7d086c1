package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.PackedSchema;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the expressions of a schema let through, at creation and at an update. */
class ExpressionRulesTest {
    private static final Schema BUILT_IN = Schema.load();
    private static final Resource RESOURCE = new Resource("example.com", "v1", "widgets", "Widget", true);
    private static final String FIELDS = "'properties':{'n':{'type':'integer'},'m':{'type':'integer'},"
            + "'list':{'type':'array','items':{'type':'object','properties':{'k':{'type':'string'},'v':{'type':'integer'}},"
            + "'x-kubernetes-validations':[{'rule':'self.v < 9'}]}},"
            + "'map':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],'items':{'type':'object',"
            + "'properties':{'k':{'type':'string'},'v':{'type':'integer'}},"
            + "'x-kubernetes-validations':[{'rule':'self.v >= oldSelf.v','message':'only grows'}]}},"
            + "'either':{'x-kubernetes-int-or-string':true}}";

    private static ObjectNode json(String text) {
        return Json.parseObject(text.replace('\'', '"').replace("`", "\\\"").getBytes(StandardCharsets.UTF_8));
    }

    /** @param rules of .spec */
    private static KindRow kind(String rules) {
        ObjectNode schema = json("{'type':'object','properties':{'spec':{'type':'object','x-kubernetes-validations':["
                + rules + "]," + FIELDS + "}}}");
        AddedKind.Words words = new AddedKind.Words("widget", "WidgetList", List.of(), List.of());
        return new AddedKind(
                        RESOURCE,
                        words,
                        RESOURCE,
                        PackedSchema.of(schema),
                        false,
                        Optional.empty(),
                        AddedKind.Versions.ONE,
                        false,
                        Optional.empty(),
                        List.of())
                .row(BUILT_IN);
    }

    private static ObjectNode widget(String spec) {
        return json("{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w','namespace':'n'},'spec':"
                + spec + "}");
    }

    private static List<String> errors(String rules, String spec, String old) {
        Optional<ObjectNode> before = old.isEmpty() ? Optional.empty() : Optional.of(widget(old));
        return Validator.validate(kind(rules), widget(spec), before, "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'rule':'self.n <= self.m'} | {'n':3,'m':2} | spec: Invalid value: "object": failed rule: self.n <= self.m
{'rule':'self.n <= self.m','message':'n is large'} | {'n':3,'m':2} | spec: Invalid value: "object": n is large
{'rule':'self.n < 3','messageExpression':'`n is ` + string(self.n)'} | {'n':3} | spec: Invalid value: "object": n is 3
{'rule':'self.n < 3','message':'plain','messageExpression':'string(self.n / 0)'} | {'n':3} | spec: Invalid value: "object": plain
{'rule':'self.n < 3','fieldPath':'.n','reason':'FieldValueForbidden','message':'no'} | {'n':3} | spec.n: Forbidden: no
{'rule':'self.n < 3','reason':'FieldValueRequired','message':'no'} | {'n':3} | spec: Required value: no
{'rule':'self.n < 3','reason':'FieldValueDuplicate'} | {'n':3} | spec: Duplicate value: "object"
{'rule':'self.m < 3'} | {'n':3} | spec: Invalid value: "object": no such key: m evaluating rule: self.m < 3
{'rule':'self.either < 3'} | {'either':'a'} | spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.either < 3
{'rule':'true'} | {'list':[{'v':1},{'v':9}]} | spec.list[1]: Invalid value: "object": failed rule: self.v < 9
{'rule':'self.n == 1'} | {'n':'one'} | spec.n: Invalid value: "string": spec.n in body must be of type integer: "string"; <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation
""")
    void aBrokenRuleIsToldInUpstreamsWords(String rule, String spec, String error) {
        assertThat(errors(rule, spec, "")).containsExactly(error.split("; (?=<nil>)"));
    }

    @Test
    void transitionsAreOfUpdatesAlone() {
        String rule = "{'rule':'self.n == oldSelf.n','message':'n stays'}";
        assertThat(errors(rule, "{'n':1}", "")).isEmpty();
        assertThat(errors(rule, "{'n':1}", "{'n':1}")).isEmpty();
        assertThat(errors(rule, "{'n':2}", "{'n':1}")).containsExactly("spec: Invalid value: \"object\": n stays");
        assertThat(errors("{'rule':'true'}", "{'map':[{'k':'b','v':1},{'k':'a','v':1}]}", "{'map':[{'k':'a','v':2}]}"))
                .containsExactly("spec.map[1]: Invalid value: \"object\": only grows");
    }

    @Test
    void anOptionalOldSelfIsThereAtCreationToo() {
        String rule = "{'rule':'oldSelf.hasValue() ? self.n >= oldSelf.value().n : self.n == 0','optionalOldSelf':true,"
                + "'message':'starts at 0'}";
        assertThat(errors(rule, "{'n':0}", "")).isEmpty();
        assertThat(errors(rule, "{'n':1}", "")).containsExactly("spec: Invalid value: \"object\": starts at 0");
        assertThat(errors(rule, "{'n':1}", "{'n':0}")).isEmpty();
    }

    @Test
    void whatAnUpdateLeavesAloneIsNotHeldAgainstIt() {
        String spec = "{'n':1,'list':[{'v':10}]}";
        assertThat(errors("{'rule':'self.n > 5'}", spec, spec)).isEmpty();
        assertThat(errors("{'rule':'self.n > 0'}", "{'n':2,'list':[{'v':10}]}", spec))
                .isEmpty();
        assertThat(errors("{'rule':'self.n > 0'}", "{'n':1,'list':[{'v':10},{'v':1}]}", spec))
                .containsExactly("spec.list[0]: Invalid value: \"object\": failed rule: self.v < 9");
    }

    @Test
    void aRunThatCostsTooMuchEndsTheChecks() {
        String ten = "[0,1,2,3,4,5,6,7,8,9]";
        String deep = ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, " + ten
                + ".all(e, a+b+c+d+e >= 0)))))";
        assertThat(errors("{'rule':'" + deep + "','message':'deep'},{'rule':'false'}", "{'n':1}", ""))
                .containsExactly(
                        "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further"
                                + " validation rules will be run due to call cost exceeds limit for rule: deep");
    }
}
