package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.patch.MergePatch;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a CustomResourceDefinition may say, and upstream's words for what it may not. */
class DefinitionRulesTest {
    private static final Schema BUILT_IN = Schema.load();
    private static final KindRow ROW = BUILT_IN.findResource("apiextensions.k8s.io/v1", "customresourcedefinitions")
            .orElseThrow();
    private static final String VERSION =
            "{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}";

    private static ObjectNode json(String text) {
        return Json.parseObject(text.replace('\'', '"').replace("`", "\\\"").getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode decoded(ObjectNode tree) {
        ObjectNode decoded = Decoder.decode(ROW.type(), Json.bytes(tree), Format.JSON, FieldValidation.STRICT)
                .tree();
        Defaults.apply(ROW, decoded);
        return decoded;
    }

    private static ObjectNode definition(String change) {
        ObjectNode base = json("{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',"
                + "'metadata':{'name':'tabs.example.com'},'spec':{'group':'example.com','scope':'Namespaced',"
                + "'names':{'plural':'tabs','kind':'Tab'},'versions':[" + VERSION + "]}}");
        return status(MergePatch.apply(base, json(change)));
    }

    /** As the registry notes them before it asks. */
    private static ObjectNode status(ObjectNode definition) {
        ObjectNode decoded = decoded(definition);
        if (!decoded.path("status").has("storedVersions")) {
            Json.child(decoded, "status")
                    .putArray("storedVersions")
                    .add(Json.text(definition.path("spec").path("versions").path(0), "name"));
        }
        return decoded;
    }

    private static List<String> words(ObjectNode definition, Optional<ObjectNode> old, String subresource) {
        return Validator.validate(ROW, definition, old, subresource).stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static List<String> ofSchema(String schema) {
        return words(
                definition("{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':"
                        + schema + "}}]}}"),
                Optional.empty(),
                "");
    }

    private static final String LABEL_WORDS =
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-',"
                    + " start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123',"
                    + " regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    @Test
    void aPlainOneIsTaken() {
        assertThat(words(definition("{}"), Optional.empty(), "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'metadata':{'name':'tab.example.com'}} | metadata.name: Invalid value: "tab.example.com": must be spec.names.plural+"."+spec.group
{'metadata':{'name':'tabs.example'},'spec':{'group':'example'}} | spec.group: Invalid value: "example": should be a domain with at least one dot
{'spec':{'scope':'Galaxy'}} | spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"
{'spec':{'names':{'kind':'T_b','listKind':'TabList','singular':'tab'}}} | spec.names.kind: Invalid value: "T_b": may have mixed case, but should otherwise match: LABEL
{'spec':{'names':{'listKind':'Tab'}}} | spec.names.listKind: Invalid value: "Tab": kind and listKind may not be the same
{'spec':{'names':{'shortNames':['t','T']}}} | spec.names.shortNames[1]: Invalid value: "T": LABEL
{'spec':{'names':{'categories':['a b']}}} | spec.names.categories[0]: Invalid value: "a b": LABEL
{'spec':{'preserveUnknownFields':true}} | spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead
{'metadata':{'name':'tabs.x.k8s.io'},'spec':{'group':'x.k8s.io'}} | metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111
{'metadata':{'name':'tabs.x.k8s.io','annotations':{'api-approved.kubernetes.io':'yes'}},'spec':{'group':'x.k8s.io'}} | metadata.annotations[api-approved.kubernetes.io]: Invalid value: "yes": protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111
{'spec':{'conversion':{'strategy':'Magic'}}} | spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"
{'spec':{'conversion':{'strategy':'Webhook','webhook':{'conversionReviewVersions':['v1']}}}} | spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook
{'spec':{'conversion':{'strategy':'Webhook','webhook':{'clientConfig':{'url':'https://a/b'},'conversionReviewVersions':['v2']}}}} | spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1
{'spec':{'conversion':{'strategy':'Webhook','webhook':{'clientConfig':{'url':'http://a/b'},'conversionReviewVersions':['v1']}}}} | spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]
{'spec':{'conversion':{'strategy':'Webhook','webhook':{'clientConfig':{'service':{'name':'a','namespace':'b','path':'/x//y'}},'conversionReviewVersions':['v1']}}}} | spec.conversion.webhookClientConfig.service.path: Invalid value: "/x//y": segment[1] may not be empty
{'spec':{'conversion':{'strategy':'None','webhook':{'conversionReviewVersions':['v1']}}}} | spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook
""")
    void itsHeadIsHeldAgainstTheRules(String change, String expected) {
        assertThat(words(definition(change), Optional.empty(), ""))
                .containsExactly(expected.replace("LABEL", LABEL_WORDS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
'name':'V1' | spec.versions[0].name: Invalid value: "V1": LABEL
'storage':false | spec.versions: Invalid value: LIST: must have exactly one version marked as storage version
'schema':{} | spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required
'deprecationWarning':'old' | spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions
'deprecated':true,'deprecationWarning':'' | spec.versions[0].deprecationWarning: Invalid value: "": must not be an empty string
'additionalPrinterColumns':[{'name':'a','type':'text','jsonPath':'.a'}] | spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string
'additionalPrinterColumns':[{'name':'a','type':'string','jsonPath':'a'}] | spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .
'additionalPrinterColumns':[{'name':'a','type':'string','format':'int','jsonPath':'.a'}] | spec.additionalPrinterColumns[0].format: Invalid value: "int": must be one of byte,date,date-time,double,float,int32,int64,password
'subresources':{'scale':{'specReplicasPath':'.status.n','statusReplicasPath':'.status.n'}} | spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec
'subresources':{'scale':{'specReplicasPath':'.spec.n','statusReplicasPath':'.status.n','labelSelectorPath':'.x.y'}} | spec.subresources.scale.labelSelectorPath: Invalid value: ".x.y": should be a json path under either .spec or .status
""")
    void soAreItsVersions(String words, String expected) {
        ObjectNode version = json(VERSION);
        version.setAll(json("{" + words + "}"));
        ObjectNode change = json("{'spec':{}}");
        ((ObjectNode) change.path("spec")).putArray("versions").add(version);
        ObjectNode definition = definition(change.toString());
        assertThat(words(definition, Optional.empty(), ""))
                .containsExactly(expected.replace("LABEL", LABEL_WORDS)
                        .replace(
                                "LIST", definition.path("spec").path("versions").toString()));
    }

    @Test
    void twoVersionsAreNamedEachByItself() {
        String second = VERSION.replace("'storage':true", "'storage':false")
                .replace("{'type':'object'}", "{'type':'object','properties':{'a':{}}}");
        assertThat(words(definition("{'spec':{'versions':[" + VERSION + "," + second + "]}}"), Optional.empty(), ""))
                .containsExactlyInAnyOrder(
                        "spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for"
                                + " specified object fields",
                        "spec.versions: Invalid value: LIST: must contain unique version names"
                                .replace(
                                        "LIST",
                                        definition("{'spec':{'versions':[" + VERSION + "," + second + "]}}")
                                                .path("spec")
                                                .path("versions")
                                                .toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{} | .type: Required value: must not be empty at the root
{'type':'string'} | .type: Invalid value: "string": must be object at the root
{'type':'object','additionalProperties':{'type':'string'}} | .additionalProperties: Forbidden: must not be used at the root
{'type':'object','nullable':true} | .nullable: Forbidden: nullable cannot be true at the root
{'type':'object','properties':{'a':{'type':'array'}}} | .properties[a].items: Required value: must be specified
{'type':'object','properties':{'a':{'type':'array','items':{}}}} | .properties[a].items.type: Required value: must not be empty for specified array items
{'type':'object','properties':{'a':{'type':'array','items':[{'type':'string'}]}}} | .properties[a].items: Forbidden: items must be a schema object and not an array
{'type':'object','properties':{'a':{'type':'bug'}}} | .properties[a].type: Unsupported value: "bug": supported values: "array", "boolean", "integer", "number", "object", "string"
{'type':'object','properties':{'a':{'$ref':'#/x','type':'string'}}} | .properties[a].$ref: Forbidden: $ref is not supported
{'type':'object','properties':{'a':{'type':'array','uniqueItems':true,'items':{'type':'string'}}}} | .properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic
{'type':'object','properties':{'a':{'type':'object','additionalProperties':{'type':'string'},'properties':{'b':{'type':'string'}}}}} | .properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive
{'type':'object','properties':{'a':{'type':'string','allOf':[{'type':'string'}]}}} | .properties[a].allOf[0].type: Forbidden: must be empty to be structural
{'type':'object','properties':{'a':{'type':'string','not':{'nullable':true}}}} | .properties[a].not.nullable: Forbidden: must be false to be structural
{'type':'object','properties':{'a':{'type':'string','anyOf':[{'default':'x'}]}}} | .properties[a].anyOf[0].default: Forbidden: must be undefined to be structural
{'type':'object','anyOf':[{'properties':{'a':{'minimum':1}}}]} | .properties[a]: Required value: because it is defined in PATH.anyOf[0].properties[a]
{'type':'object','oneOf':[{'properties':{'metadata':{'required':['x']}}}],'properties':{'metadata':{'type':'object'}}} | .oneOf[0].properties[metadata]: Forbidden: must not be specified in a nested context
{'type':'object','properties':{'metadata':{'type':'object','properties':{'labels':{'type':'object'}}}}} | .properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified
{'type':'object','properties':{'kind':{'type':'integer'}}} | .properties[kind].type: Invalid value: "integer": must be string
{'type':'object','properties':{'a':{'x-kubernetes-int-or-string':true,'x-kubernetes-preserve-unknown-fields':true}}} | .properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true
{'type':'object','properties':{'a':{'type':'object','x-kubernetes-embedded-resource':true}}} | .properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields
{'type':'object','properties':{'a':{'type':'object','x-kubernetes-preserve-unknown-fields':false}}} | .properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined
{'type':'object','properties':{'a':{'type':'string','pattern':'[a'}}} | .properties[a].pattern: Invalid value: "[a": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: `[a`
{'type':'object','properties':{'a':{'type':'string','pattern':'(?=a)'}}} | .properties[a].pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: `(?=`
{'type':'object','properties':{'a':{'type':'string','x-kubernetes-list-type':'set'}}} | .properties[a].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified
{'type':'object','properties':{'a':{'type':'array','items':{'type':'string'},'x-kubernetes-list-type':'bag'}}} | .properties[a].x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"
{'type':'object','properties':{'a':{'type':'array','items':{'type':'string','nullable':true},'x-kubernetes-list-type':'set'}}} | .properties[a].items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set
{'type':'object','properties':{'a':{'type':'array','items':{'type':'object','properties':{'k':{'type':'string'}}},'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k']}}} | .properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property
{'type':'object','properties':{'a':{'type':'array','items':{'type':'object','properties':{'k':{'type':'string'}}},'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['z']}}} | .properties[a].x-kubernetes-list-map-keys: Invalid value: ["z"]: entries must all be names of item properties
{'type':'object','properties':{'a':{'type':'string','x-kubernetes-map-type':'atomic'}}} | .properties[a].type: Invalid value: "string": must be object if x-kubernetes-map-type is specified
{'type':'object','properties':{'a':{'type':'object','properties':{'b':{'type':'string'}},'default':{'b':'x','c':1}}}} | .properties[a].default: Invalid value: {"b":"x","c":1}: must not have unknown fields
{'type':'object','properties':{'a':{'type':'object','properties':{'b':{'type':'string','minLength':3}},'default':{'b':'x'}}}} | .properties[a].default.b: Invalid value: "x": b in body should be at least 3 chars long
{'type':'object','properties':{'metadata':{'type':'object','properties':{'name':{'type':'string','default':'x'}}}}} | .properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata
""")
    void soIsItsSchema(String schema, String expected) {
        String path = "spec.validation.openAPIV3Schema";
        assertThat(ofSchema(schema)).containsExactly(path + expected.replace("PATH", path));
    }

    private static final String SIMPLIFY =
            " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength"
                    + " where arrays, maps, and strings are declared)";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'rule':' '} | [0].rule: Required value: rule is not specified
{'rule':'true','message':' '} | [0].message: Invalid value: " ": message must be non-empty if specified
{'rule':'true &&\\n true'} | [0].message: Required value: message must be specified if rule contains line breaks
{'rule':'true','reason':'Bad'} | [0].reason: Unsupported value: "Bad": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"
{'rule':'true','fieldPath':'.x'} | [0].fieldPath: Invalid value: ".x": fieldPath must be a valid path
{'rule':'self.x'} | [0].rule: Invalid value: RULE: compilation failed: ERROR: <input>:1:5: undefined field 'x'~ ¦ self.x~ ¦ ....^
{'rule':'self.n'} | [0].rule: Invalid value: RULE: cel expression must evaluate to a bool
{'rule':'true','messageExpression':'1'} | [0].messageExpression: Invalid value: RULE: messageExpression must evaluate to a string
{'rule':'true','messageExpression':'no'} | [0].messageExpression: Invalid value: RULE: messageExpression compilation failed: ERROR: <input>:1:1: undeclared reference to 'no' (in container '')~ ¦ no~ ¦ ^
{'rule':'true','optionalOldSelf':true} | [0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule
{'rule':'self.all.all(x, self.all.all(y, x == y))'} | [0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100xSIMPLIFY
""")
    void soAreItsRules(String rule, String expected) {
        String schema = "{'type':'object','properties':{'spec':{'type':'object','x-kubernetes-validations':[" + rule
                + "],'properties':{'n':{'type':'integer'},'all':{'type':'array','items':{'type':'string'}}}}}}";
        String said = json(rule).toString();
        assertThat(ofSchema(schema).get(0))
                .isEqualTo("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations"
                        + expected.replace("RULE", said)
                                .replace("SIMPLIFY", SIMPLIFY)
                                .replace('~', '\n')
                                .replace('¦', '|'));
    }

    @Test
    void transitionsNeedWhatWasBefore() {
        String items = "{'type':'object','properties':{'list':{'type':'array','maxItems':3,'items':{'type':'string',"
                + "'maxLength':3,'x-kubernetes-validations':[{'rule':'self == oldSelf'}]}}}}";
        assertThat(ofSchema(items))
                .containsExactly(
                        "spec.validation.openAPIV3Schema.properties[list].items.x-kubernetes-validations[0].rule:"
                                + " Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the"
                                + " schema within spec.validation.openAPIV3Schema.properties[list]");
    }

    @Test
    void whatCostTooMuchBeforeMayStay() {
        String schema = "{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':"
                + "{'type':'object','properties':{'a':{'type':'array','items':{'type':'string',"
                + "'x-kubernetes-validations':[{'rule':'self.contains(`aaaaaaaaaaa`)'}]}}}}}}]}}";
        ObjectNode old = definition(schema);
        assertThat(words(old, Optional.empty(), ""))
                .containsExactly(
                        "spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-validations[0].rule: Forbidden:"
                                + " estimated rule cost exceeds budget by factor of more than 100x" + SIMPLIFY,
                        "spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-validations[0].rule: Forbidden:"
                                + " contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
                        "spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for"
                                + " entire OpenAPIv3 schema exceeds budget by factor of more than 100x" + SIMPLIFY);
        assertThat(words(old, Optional.of(old), ""))
                .noneMatch(error -> error.contains("estimated rule cost exceeds budget"));
    }

    @Test
    void aDefaultKeepsItsOwnRules() {
        assertThat(ofSchema("{'type':'object','properties':{'a':{'type':'object','default':{'n':5},'properties':{'n':"
                        + "{'type':'integer'}},'x-kubernetes-validations':[{'rule':'self.n < 3'}]}}}"))
                .containsExactly(
                        "spec.validation.openAPIV3Schema.properties[a].default: Invalid value: \"object\": failed rule:"
                                + " self.n < 3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{} | [0].jsonPath: Required value
{'jsonPath':'.spec.x'} | [0].jsonPath: Invalid value: ".spec.x": is an invalid path: does not refer to a valid field
{'jsonPath':'.spec.list[0]'} | [0].jsonPath: Invalid value: ".spec.list[0]": is an invalid path: array notation is not allowed
{'jsonPath':'spec.a'} | [0].jsonPath: Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec
{'jsonPath':'.spec'} | [0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.
{'jsonPath':'.metadata.name'} | [0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata
{'jsonPath':'.spec.a'},{'jsonPath':'.spec.a'} | [1].jsonPath: Duplicate value: ".spec.a"
""")
    void soAreTheFieldsToSelectBy(String fields, String expected) {
        String schema =
                "{'type':'object','properties':{'metadata':{'type':'object','properties':{'name':{'type':'string'}}},"
                        + "'spec':{'type':'object','properties':{'a':{'type':'string'},'list':{'type':'array','items':{'type':'string'}}}}}}";
        ObjectNode definition = definition("{'spec':{'versions':[{'name':'v1','served':true,'storage':true,"
                + "'selectableFields':[" + fields + "],'schema':{'openAPIV3Schema':" + schema + "}}]}}");
        assertThat(words(definition, Optional.empty(), "")).containsExactly("spec.selectableFields" + expected);
    }

    @Test
    void aRootWithAStatusOfItsOwnSaysLess() {
        assertThat(words(
                        definition("{'spec':{'versions':[{'name':'v1','served':true,'storage':true,"
                                + "'subresources':{'status':{}},'schema':{'openAPIV3Schema':{'type':'object',"
                                + "'maxProperties':3}}}]}}"),
                        Optional.empty(),
                        ""))
                .singleElement()
                .asString()
                .startsWith("spec.validation.openAPIV3Schema: Invalid value: ")
                .endsWith(
                        ": only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength"
                                + " MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties"
                                + " ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the"
                                + " schema if the status subresource is enabled");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
{'spec':{'scope':'Cluster'}} | spec.scope: Invalid value: "Cluster": field is immutable
{'spec':{'names':{'kind':'Tub'}}} | spec.names.kind: Invalid value: "Tub": field is immutable
{'spec':{'group':'example.org'}} | spec.group: Invalid value: "example.org": field is immutable
{'spec':{'names':{'plural':'tubs'}}} | spec.names.plural: Invalid value: "tubs": field is immutable
{'status':{'storedVersions':['v0','v1']}} | status.storedVersions[0]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions
{'status':{'storedVersions':['v0']},'spec':{'versions':[{'name':'v0','served':true,'storage':false,'schema':{'openAPIV3Schema':{'type':'object'}}},{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}]}} | status.storedVersions: Invalid value: ["v0"]: must have the storage version v1
""")
    void whatIsEstablishedStays(String change, String expected) {
        ObjectNode old = definition("{'status':{'conditions':[{'type':'Established','status':'True'}],"
                + "'acceptedNames':{'plural':'tabs','kind':'Tab'},'storedVersions':['v1']}}");
        ObjectNode next = status(MergePatch.apply(old.deepCopy(), json(change)));
        assertThat(words(next, Optional.of(old), "")).containsExactly(expected);
    }

    @Test
    void whatIsNotEstablishedMayStillChangeItsScope() {
        ObjectNode old = definition("{}");
        ObjectNode next = definition("{'spec':{'scope':'Cluster','names':{'kind':'Tub','listKind':'Tubs'}}}");
        assertThat(words(next, Optional.of(old), "")).isEmpty();
    }

    @Test
    void whatIsStoredWrongMayStay() {
        String set = "{'spec':{'versions':[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':"
                + "{'type':'object','properties':{'a':{'type':'array','x-kubernetes-list-type':'set',"
                + "'items':{'type':'object','properties':{'b':{'type':'string'}}}}}}}}]}}";
        ObjectNode old = definition(set);
        assertThat(words(old, Optional.empty(), ""))
                .containsExactly(
                        "spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-map-type: Invalid value:"
                                + " null: must be atomic as item of a list with x-kubernetes-list-type=set");
        assertThat(words(old, Optional.of(old), "")).isEmpty();
    }

    @Test
    void whatIsStoredWrongMayGo() {
        ObjectNode wrong = definition("{'spec':{'group':'example'}}");
        assertThat(words(wrong, Optional.of(wrong), "")).isNotEmpty();
        ObjectNode going = wrong.deepCopy();
        Json.child(going, "metadata")
                .put("deletionTimestamp", "2024-01-01T00:00:00Z")
                .putArray("finalizers");
        assertThat(words(going, Optional.of(wrong), "")).isEmpty();
    }

    @Test
    void statusIsHeldAgainstNamesOnly() {
        ObjectNode wrong =
                definition("{'spec':{'scope':'Galaxy'},'status':{'acceptedNames':{'plural':'A','kind':'Tab'}}}");
        assertThat(words(wrong, Optional.of(wrong), "status"))
                .containsExactly("status.acceptedNames.plural: Invalid value: \"A\": " + LABEL_WORDS);
    }
}
