package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** CustomResourceDefinitions: their own life, what is defaulted, watched, selected and published. */
final class Definitions {
    static final String PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    static final String OPEN = "{'type':'object','x-kubernetes-preserve-unknown-fields':true}";
    private static final Duration SOON = Duration.ofSeconds(20);

    private Definitions() {}

    static void add(Run run) {
        run.behaviour("definition: created and deleted", Definitions::createdAndDeleted);
        run.behaviour("definition: listed and deleted as a collection", Definitions::listed);
        run.behaviour("definition: status is read, updated and patched", Definitions::status);
        run.behaviour("definition: is in the discovery documents", Definitions::discovered);
        run.behaviour("definition: defaults for requests and from storage", Definitions::defaulted);
        run.behaviour("definition: custom objects are watched", Definitions::watched);
        run.behaviour("definition: fields are selected by, listed and watched", Definitions::selected);
        run.behaviour("openapi: with a schema for validation", Definitions::withSchema);
        run.behaviour("openapi: preserving unknown fields of an object", Definitions::withoutSchema);
        run.behaviour("openapi: preserving unknown fields at the root", Definitions::openRoot);
        run.behaviour("openapi: preserving unknown fields of an embedded object", Definitions::openEmbedded);
        run.behaviour("openapi: definitions of different groups", Definitions::groups);
        run.behaviour("openapi: versions of one group", Definitions::versions);
        run.behaviour("openapi: kinds of one group and version", Definitions::kinds);
        run.behaviour("openapi: a version is renamed", Definitions::renamed);
        run.behaviour("openapi: a version is no longer served", Definitions::unserved);
    }

    /** A definition of one kind: {@code foos} of a group of the behaviour's own. */
    record Definition(Place place, String plural, String group) {
        Definition(Place place) {
            this(place, "foos", place.namespace() + ".example.com");
        }

        String name() {
            return plural + "." + group;
        }

        String kind() {
            return Character.toUpperCase(plural.charAt(0)) + plural.substring(1, plural.length() - 1);
        }

        static String version(String name, boolean storage, String schema) {
            return "{'name':'" + name + "','served':true,'storage':" + storage
                    + ",'subresources':{'status':{}},'schema':{'openAPIV3Schema':" + schema + "}}";
        }

        String body(String versions) {
            return Api.json(
                    "{'metadata':{'name':'%s','labels':{'of':'%s'}},'spec':{'group':'%s','scope':'Namespaced','names':{'plural':'%s','singular':'%s','kind':'%s','listKind':'%sList'},'versions':[%s]}}",
                    name(),
                    place.namespace(),
                    group,
                    plural,
                    plural.substring(0, plural.length() - 1),
                    kind(),
                    kind(),
                    versions);
        }

        /** Creates it and waits until it is served. */
        Definition made(String versions) {
            place.api().post(PATH, body(versions)).expect(Api.CREATED);
            Checks.within(SOON, "established", () -> condition("Established"));
            return this;
        }

        boolean condition(String type) {
            return Checks.any(
                    place.api().get(PATH + "/" + name()).ok().at("/status/conditions"),
                    each -> each.path("type").asText().equals(type)
                            && each.path("status").asText().equals("True"));
        }

        String objects(String version) {
            return "/apis/" + group + "/" + version + "/namespaces/" + place.namespace() + "/" + plural;
        }

        String object(String version, String name, String more) {
            return Api.json(
                    "{'apiVersion':'%s/%s','kind':'%s','metadata':{'name':'%s'}%s}",
                    group, version, kind(), name, more);
        }

        void gone() {
            place.api().delete(PATH + "/" + name()).ok();
            Checks.within(
                    SOON,
                    "the definition is gone",
                    () -> place.api().get(PATH + "/" + name()).code() == Api.NOT_FOUND);
        }
    }

    private static Definition simple(Place place) {
        return new Definition(place).made(Definition.version("v1", true, OPEN));
    }

    private static void createdAndDeleted(Place place) {
        Definition foos = simple(place);
        Checks.holds("names accepted", foos.condition("NamesAccepted"));
        place.api().post(foos.objects("v1"), foos.object("v1", "one", "")).ok();
        foos.gone();
        Checks.within(
                SOON,
                "its kind is unknown",
                () -> place.api().get(foos.objects("v1")).code() == Api.NOT_FOUND);
    }

