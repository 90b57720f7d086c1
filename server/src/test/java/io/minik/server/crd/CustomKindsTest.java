package io.minik.server.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.TestApi;
import io.minik.server.kinds.DefinitionKind;
import io.minik.server.table.BuiltInTables;
import io.minik.server.table.Tables;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Definitions as users write them, from being applied to being deleted. */
class CustomKindsTest {
    private static final Resource TABS = new Resource("shop.example.com", "v1", "tabs", "Tab", true);
    private static final Resource OLD_TABS = new Resource("shop.example.com", "v1alpha1", "tabs", "Tab", true);
    private static final String OLD = version("v1alpha1", true, true);
    private static final String NEW = version("v1", true, false);

    private final Tables tables = BuiltInTables.tables();
    private TestApi api;
    private CustomKinds custom;

    @BeforeEach
    void start() {
        api = new TestApi();
        custom = run();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private CustomKinds run() {
        Context context = api.vertx().getOrCreateContext();
        ControllerContext controllers = ControllerContext.of(Loop.on(context), new ApiClient(api.transport(), "minik"));
        CustomKinds kinds = new CustomKinds(controllers, api.server().kinds(), tables);
        Promise<Void> started = Promise.promise();
        context.runOnContext(
                unused -> kinds.restore().compose(restored -> kinds.start()).onComplete(started));
        TestApi.await(started.future());
        return kinds;
    }

    private static String version(String name, boolean served, boolean storage) {
        return "{'name':'%s','served':%s,'storage':%s,'subresources':{'status':{}},'additionalPrinterColumns':["
                        .formatted(name, served, storage)
                + "{'name':'Ready','type':'string','jsonPath':'.status.conditions[?(@.type==\\'Ready\\')].status'},"
                        .replace("\\'", "\\\"")
                + "{'name':'Size','type':'integer','jsonPath':'.spec.size'}],'schema':{'openAPIV3Schema':{'type':'object',"
                + "'properties':{'spec':{'type':'object','properties':{'size':{'type':'integer','default':3}}},"
                + "'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}}}";
    }

    private static String definition(String plural, String kind, String shortName, String... versions) {
        return ("{'metadata':{'name':'%s.shop.example.com'},'spec':{'group':'shop.example.com','scope':'Namespaced',"
                        + "'names':{'plural':'%s','kind':'%s','shortNames':['%s']},'versions':[%s]}}")
                .formatted(plural, plural, kind, shortName, String.join(",", versions));
    }

    private KubeObject define(String json) {
        return api.create(Definition.RESOURCE, "", json);
    }

    private void awaitCondition(String name, String type, String reason) {
        TestApi.await(until(name, type, reason, 600));
    }

    private Future<Void> until(String name, String type, String reason, int looks) {
        return until(
                () -> Conditions.find(api.get(Definition.RESOURCE, "", name).at("status"), type)
                        .map(found -> Json.text(found, "reason").equals(reason))
                        .orElse(false),
                looks);
    }

    private Future<Void> until(BooleanSupplier there) {
        return until(there, 600);
    }

    /** What a controller does of itself is looked for: each look is one call. */
    private Future<Void> until(BooleanSupplier there, int looks) {
        if (there.getAsBoolean()) {
            return Future.succeededFuture();
        }
        return looks == 0
                ? Future.failedFuture(new AssertionError(
                        api.list(Definition.RESOURCE, "", Map.of()).items().toString()))
                : api.vertx()
                        .timer(10)
                        .compose(unused -> Future.succeededFuture())
                        .compose(unused -> api.vertx()
                                .executeBlocking(() -> until(there, looks - 1))
                                .compose(next -> next));
    }

    @Test
    void whatIsEstablishedIsServed() {
        KubeObject made = define(definition("tabs", "Tab", "tb", OLD, NEW));
        assertThat(Json.stringList(made.at("status", "storedVersions"))).containsExactly("v1alpha1");
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        JsonNode status =
                api.get(Definition.RESOURCE, "", "tabs.shop.example.com").at("status");
        assertThat(status.path("acceptedNames"))
                .isEqualTo(TestApi.tree("{'plural':'tabs','singular':'tab','shortNames':['tb'],'kind':'Tab',"
                        + "'listKind':'TabList'}"));
        assertThat(Json.text(Conditions.find(status, "NamesAccepted").orElseThrow(), "message"))
                .isEqualTo("no conflicts found");
        KubeObject tab = api.create(TABS, "default", "{'metadata':{'name':'one'},'spec':{'stranger':1}}");
        assertThat(tab.at("spec")).isEqualTo(TestApi.tree("{'size':3}"));
        assertThat(api.get(OLD_TABS, "default", "one").apiVersion()).isEqualTo("shop.example.com/v1alpha1");
        KubeObject ready = api.merge(
                TABS,
                tab.key(),
                "status",
                "{'status':{'conditions':[{'type':'A','status':'no'},{'type':'Ready','status':'True'}]}}");
        JsonNode row = tables.row(TABS, ready, Tables.IncludeObject.None, Instant.EPOCH);
        assertThat(row.path("cells").toString()).isEqualTo("[\"one\",\"True\",3]");
    }

    @Test
    void aNewVersionShowsWhatIsStoredInAnOldOne() {
        define(definition("tabs", "Tab", "tb", OLD));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        api.create(OLD_TABS, "default", "{'metadata':{'name':'one'},'spec':{'size':7}}");
        KubeObject changed = api.merge(
                Definition.RESOURCE,
                ObjectKey.cluster("tabs.shop.example.com"),
                "",
                "{'spec':{'versions':[" + version("v1", true, true) + "," + version("v1alpha1", false, false) + "]}}");
        assertThat(Json.stringList(changed.at("status", "storedVersions"))).containsExactly("v1alpha1", "v1");
        awaitServed(TABS, true);
        KubeObject tab = api.get(TABS, "default", "one");
        assertThat(tab.apiVersion()).isEqualTo("shop.example.com/v1");
        assertThat(tab.at("spec", "size").asInt()).isEqualTo(7);
        assertThatThrownBy(() -> api.get(OLD_TABS, "default", "one")).hasMessageContaining("could not find");
    }

    /** Defaults of today and no fields of yesterday, though nobody has written the object since. */
    @Test
    void whatWasStoredUnderAnOtherSchemaIsReadUnderThisOne() {
        String one = version("v1", true, true);
        define(definition("tabs", "Tab", "tb", one.replace("'size':", "'old':{'type':'string'},'size':")));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        api.create(TABS, "default", "{'metadata':{'name':'one'},'spec':{'size':7,'old':'x'}}");
        api.merge(
                Definition.RESOURCE,
                ObjectKey.cluster("tabs.shop.example.com"),
                "",
                "{'spec':{'versions':[" + one.replace("'size':", "'colour':{'type':'string','default':'red'},'size':")
                        + "]}}");
        TestApi.await(until(() -> api.get(TABS, "default", "one").at("spec").has("colour")));
        JsonNode spec = TestApi.tree("{'size':7,'colour':'red'}");
        assertThat(api.get(TABS, "default", "one").at("spec")).isEqualTo(spec);
        assertThat(api.list(TABS, "default", Map.of()).items().get(0).at("spec"))
                .isEqualTo(spec);
        assertThat(api.merge(TABS, ObjectKey.of("default", "one"), "", "{'metadata':{'labels':{'a':'b'}}}")
                        .at("spec"))
                .isEqualTo(spec);
    }

    private boolean isServed(Resource resource) {
        return api.server()
                .kinds()
                .kinds()
                .find(resource.apiVersion(), resource.plural())
                .isPresent();
    }

    private void awaitServed(Resource resource, boolean wanted) {
        Promise<Void> there = Promise.promise();
        api.server().kinds().kinds().onChange(change -> {
            if (isServed(resource) == wanted) {
                there.tryComplete();
            }
        });
        if (isServed(resource) == wanted) {
            there.tryComplete();
        }
        TestApi.await(there.future());
    }

    @Test
    void namesThatAreTakenWaitForTheirOwnersEnd() {
        define(definition("tabs", "Tab", "tb", NEW.replace("'storage':false", "'storage':true")));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        define(definition("others", "Tab", "tb", version("v1", true, true)));
        awaitCondition("others.shop.example.com", "Established", "NotAccepted");
        JsonNode status =
                api.get(Definition.RESOURCE, "", "others.shop.example.com").at("status");
        JsonNode names = Conditions.find(status, "NamesAccepted").orElseThrow();
        assertThat(Json.text(names, "reason")).isEqualTo("KindConflict".replace("Kind", "ListKind"));
        assertThat(Json.text(names, "message")).isEqualTo("\"TabList\" is already in use");
        api.delete(Definition.RESOURCE, ObjectKey.cluster("tabs.shop.example.com"), "{}");
        awaitCondition("others.shop.example.com", "Established", "InitialNamesAccepted");
    }

    @Test
    void aDefinitionTakesItsObjectsWithIt() {
        define(definition("tabs", "Tab", "tb", version("v1", true, true)));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        api.create(TABS, "default", "{'metadata':{'name':'one','finalizers':['a.b/c']},'spec':{}}");
        KubeObject going = api.delete(Definition.RESOURCE, ObjectKey.cluster("tabs.shop.example.com"), "{}");
        assertThat(going.meta().finalizers()).containsExactly(DefinitionKind.CLEANUP);
        assertThat(Json.text(Conditions.find(going.at("status"), "Terminating").orElseThrow(), "reason"))
                .isEqualTo("InstanceDeletionPending");
        awaitCondition("tabs.shop.example.com", "Terminating", "InstanceDeletionInProgress");
        api.list(TABS, "default", Map.of());
        assertThatThrownBy(() -> api.create(TABS, "default", "{'metadata':{'name':'two'}}"))
                .hasMessage("create not allowed while custom resource definition is terminating")
                .extracting(error -> ((ApiException) error).status().code())
                .isEqualTo(405);
        api.merge(TABS, ObjectKey.of("default", "one"), "", "{'metadata':{'finalizers':null}}");
        awaitServed(TABS, false);
        assertThatThrownBy(() -> api.get(Definition.RESOURCE, "", "tabs.shop.example.com"))
                .hasMessage("customresourcedefinitions.apiextensions.k8s.io \"tabs.shop.example.com\" not found");
    }

    @Test
    void listsAreOfTheListKind() {
        define(definition("tabs", "Tab", "tb", version("v1", true, true))
                .replace("'kind':'Tab'", "'kind':'Tab','listKind':'Tabulature'"));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        KindRow row =
                api.server().kinds().kinds().find("shop.example.com/v1", "tabs").orElseThrow();
        assertThat(row.listKind()).isEqualTo("Tabulature");
        assertThat(row.listType(api.server().kinds().kinds().now())
                        .orElseThrow()
                        .name())
                .isEqualTo("com.example.shop.v1.Tabulature");
    }

    @Test
    void kubernetesOwnGroupsSayWhereTheyWereApproved() {
        String own =
                definition("tabs", "Tab", "tb", version("v1", true, true)).replace("shop.example.com", "shop.k8s.io");
        define(own.replace("{'name'", "{'annotations':{'api-approved.kubernetes.io':'unapproved, a test'},'name'")
                .replace(
                        "'versions':[{'annotations':{'api-approved.kubernetes.io':'unapproved, a test'},",
                        "'versions':[{"));
        awaitCondition("tabs.shop.k8s.io", "Established", "InitialNamesAccepted");
        JsonNode condition = Conditions.find(
                        api.get(Definition.RESOURCE, "", "tabs.shop.k8s.io").at("status"),
                        "KubernetesAPIApprovalPolicyConformant")
                .orElseThrow();
        assertThat(Json.text(condition, "status")).isEqualTo("False");
        assertThat(Json.text(condition, "reason")).isEqualTo("UnapprovedAnnotation");
        assertThat(Json.text(condition, "message")).isEqualTo("not approved: \"unapproved, a test\"");
    }

    /** Whoever may write definitions must not be able to keep the server from its next start. */
    @ParameterizedTest
    @ValueSource(strings = {"{'plural':'tabs','kind':'Tab'}", "{'plural':'','kind':''}"})
    void aDefinitionThatCannotBeServedKeepsNoServerFromItsStart(String names) {
        define(definition("tabs", "Tab", "tb", version("v1", true, true)));
        define(definition("others", "Other", "ot", version("v1", true, true)));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        awaitCondition("others.shop.example.com", "Established", "InitialNamesAccepted");
        TestApi.await(custom.stop());
        api.merge(
                Definition.RESOURCE,
                ObjectKey.cluster("others.shop.example.com"),
                "status",
                "{'status':{'acceptedNames':" + names + "}}");
        nothingIsServed();
        run();
        // Which of the two has the name at first is chance; it goes to whose it was.
        awaitServed(TABS, true);
        assertThat(api.get(Definition.RESOURCE, "", "others.shop.example.com").name())
                .isEqualTo("others.shop.example.com");
    }

    private void nothingIsServed() {
        List<KindRow> rows = api.server().kinds().kinds().all().stream()
                .filter(row -> row.added().isPresent())
                .toList();
        TestApi.await(api.server().kinds().change(rows, List.of()));
    }

    @Test
    void whatWasEstablishedIsServedAgainAfterAStart() {
        define(definition("tabs", "Tab", "tb", version("v1", true, true)));
        awaitCondition("tabs.shop.example.com", "Established", "InitialNamesAccepted");
        KubeObject tab = api.create(TABS, "default", "{'metadata':{'name':'one'},'spec':{}}");
        TestApi.await(custom.stop());
        nothingIsServed();
        run();
        assertThat(api.get(TABS, "default", "one").bytes()).isEqualTo(tab.bytes());
        assertThat(api.list(Resources.NAMESPACES, "", Map.of()).items()).isNotEmpty();
    }
}
