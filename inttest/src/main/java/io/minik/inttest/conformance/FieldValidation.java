package io.minik.inttest.conformance;

import io.minik.inttest.conformance.Definitions.Definition;
import io.minik.inttest.conformance.Run.Place;

/** What fieldValidation=Strict finds, in bodies of built-in kinds and of users' own. */
final class FieldValidation {
    private static final String STRICT = "?fieldManager=conformance&fieldValidation=Strict";
    private static final String SPEC =
            "'foo':{'type':'string'},'cronSpec':{'type':'string','pattern':'^(\\\\d+|\\\\*)(/\\\\d+)?(\\\\s+(\\\\d+|\\\\*)(/\\\\d+)?){4}$'},'ports':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['containerPort','protocol'],'items':{'type':'object','required':['containerPort','protocol'],'properties':{'containerPort':{'type':'integer','format':'int32'},'name':{'type':'string'},'protocol':{'type':'string'}}}}";
    private static final String VALID =
            "  foo: foo1\n  cronSpec: \"* * * * */5\"\n  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP";

    private FieldValidation() {}

    static void add(Run run) {
        run.behaviour("strict: unknown and duplicate fields of a typed object", FieldValidation::typed);
        run.behaviour("strict: unknown metadata of a typed object", FieldValidation::typedMetadata);
        run.behaviour("strict: a valid object of a definition with a schema", FieldValidation::valid);
        run.behaviour("strict: unknown fields where a definition has no schema", FieldValidation::open);
        run.behaviour("strict: unknown fields where a definition has a schema", FieldValidation::unknown);
        run.behaviour("strict: unknown metadata at the root and embedded", FieldValidation::metadata);
        run.behaviour("strict: duplicates where unknown fields are preserved", FieldValidation::duplicates);
    }

    private static String deployment(String metadata, String spec) {
        return Api.json(
                "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'my-dep',%s'labels':{'app':'nginx'}},'spec':{%s'selector':{'matchLabels':{'app':'nginx'}},'template':{'metadata':{'labels':{'app':'nginx'}},'spec':{'containers':[{'name':'nginx','image':'nginx:latest'}]}}}}",
                metadata, spec);
    }

    private static void typed(Place place) {
        Checks.says(
                place.api()
                        .post(
                                place.apps("deployments") + STRICT,
                                deployment("", "'unknownField':'foo','replicas':2,'replicas':3,"))
                        .expect(Api.BAD_REQUEST)
                        .message(),
                "strict decoding error: unknown field \"spec.unknownField\", duplicate field \"spec.replicas\"");
    }

    private static void typedMetadata(Place place) {
        Checks.says(
                place.api()
                        .post(place.apps("deployments") + STRICT, deployment("'unknownMeta':'foo',", ""))
                        .expect(Api.BAD_REQUEST)
                        .message(),
                "strict decoding error: unknown field \"metadata.unknownMeta\"");
    }

    private static Definition definition(Place place, String spec) {
        String schema = "{'type':'object','properties':{'spec':{'type':'object'," + spec + "}}}";
        return new Definition(place).made(Definition.version("v1", true, schema));
    }

    private static Api.Answer apply(Definition foos, String metadata, String rest) {
        String body = "apiVersion: " + foos.group() + "/v1\nkind: " + foos.kind() + "\nmetadata:\n  name: mytest\n"
                + metadata + rest;
        return foos.place().api().patch(foos.objects("v1") + "/mytest" + STRICT, Api.APPLY, body);
    }

    private static void valid(Place place) {
        Definition foos = definition(place, "'properties':{" + SPEC + "}");
        apply(foos, "", "spec:\n" + VALID).expect(Api.CREATED);
        foos.gone();
    }

    private static void open(Place place) {
        Definition foos = new Definition(place).made(Definition.version("v1", true, Definitions.OPEN));
        apply(foos, "", "spec:\n  unknown: uk1\n" + VALID).expect(Api.CREATED);
        foos.gone();
    }

    private static void unknown(Place place) {
        Definition foos = definition(place, "'properties':{" + SPEC + "}");
        Checks.says(
                apply(foos, "", "unknownField: unknown\nspec:\n" + VALID).message(),
                ".unknownField: field not declared in schema");
        foos.gone();
    }

    private static void metadata(Place place) {
        String template =
                "'template':{'type':'object','x-kubernetes-embedded-resource':true,'properties':{'metadata':{'type':'object','properties':{'name':{'type':'string'}}},'spec':{'type':'object'}}}";
        Definition foos = definition(
                place, "'x-kubernetes-preserve-unknown-fields':true,'properties':{" + template + "," + SPEC + "}");
        String message = apply(
                        foos,
                        "  unknownMeta: unknown\n",
                        "spec:\n  template:\n    apiversion: foo/v1\n    kind: Sub\n    metadata:\n        unknownSubMeta: unknown\n        name: subobject\n"
                                + VALID)
                .message();
        Checks.says(message, ".metadata.unknownMeta: field not declared in schema");
        Checks.says(message, ".spec.template.metadata.unknownSubMeta: field not declared in schema");
        foos.gone();
    }

    private static void duplicates(Place place) {
        Definition foos = definition(place, "'x-kubernetes-preserve-unknown-fields':true,'properties':{" + SPEC + "}");
        Checks.says(
                apply(foos, "", "spec:\n  unknown: uk1\n  foo: foo2\n" + VALID).message(),
                "line 8: key \"foo\" already set in map");
        foos.gone();
    }
}