    private static void listed(Place place) {
        Api api = place.api();
        for (int i = 0; i < 10; i++) {
            new Definition(place, "foo" + (char) ('a' + i) + "s", place.namespace() + ".example.com")
                    .made(Definition.version("v1", true, OPEN));
        }
        String selected = PATH + "?labelSelector=of%3D" + place.namespace();
        Checks.same("listed", 10, api.get(selected).ok().path("items").size());
        api.delete(selected).ok();
        Checks.within(
                SOON, "all are gone", () -> api.get(selected).ok().path("items").isEmpty());
    }

    private static void status(Place place) {
        Api api = place.api();
        Definition foos = simple(place);
        String status = PATH + "/" + foos.name() + "/status";
        ObjectNode read = (ObjectNode) api.get(status).ok();
        Checks.holds("established", foos.condition("Established"));
        read.withArray("/status/conditions")
                .add(Api.tree(Api.json(
                        "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Set from e2e test'}")));
        api.put(status, read).ok();
        Checks.holds("update", foos.condition("StatusUpdate"));
        api.merge(
                        status,
                        Api.json(
                                "{'metadata':{'annotations':{'patched':'true'}},'status':{'conditions':[{'type':'StatusPatched','status':'True','reason':'E2E','message':'Set by e2e test'}]}}"))
                .ok();
        Checks.holds("patch", foos.condition("StatusPatched"));
        foos.gone();
    }

    private static void discovered(Place place) {
        Api api = place.api();
        JsonNode groups = api.get("/apis").ok().path("groups");
        Checks.holds(
                "the group is listed",
                Checks.any(
                        groups,
                        each -> each.path("name").asText().equals("apiextensions.k8s.io")
                                && Checks.any(each.path("versions"), version -> version.path("groupVersion")
                                        .asText()
                                        .equals("apiextensions.k8s.io/v1"))));
        JsonNode group = api.get("/apis/apiextensions.k8s.io").ok();
        Checks.same(
                "preferred",
                "apiextensions.k8s.io/v1",
                group.at("/preferredVersion/groupVersion").asText());
        JsonNode resources = api.get("/apis/apiextensions.k8s.io/v1").ok().path("resources");
        Checks.holds(
                "the resource is listed",
                Checks.any(resources, each -> each.path("name").asText().equals("customresourcedefinitions")));
    }

    private static void defaulted(Place place) {
        Api api = place.api();
        Definition foos = simple(place);
        String objects = foos.objects("v1");
        api.post(objects, foos.object("v1", "old", "")).ok();
        Checks.holds(
                "nothing to default yet",
                api.get(objects + "/old").ok().path("a").isMissingNode());
        schema(
                api,
                foos,
                "{'type':'object','properties':{'a':{'type':'string','default':'A'},'apiVersion':{'type':'string'},'kind':{'type':'string'},'metadata':{'type':'object'}}}");
        Checks.within(
                SOON,
                "defaulted when read",
                () -> api.get(objects + "/old").ok().path("a").asText().equals("A"));
        Checks.same(
                "request",
                "A",
                api.post(objects, foos.object("v1", "new", "")).ok().path("a").asText());
        schema(api, foos, "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string','default':'B'}}}");
        Checks.within(
                SOON,
                "the other is defaulted",
                () -> api.get(objects + "/old").ok().path("b").asText().equals("B"));
        Checks.holds(
                "read defaults are not stored",
                api.get(objects + "/old").ok().path("a").isMissingNode());
        Checks.same(
                "request's default is stored",
                "A",
                api.get(objects + "/new").ok().path("a").asText());
        foos.gone();
    }

    private static void schema(Api api, Definition definition, String schema) {
        api.patch(
                        PATH + "/" + definition.name(),
                        Api.JSON_PATCH,
                        Api.json(
                                "[{'op':'replace','path':'/spec/versions/0/schema/openAPIV3Schema','value':%s}]",
                                schema))
                .ok();
    }

    private static void watched(Place place) {
        Api api = place.api();
        Definition foos = simple(place);
        String objects = foos.objects("v1");
        try (Watched a = new Watched(api, objects, "fieldSelector=metadata.name%3Da");
                Watched b = new Watched(api, objects, "fieldSelector=metadata.name%3Db")) {
            for (String name : new String[] {"a", "b"}) {
                api.post(objects, foos.object("v1", name, "")).ok();
            }
            a.next("ADDED", "a");
            b.next("ADDED", "b");
            for (String name : new String[] {"a", "b"}) {
                api.merge(objects + "/" + name, "{\"spec\":{\"changed\":true}}").ok();
            }
            a.next("MODIFIED", "a");
            b.next("MODIFIED", "b");
            for (String name : new String[] {"a", "b"}) {
                api.delete(objects + "/" + name).ok();
            }
            a.next("DELETED", "a");
            b.next("DELETED", "b");
            a.quiet();
        }
        foos.gone();
    }

