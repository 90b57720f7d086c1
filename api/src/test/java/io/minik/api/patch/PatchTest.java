package io.minik.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchTest {
    private static final Type POD = Schema.load().kind(Resources.PODS).type();

    /** JSON with single quotes. */
    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':1} | [{'op':'add','path':'/b','value':[1]}] | {'a':1,'b':[1]}",
                "{'a':[1,3]} | [{'op':'add','path':'/a/1','value':2}] | {'a':[1,2,3]}",
                "{'a':[1]} | [{'op':'add','path':'/a/-','value':2}] | {'a':[1,2]}",
                "{'a':{'b':1}} | [{'op':'remove','path':'/a/b'}] | {'a':{}}",
                "{'a':{'x/y':1,'m~n':2}} | [{'op':'replace','path':'/a/x~1y','value':3},{'op':'remove','path':'/a/m~0n'}] | {'a':{'x/y':3}}",
                "{'a':1} | [{'op':'move','from':'/a','path':'/b'}] | {'b':1}",
                "{'a':[1]} | [{'op':'copy','from':'/a','path':'/b'},{'op':'add','path':'/b/-','value':2}] | {'a':[1],'b':[1,2]}",
                "{'a':1} | [{'op':'test','path':'/a','value':1.0},{'op':'replace','path':'/a','value':null}] | {'a':null}"
            })
    void jsonPatchesApply(String doc, String ops, String expected) {
        assertThat(JsonPatch.apply(json(doc), json(ops))).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{'op':'remove','path':'/none'}] | remove operation does not apply",
                "[{'op':'test','path':'/a','value':2}] | testing value /a failed: test failed",
                "[{'op':'replace','path':'/l/9','value':2}] | replace operation does not apply",
                "[{'op':'add','path':'/l/9','value':2}] | Unable to access invalid index",
                "[{'op':'frob','path':'/a'}] | Unexpected kind: frob"
            })
    void jsonPatchesThatDoNotApplyAreUnprocessable(String ops, String why) {
        assertThatThrownBy(() -> JsonPatch.apply(json("{'a':1,'l':[1]}"), json(ops)))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.status().code()).isEqualTo(422);
                    assertThat(e.status().message())
                            .startsWith("the server rejected our request due to an error in our request: ")
                            .contains(why);
                });
    }

    @Test
    void jsonPatchesAreBounded() {
        var ops = Json.array();
        for (int at = 0; at <= JsonPatch.MAX_OPERATIONS; at++) {
            ops.addObject().put("op", "add").put("path", "/a").put("value", at);
        }
        assertThatThrownBy(() -> JsonPatch.apply(Json.object(), ops))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status().code()).isEqualTo(413));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':'b'} | {'a':'c'} | {'a':'c'}",
                "{'a':'b','b':'c'} | {'a':null} | {'b':'c'}",
                "{'a':[1]} | {'a':[2,3]} | {'a':[2,3]}",
                "{'a':{'b':'c'}} | {'a':{'b':'d','c':null}} | {'a':{'b':'d'}}",
                "{} | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}"
            })
    void mergePatchesApply(String doc, String patch, String expected) {
        assertThat(MergePatch.apply((ObjectNode) json(doc), json(patch))).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // lists of objects merge by key, those without a strategy are replaced
                "{'spec':{'containers':[{'name':'a','image':'1','args':['x']},{'name':'b'}]}} | {'spec':{'containers':[{'name':'a','image':'2','args':['y']}]}} | {'spec':{'containers':[{'name':'a','image':'2','args':['y']},{'name':'b'}]}}",
                "{'spec':{'containers':[{'name':'a'}]}} | {'spec':{'containers':[{'name':'b','image':null}]}} | {'spec':{'containers':[{'name':'b'},{'name':'a'}]}}",
                "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}} | {'spec':{'containers':[{'name':'a','$patch':'delete'}]}} | {'spec':{'containers':[{'name':'b'}]}}",
                "{'spec':{'containers':[{'name':'a'}]}} | {'spec':{'containers':[{'$patch':'replace'},{'name':'c'}]}} | {'spec':{'containers':[{'name':'c'}]}}",
                "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}} | {'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}} | {'spec':{'containers':[{'name':'b'},{'name':'a'}]}}",
                "{'spec':{'containers':[{'name':'a'},{'name':'s'}]}} | {'spec':{'$setElementOrder/containers':[{'name':'a'},{'name':'n'}],'containers':[{'name':'n'}]}} | {'spec':{'containers':[{'name':'a'},{'name':'n'},{'name':'s'}]}}",
                // lists of primitives
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'finalizers':['c','a']}} | {'metadata':{'finalizers':['c','a','b']}}",
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'$deleteFromPrimitiveList/finalizers':['a']}} | {'metadata':{'finalizers':['b']}}",
                "{'metadata':{'finalizers':['a','b']}} | {'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],'$setElementOrder/finalizers':['b']}} | {'metadata':{'finalizers':['b']}}",
                "{'spec':{'tolerations':[{'key':'a'}]}} | {'spec':{'tolerations':[{'key':'b'}]}} | {'spec':{'tolerations':[{'key':'b'}]}}",
                // maps and directives
                "{'metadata':{'labels':{'a':'1','b':'2'}}} | {'metadata':{'labels':{'a':null,'c':'3'}}} | {'metadata':{'labels':{'b':'2','c':'3'}}}",
                "{'metadata':{'labels':{'a':'1'}}} | {'metadata':{'labels':{'$patch':'replace','c':'3'}}} | {'metadata':{'labels':{'c':'3'}}}",
                "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}} | {'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'},'$retainKeys':['name','hostPath']}]}} | {'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}}",
                "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}} | {'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'},'emptyDir':null,'$retainKeys':['name','hostPath']}]}} | {'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}}",
                "{'spec':{'securityContext':{'runAsUser':1}}} | {'spec':{'securityContext':null}} | {'spec':{}}",
                "{} | {'metadata':{'labels':{'a':null,'b':'1'}}} | {'metadata':{'labels':{'b':'1'}}}"
            })
    void strategicMergePatchesApply(String doc, String patch, String expected) {
        assertThat(StrategicMerge.apply((ObjectNode) json(doc), (ObjectNode) json(patch), POD))
                .isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'spec':{'containers':[{'image':'x'}]}} | does not contain declared merge key: name",
                "{'spec':{'$patch':'explode'}} | unknown patch type found: explode",
                "{'spec':{'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'z'}]}} | The order in patch list"
            })
    void strategicPatchesThatMakeNoSenseAreBadRequests(String patch, String why) {
        ObjectNode doc = (ObjectNode) json("{'spec':{'containers':[{'name':'a'}]}}");
        assertThatThrownBy(() -> StrategicMerge.apply(doc, (ObjectNode) json(patch), POD))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(why);
        assertThat(doc).as("the original is left alone").isEqualTo(json("{'spec':{'containers':[{'name':'a'}]}}"));
    }

    /** Each three operations put the document one deeper into itself: short, and without a copy. */
    private static String nesting(int levels) {
        return "["
                + "{'op':'move','from':'/a','path':'/b'},{'op':'add','path':'/a','value':{}},{'op':'move','from':'/b','path':'/a/c'},"
                        .repeat(levels)
                + "{'op':'test','path':'/x','value':1}]";
    }

    @Test
    void movesNestNoDeeperThanABody() {
        JsonNode doc = json("{'a':{'b':1},'x':1}");
        JsonNode deep = JsonPatch.apply(doc, json(nesting(400)));
        assertThat(deep.at("/a" + "/c".repeat(400) + "/b").asInt()).isEqualTo(1);
        for (int levels : new int[] {600, 3300}) {
            JsonNode ops = json(nesting(levels));
            assertThatThrownBy(() -> JsonPatch.apply(doc, ops))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            refused -> assertThat(refused.status().code()).isEqualTo(422))
                    .hasMessageContaining("nests deeper than 500");
        }
    }

    /** Searched element by element, these are ten thousand million comparisons. */
    @Test
    void longListsAreMergedByTheirKeys() {
        int many = 100_000;
        StringBuilder up = new StringBuilder();
        StringBuilder down = new StringBuilder();
        for (int at = 0; at < many; at++) {
            up.append(at == 0 ? "" : ",").append("'a/").append(at).append("'");
            down.append(at == 0 ? "" : ",").append("'a/").append(many - 1 - at).append("'");
        }
        ObjectNode doc = (ObjectNode) json("{'metadata':{'finalizers':[" + up + "]}}");
        JsonNode sorted = StrategicMerge.apply(
                doc,
                (ObjectNode)
                        json("{'metadata':{'finalizers':[" + down + "],'$setElementOrder/finalizers':[" + down + "]}}"),
                POD);
        assertThat(sorted.at("/metadata/finalizers").size()).isEqualTo(many);
        assertThat(sorted.at("/metadata/finalizers/0").asText()).isEqualTo("a/" + (many - 1));
        JsonNode none = StrategicMerge.apply(
                doc, (ObjectNode) json("{'metadata':{'$deleteFromPrimitiveList/finalizers':[" + down + "]}}"), POD);
        assertThat(none.at("/metadata/finalizers").size()).isZero();
    }

    /** As long as a body may be: a search for each would take minutes. */
    @Test
    void manyItemsAreDeletedByTheirKeys() {
        int many = 60_000;
        StringBuilder volumes = new StringBuilder("{'name':'stays'}");
        StringBuilder doomed = new StringBuilder("{'name':'absent','$patch':'delete'}");
        for (int at = 0; at < many; at++) {
            volumes.append(",{'name':'v").append(at).append("'}");
            doomed.append(",{'name':'v").append(at).append("','$patch':'delete'}");
        }
        JsonNode left = StrategicMerge.apply(
                (ObjectNode) json("{'spec':{'volumes':[" + volumes + "]}}"),
                (ObjectNode) json("{'spec':{'volumes':[" + doomed + "]}}"),
                POD);
        assertThat(left.at("/spec/volumes")).hasToString("[{\"name\":\"stays\"}]");
    }
}
