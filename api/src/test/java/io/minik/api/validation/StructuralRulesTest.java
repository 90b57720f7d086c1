package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
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

/** What a schema of a kind that was added lets through, and in which words it refuses the rest. */
class StructuralRulesTest {
    private static final Schema BUILT_IN = Schema.load();
    private static final Resource RESOURCE = new Resource("example.com", "v1", "widgets", "Widget", true);

    private static ObjectNode json(String text) {
        return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** @param spec the schema of .spec */
    private static KindRow kind(String spec) {
        ObjectNode schema = json("{'type':'object','properties':{'spec':" + spec + "}}");
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

    private static ObjectNode widget(KindRow kind, String spec) {
        String text = "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w','namespace':'n'},'spec':"
                + spec + "}";
        byte[] body = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ObjectNode tree = Decoder.decode(kind.type(), body, Format.JSON, FieldValidation.STRICT)
                .tree();
        Defaults.apply(kind, tree);
        return tree;
    }

    private static List<String> errors(String schema, String spec) {
        KindRow kind = kind(schema);
        return Validator.validate(kind, widget(kind, spec), Optional.empty(), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'type':'integer','minimum':1} | 0 | spec: Invalid value: 0: spec in body should be greater than or equal to 1
{'type':'integer','minimum':1,'exclusiveMinimum':true} | 1 | spec: Invalid value: 1: spec in body should be greater than 1
{'type':'number','maximum':1.5} | 1.75 | spec: Invalid value: 1.75: spec in body should be less than or equal to 1.5
{'type':'integer','maximum':9,'exclusiveMaximum':true} | 9 | spec: Invalid value: 9: spec in body should be less than 9
{'type':'integer','multipleOf':3} | 7 | spec: Invalid value: 7: spec in body should be a multiple of 3
{'type':'integer'} | 'three' | spec: Invalid value: "string": spec in body must be of type integer: "string"
{'type':'integer'} | 1.5 | spec: Invalid value: "number": spec in body must be of type integer: "number"
{'type':'integer','format':'int32'} | 3000000000 | <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec
{'type':'string'} | true | spec: Invalid value: "boolean": spec in body must be of type string: "boolean"
{'type':'string','enum':['b','a']} | 'c' | spec: Unsupported value: "c": supported values: "b", "a"
{'type':'integer','enum':[1,2]} | 3 | spec: Unsupported value: 3: supported values: "1", "2"
{'type':'string','maxLength':2} | 'abc' | spec: Too long: may not be more than 2 bytes
{'type':'string','minLength':2} | 'a' | spec: Invalid value: "a": spec in body should be at least 2 chars long
{'type':'string','pattern':'^[a-z]+$'} | 'A1' | spec: Invalid value: "A1": spec in body should match '^[a-z]+$'
{'type':'string','format':'ipv4'} | '1.2.3' | spec: Invalid value: "1.2.3": spec in body must be of type ipv4: "1.2.3"
{'type':'string','format':'date-time'} | 'now' | spec: Invalid value: "now": spec in body must be of type date-time: "now"
{'type':'string','format':'uuid'} | 'x' | spec: Invalid value: "x": spec in body must be of type uuid: "x"
{'type':'string','format':'cidr'} | '10.0.0.0' | spec: Invalid value: "10.0.0.0": spec in body must be of type cidr: "10.0.0.0"
{'type':'array','items':{'type':'string'},'minItems':1} | [] | spec: Invalid value: 0: spec in body should have at least 1 items
{'type':'array','items':{'type':'string'},'maxItems':1} | ['a','b'] | spec: Too many: 2: must have at most 1 items
{'type':'array','items':{'type':'string','maxLength':1}} | ['a','bc'] | spec[1]: Too long: may not be more than 1 bytes
{'type':'array','items':{'type':'string'},'x-kubernetes-list-type':'set'} | ['a','a'] | spec[1]: Duplicate value: "a"
{'type':'object','properties':{'a':{'type':'string'}},'required':['a']} | {} | spec.a: Required value
{'type':'object','additionalProperties':{'type':'integer','minimum':0}} | {'k':-1} | spec.k: Invalid value: -1: spec.k in body should be greater than or equal to 0
{'type':'object','additionalProperties':{'type':'string'},'minProperties':1} | {} | spec: Invalid value: 0: spec in body should have at least 1 properties
{'x-kubernetes-int-or-string':true} | true | spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean"
{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true} | {'apiVersion':'v1'} | spec.kind: Required value
{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true} | {'apiVersion':'a/b/c','kind':'Pod'} | spec.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c
{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true} | {'apiVersion':'v1','kind':'Pod','metadata':{'name':'a/b'}} | spec.metadata.name: Invalid value: "a/b": may not contain '/'
{'type':'string','format':'isbn'} | '123' | spec: Invalid value: "123": spec in body must be of type isbn: "123"
{'type':'string','format':'rgbcolor'} | 'rgb(1,2)' | spec: Invalid value: "rgb(1,2)": spec in body must be of type rgbcolor: "rgb(1,2)"
{'type':'string','format':'bsonobjectid'} | 'x' | spec: Invalid value: "x": spec in body must be of type bsonobjectid: "x"
{'type':'string','pattern':'^(a+)+$'} | 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' | spec: Invalid value: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab": spec in body should match '^(a+)+$'
{'type':'integer','not':{'enum':[4]}} | 4 | <nil>: Invalid value: "": "spec" must not validate the schema (not)
""")
    void aValueThatDoesNotFitIsRefusedInUpstreamsWords(String schema, String value, String error) {
        assertThat(errors(schema, value)).containsExactly(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'type':'integer','minimum':1} | 1
{'type':'integer'} | 2.0
{'type':'number'} | 2
{'type':'string','nullable':true} | null
{'type':'string','maxLength':2} | 'äö'
{'type':'string','format':'a-format-of-tomorrow'} | 'x'
{'type':'string','format':'isbn'} | '978-3-16-148410-0'
{'type':'string','format':'isbn10'} | '0-306-40615-2'
{'type':'string','format':'creditcard'} | '4111 1111 1111 1111'
{'type':'string','format':'ssn'} | '123-45-6789'
{'type':'string','format':'rgbcolor'} | 'rgb(1, 2, 255)'
{'x-kubernetes-int-or-string':true} | '50%'
{'x-kubernetes-int-or-string':true} | 7
{'type':'array','items':{'type':'string'}} | ['a','a']
{'type':'object','x-kubernetes-preserve-unknown-fields':true} | {'any':{'thing':[1]}}
{'type':'object','additionalProperties':{'type':'array','items':{'type':'integer'}}} | {'a':[1,2]}
{'type':'string','anyOf':[{'pattern':'^a'},{'pattern':'^b'}]} | 'bc'
""")
    void aValueThatFitsIsTaken(String schema, String value) {
        assertThat(errors(schema, value)).isEmpty();
    }

    @Test
    void alternativesAreToldWithTheNearest() {
        String two = "'oneOf':[{'required':['a']},{'required':['b']}]";
        String properties = "'properties':{'a':{'type':'string'},'b':{'type':'string'}}";
        String schema = "{'type':'object'," + properties + "," + two + "}";
        assertThat(errors(schema, "{}"))
                .containsExactly(
                        "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found none"
                                + " valid",
                        "spec.a: Required value");
        assertThat(errors(schema, "{'a':'x','b':'x'}"))
                .containsExactly(
                        "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2"
                                + " valid alternatives");
        assertThat(errors(schema, "{'b':'x'}")).isEmpty();
    }

    @Test
    void anItemOfAMapIsThereOnceByItsKeys() {
        String schema = "{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name'],'items':"
                + "{'type':'object','properties':{'name':{'type':'string'},'n':{'type':'integer'}},'required':['name']}}";
        assertThat(errors(schema, "[{'name':'a','n':1},{'name':'b'},{'name':'a','n':2}]"))
                .containsExactly("spec[2]: Duplicate value: {\"name\":\"a\"}");
    }

    @Test
    void whatAnUpdateLeavesAloneIsNotHeldAgainstIt() {
        KindRow loose = kind("{'type':'object','properties':{'n':{'type':'integer'},'m':{'type':'integer'}}}");
        KindRow strict = kind(
                "{'type':'object','properties':{'n':{'type':'integer','minimum':5},'m':{'type':'integer','minimum':5}}}");
        ObjectNode before = widget(loose, "{'n':1,'m':1}");
        ObjectNode after = widget(loose, "{'n':1,'m':2}");
        assertThat(Validator.validate(strict, after, Optional.of(before), ""))
                .extracting(cause -> cause.field())
                .containsExactly("spec.m");
    }

    @Test
    void nullsThatAreNoValuesGoAndDefaultsCome() {
        KindRow kind = kind("""
                {'type':'object','properties':{
                  'a':{'type':'string','default':'x'},'b':{'type':'string'},'c':{'type':'string','nullable':true,'default':'y'},
                  'inner':{'type':'object','default':{},'properties':{'n':{'type':'integer','default':3}}},
                  'list':{'type':'array','items':{'type':'object','properties':{'p':{'type':'string','default':'TCP'}}}}}}
                """);
        assertThat(widget(kind, "{'a':null,'b':null,'c':null,'list':[{},{'p':'UDP'}]}")
                        .path("spec"))
                .isEqualTo(json("{'a':'x','c':null,'list':[{'p':'TCP'},{'p':'UDP'}],'inner':{'n':3}}"));
        assertThat(widget(kind, "{}").path("spec")).isEqualTo(json("{'a':'x','c':'y','inner':{'n':3}}"));
    }
}