    private static void selected(Place place) {
        Api api = place.api();
        String schema =
                "{'type':'object','properties':{'host':{'type':'string'},'port':{'type':'string'},'open':{'type':'boolean'}}}";
        String versions = Definition.version("v1", true, schema)
                .replace(
                        "'subresources'",
                        "'selectableFields':[{'jsonPath':'.host'},{'jsonPath':'.port'},{'jsonPath':'.open'}],'subresources'");
        Definition foos = new Definition(place).made(versions);
        String objects = foos.objects("v1");
        try (Watched watch = new Watched(api, objects, "fieldSelector=host%3Dhost1,port%3D80")) {
            String[][] made = {{"one", "host1", "80"}, {"two", "host1", "8080"}, {"three", "host2", "80"}};
            for (String[] each : made) {
                api.post(
                                objects,
                                foos.object(
                                        "v1",
                                        each[0],
                                        ",'host':'" + each[1] + "','port':'" + each[2] + "','open':true"))
                        .ok();
            }
            watch.next("ADDED", "one");
            watch.quiet();
            Checks.same("by host", 2, selectedBy(api, objects, "host%3Dhost1"));
            Checks.same("by port", 2, selectedBy(api, objects, "port%3D80"));
            Checks.same("by both", 1, selectedBy(api, objects, "host%3Dhost2,port%3D80"));
            Checks.same("by a boolean", 3, selectedBy(api, objects, "open%3Dtrue"));
            Checks.same("by not", 1, selectedBy(api, objects, "host%21%3Dhost1"));
            api.merge(objects + "/one", "{\"port\":\"81\"}").ok();
            watch.next("DELETED", "one");
            api.merge(objects + "/two", "{\"port\":\"80\"}").ok();
            watch.next("ADDED", "two");
            api.get(objects + "?fieldSelector=closed%3Dtrue").expect(Api.BAD_REQUEST);
            api.delete(objects + "?fieldSelector=host%3Dhost1").ok();
            Checks.same("the others stay", 1, selectedBy(api, objects, ""));
        }
        foos.gone();
    }

    private static int selectedBy(Api api, String objects, String fields) {
        return api.get(objects + "?fieldSelector=" + fields).ok().path("items").size();
    }

    // What is published, in both forms: as /openapi/v2 and /openapi/v3 have it.

    private static JsonNode published(Place place, String group, String version, String kind) {
        for (JsonNode schema : place.api().get("/openapi/v2").ok().path("definitions")) {
            for (JsonNode of : schema.path("x-kubernetes-group-version-kind")) {
                if (of.path("group").asText().equals(group)
                        && of.path("version").asText().equals(version)
                        && of.path("kind").asText().equals(kind)) {
                    return schema;
                }
            }
        }
        return Api.JSON.getNodeFactory().missingNode();
    }

    private static boolean isPublished(Place place, String group, String version, String kind) {
        return !published(place, group, version, kind).isMissingNode();
    }

    private static void soon(String what, BooleanSupplier holds) {
        Checks.within(SOON, what, holds);
    }

    private static void withSchema(Place place) {
        String schema =
                "{'description':'Foo CRD for Testing','type':'object','properties':{'spec':{'type':'object','description':'Specification of Foo','required':['bars'],'properties':{'bars':{'type':'array','description':'List of Bars','items':{'type':'object','required':['name'],'properties':{'name':{'type':'string','description':'Name of Bar.'},'age':{'type':'string'},'feeling':{'type':'string','enum':['Great','Down']}}}}}},'status':{'type':'object'}}}";
        Definition foos = new Definition(place).made(Definition.version("v1", true, schema));
        soon("published", () -> isPublished(place, foos.group(), "v1", "Foo"));
        JsonNode found = published(place, foos.group(), "v1", "Foo");
        Checks.same(
                "description", "Foo CRD for Testing", found.path("description").asText());
        Checks.same(
                "bars",
                "array",
                found.at("/properties/spec/properties/bars/type").asText());
        Checks.same("required", "bars", found.at("/properties/spec/required/0").asText());
        Checks.holds("has metadata", found.at("/properties/metadata").isObject());
        JsonNode third =
                place.api().get("/openapi/v3/apis/" + foos.group() + "/v1").ok();
        Checks.holds(
                "published in version 3", Checks.any(third.at("/components/schemas"), each -> each.path("description")
                        .asText()
                        .equals("Foo CRD for Testing")));
        foos.gone();
        soon("no longer published", () -> !isPublished(place, foos.group(), "v1", "Foo"));
    }

    private static void withoutSchema(Place place) {
        String schema =
                "{'type':'object','properties':{'spec':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}";
        Definition foos = new Definition(place).made(Definition.version("v1", true, schema));
        soon("published", () -> isPublished(place, foos.group(), "v1", "Foo"));
        kept(place, foos, ",'spec':{'a':1,'b':[{'c':'d'}]}", "/spec/b/0/c");
    }

    private static void openRoot(Place place) {
        Definition foos = simple(place);
        soon("published", () -> isPublished(place, foos.group(), "v1", "Foo"));
        kept(place, foos, ",'a':{'b':[{'c':'d'}]}", "/a/b/0/c");
    }

    private static void openEmbedded(Place place) {
        String schema =
                "{'type':'object','properties':{'spec':{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true}}}";
        Definition foos = new Definition(place).made(Definition.version("v1", true, schema));
        soon("published", () -> isPublished(place, foos.group(), "v1", "Foo"));
        kept(
                place,
                foos,
                ",'spec':{'apiVersion':'v1','kind':'X','metadata':{'name':'n'},'b':[{'c':'d'}]}",
                "/spec/b/0/c");
    }

    private static void kept(Place place, Definition foos, String more, String pointer) {
        place.api()
                .post(foos.objects("v1") + "?fieldValidation=Strict", foos.object("v1", "open", more))
                .ok();
        Checks.same(
                "kept",
                "d",
                place.api().get(foos.objects("v1") + "/open").ok().at(pointer).asText());
        foos.gone();
    }

    private static void groups(Place place) {
        String versions = Definition.version("v1", true, OPEN);
        Definition foos = new Definition(place).made(versions);
        Definition waldos = new Definition(place, "waldos", "other." + foos.group()).made(versions);
        soon(
                "both are published",
                () -> isPublished(place, foos.group(), "v1", "Foo")
                        && isPublished(place, waldos.group(), "v1", "Waldo"));
        foos.gone();
        waldos.gone();
    }

    private static Definition twoVersions(Place place) {
        return new Definition(place)
                .made(Definition.version("v2", true, OPEN) + "," + Definition.version("v3", false, OPEN));
    }

    private static void versions(Place place) {
        Definition foos = twoVersions(place);
        soon(
                "both are published",
                () -> isPublished(place, foos.group(), "v2", "Foo") && isPublished(place, foos.group(), "v3", "Foo"));
        foos.gone();
    }

    private static void kinds(Place place) {
        String versions = Definition.version("v1", true, OPEN);
        Definition foos = new Definition(place).made(versions);
        Definition waldos = new Definition(place, "waldos", foos.group()).made(versions);
        soon(
                "both are published",
                () -> isPublished(place, foos.group(), "v1", "Foo") && isPublished(place, foos.group(), "v1", "Waldo"));
        foos.gone();
        waldos.gone();
    }

    private static void renamed(Place place) {
        Definition foos = twoVersions(place);
        soon("published", () -> isPublished(place, foos.group(), "v3", "Foo"));
        JsonNode before = published(place, foos.group(), "v2", "Foo");
        patched(place, foos, "[{'op':'replace','path':'/spec/versions/1/name','value':'v4'}]");
        soon(
                "the new name is published",
                () -> isPublished(place, foos.group(), "v4", "Foo") && !isPublished(place, foos.group(), "v3", "Foo"));
        Checks.same("the other version", before, published(place, foos.group(), "v2", "Foo"));
        foos.gone();
    }

    private static void unserved(Place place) {
        Definition foos = twoVersions(place);
        soon("published", () -> isPublished(place, foos.group(), "v3", "Foo"));
        JsonNode before = published(place, foos.group(), "v2", "Foo");
        patched(place, foos, "[{'op':'replace','path':'/spec/versions/1/served','value':false}]");
        soon("no longer published", () -> !isPublished(place, foos.group(), "v3", "Foo"));
        Checks.same("the other version", before, published(place, foos.group(), "v2", "Foo"));
        foos.gone();
    }

    private static void patched(Place place, Definition definition, String patch) {
        place.api()
                .patch(PATH + "/" + definition.name(), Api.JSON_PATCH, Api.json(patch))
                .ok();
    }
}
