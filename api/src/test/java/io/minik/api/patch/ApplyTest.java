package io.minik.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ApplyTest {
    private static final Type DEPLOYMENT =
            Schema.load().kind(Resources.DEPLOYMENTS).type();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    /** These objects have no defaults. */
    private static void nothing(ObjectNode object) {}

    private static ObjectNode tree(String yaml) {
        return Decoder.decode(DEPLOYMENT, yaml.getBytes(StandardCharsets.UTF_8), Format.YAML, FieldValidation.STRICT)
                .tree();
    }

    private static ObjectNode apply(String manager, boolean force, ObjectNode live, String yaml) {
        return Apply.apply(
                new Apply.Applier(DEPLOYMENT, manager, force, "", NOW, ApplyTest::nothing),
                Optional.of(live),
                tree(yaml));
    }

    private static ObjectNode created(String yaml) {
        return Apply.apply(
                new Apply.Applier(DEPLOYMENT, "me", false, "", NOW, ApplyTest::nothing), Optional.empty(), tree(yaml));
    }

    private static String web(String container) {
        return "metadata: {name: web, labels: {a: '1'}}\nspec: {replicas: 2, template: {spec: {containers: ["
                + container + "]}}}";
    }

    @Test
    void theApplierOwnsWhatItSaid() {
        ObjectNode tree = created(web("{name: c, image: i, args: [x], ports: [{containerPort: 80}]}"));
        assertThat(Json.at(tree, "metadata", "managedFields").toString())
                .isEqualTo("[{\"manager\":\"me\",\"operation\":\"Apply\",\"apiVersion\":\"apps/v1\","
                        + "\"time\":\"2026-01-02T03:04:05Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":"
                        + "{\"f:labels\":{\"f:a\":{}}},\"f:spec\":{\"f:replicas\":{},\"f:template\":{\"f:spec\":"
                        + "{\"f:containers\":{\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{},\"f:args\":{},\"f:image\":{},\"f:name\":{},"
                        + "\"f:ports\":{\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
                        + "\"f:containerPort\":{}}}}}}}}}}]");
    }

    /** A Service without affinity keeps no timeout of it, however often somebody applies one. */
    @Test
    void whatDefaultsTakeAwayIsNoChange() {
        KindRow services = Schema.load().kind(Resources.SERVICES);
        String said =
                "spec: {ports: [{port: 80}], sessionAffinity: None, sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}}";
        ObjectNode applied = Decoder.decode(
                        services.type(), said.getBytes(StandardCharsets.UTF_8), Format.YAML, FieldValidation.STRICT)
                .tree();
        Consumer<ObjectNode> defaults = tree -> Defaults.apply(services, tree);
        ObjectNode first = Apply.apply(
                new Apply.Applier(services.type(), "me", false, "", NOW, defaults), Optional.empty(), applied);
        assertThat(first.path("spec").has("sessionAffinityConfig")).isFalse();
        ObjectNode again = Apply.apply(
                new Apply.Applier(services.type(), "me", false, "", NOW.plusSeconds(60), defaults),
                Optional.of(first),
                applied);
        assertThat(again).isEqualTo(first);
    }

    @Test
    void applyingTheSameAgainChangesNothing() {
        ObjectNode tree = created(web("{name: c, image: i}"));
        ObjectNode again = Apply.apply(
                new Apply.Applier(DEPLOYMENT, "me", false, "", NOW.plusSeconds(60), ApplyTest::nothing),
                Optional.of(tree),
                tree(web("{name: c, image: i}")));
        assertThat(again).isEqualTo(tree);
    }

    @Test
    void emptyObjectsStayWhenTheyAreAppliedAgain() {
        String said =
                "metadata: {name: web, annotations: {}}\nspec: {strategy: {}, template: {spec: {securityContext: {}, affinity: {},"
                        + " containers: [{name: c, image: i, resources: {}, securityContext: {capabilities: {drop: []}},"
                        + " lifecycle: {}}]}}}";
        ObjectNode tree = created(said);
        assertThat(Json.at(tree, "spec", "template", "spec").has("affinity")).isTrue();
        ObjectNode again = Apply.apply(
                new Apply.Applier(DEPLOYMENT, "me", false, "", NOW.plusSeconds(60), ApplyTest::nothing),
                Optional.of(tree),
                tree(said));
        assertThat(again).isEqualTo(tree);
        ObjectNode less = apply("me", false, tree, web("{name: c, image: i}"));
        assertThat(Json.at(less, "spec", "template", "spec").toString())
                .isEqualTo("{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}");
    }

    @Test
    void whatIsNoLongerSaidGoesUnlessSomebodyElseOwnsIt() {
        ObjectNode tree = created(web("{name: c, image: i, args: [x]}, {name: d, image: j}"));
        ObjectNode shared =
                apply("other", false, tree, "spec: {template: {spec: {containers: [{name: d, tty: true}]}}}");
        ObjectNode less = apply(
                "me",
                false,
                shared,
                "metadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}");
        assertThat(less.path("metadata").has("labels")).isFalse();
        assertThat(less.path("spec").has("replicas")).isFalse();
        assertThat(Json.at(less, "spec", "template", "spec", "containers").toString())
                .isEqualTo("[{\"name\":\"c\",\"image\":\"i\"},{\"name\":\"d\",\"tty\":true}]");
    }

    @Test
    void changingWhatAnotherOwnsIsAConflictUnlessForced() {
        ObjectNode tree = created(web("{name: c, image: i}"));
        String theirs = "spec: {replicas: 5, template: {spec: {containers: [{name: c, image: z}]}}}";
        assertThatThrownBy(() -> apply("other", false, tree, theirs)).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.status().code()).isEqualTo(409);
            assertThat(e.getMessage())
                    .isEqualTo("Apply failed with 2 conflicts: conflicts with \"me\":\n"
                            + "- .spec.replicas\n- .spec.template.spec.containers[name=\"c\"].image");
        });
        ObjectNode forced = apply("other", true, tree, theirs);
        assertThat(Json.intOr(0, forced, "spec", "replicas")).isEqualTo(5);
        assertThat(forced.path("metadata").path("managedFields").get(0).toString())
                .as("me owns it no more")
                .contains("\"me\"")
                .doesNotContain("f:replicas");
        assertThat(apply("third", false, forced, "spec: {replicas: 5}"))
                .as("agreeing is no conflict")
                .isNotNull();
    }

    @Test
    void updatesTakeTheirFieldsAndWhatWasNeverTrackedCountsAsOneManager() {
        ObjectNode plain = tree(web("{name: c, image: i}"));
        assertThatThrownBy(() -> apply("me", false, plain, "spec: {replicas: 3}"))
                .hasMessage("Apply failed with 1 conflict: conflict with \"before-first-apply\" using apps/v1:"
                        + " .spec.replicas");
        ObjectNode applied = apply("me", false, plain, web("{name: c, image: i}"));
        ObjectNode scaled = applied.deepCopy();
        ((ObjectNode) scaled.path("spec")).put("replicas", 9);
        ManagedFields.track(new ManagedFields.Writer(DEPLOYMENT, "kubectl", "scale", NOW), applied, scaled);
        assertThatThrownBy(() -> apply("me", false, scaled, web("{name: c, image: i}")))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using"
                        + " apps/v1: .spec.replicas");
    }

    @Test
    void managersAreBounded() {
        ObjectNode tree = created(web("{name: c, image: i}"));
        for (int at = 0; at < 30; at++) {
            ObjectNode next = tree.deepCopy();
            ((ObjectNode) next.path("metadata").path("labels")).put("l" + at, "x");
            ManagedFields.track(new ManagedFields.Writer(DEPLOYMENT, "m" + at, "", NOW.plusSeconds(at)), tree, next);
            tree = next;
        }
        assertThat(Json.at(tree, "metadata", "managedFields").size()).isEqualTo(1 + ManagedFields.MAX_UPDATERS);
    }

    private static ManagedFields.Writer writer(String manager, String subresource, int later) {
        return new ManagedFields.Writer(DEPLOYMENT, manager, subresource, NOW.plusSeconds(later));
    }

    @Test
    void theCreatorOwnsAllAndALaterChangeOnlyItsFields() {
        ObjectNode tree = tree(web("{name: c, image: i, ports: [{containerPort: 80}]}"));
        ManagedFields.created(writer("kubectl-create", "", 0), tree);
        assertThat(Json.at(tree, "metadata", "managedFields").toString())
                .isEqualTo("[{\"manager\":\"kubectl-create\",\"operation\":\"Update\",\"apiVersion\":\"apps/v1\","
                        + "\"time\":\"2026-01-02T03:04:05Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":"
                        + "{\"f:labels\":{\".\":{},\"f:a\":{}}},\"f:spec\":{\"f:replicas\":{},\"f:template\":{\"f:spec\":"
                        + "{\"f:containers\":{\".\":{},\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{},\"f:image\":{},"
                        + "\"f:name\":{},\"f:ports\":{\".\":{},\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":"
                        + "\\\"TCP\\\"}\":{\".\":{},\"f:containerPort\":{}}}}}}}}}}]");
        ObjectNode scaled = tree.deepCopy();
        ((ObjectNode) scaled.path("spec")).put("replicas", 9);
        ManagedFields.track(writer("scaler", "scale", 1), tree, scaled);
        JsonManagers managers = new JsonManagers(scaled);
        assertThat(managers.fields("kubectl-create")).doesNotContain("f:replicas");
        assertThat(managers.fields("scaler")).isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
        ObjectNode again = scaled.deepCopy();
        ((ObjectNode) again.path("spec")).put("replicas", 10);
        ManagedFields.track(writer("scaler", "scale", 2), scaled, again);
        assertThat(new JsonManagers(again).entry("scaler").toString())
                .as("only its time is new")
                .isEqualTo(managers.entry("scaler").toString().replace("04:06Z", "04:07Z"));
    }

    private record JsonManagers(ObjectNode tree) {
        JsonNode entry(String manager) {
            return Json.items(tree, "metadata", "managedFields").stream()
                    .filter(entry -> Json.text(entry, "manager").equals(manager))
                    .findFirst()
                    .orElseThrow();
        }

        String fields(String manager) {
            return entry(manager).path("fieldsV1").toString();
        }
    }

    @Test
    void oneEmptyManagerEndsTheTracking() {
        ObjectNode tree = tree(web("{name: c, image: i}"));
        ManagedFields.created(writer("me", "", 0), tree);
        ObjectNode reset = tree.deepCopy();
        ((ObjectNode) reset.path("metadata")).putArray("managedFields").addObject();
        ManagedFields.track(writer("me", "", 1), tree, reset);
        assertThat(reset.path("metadata").has("managedFields")).isFalse();
        ObjectNode later = reset.deepCopy();
        ((ObjectNode) later.path("spec")).put("replicas", 9);
        ManagedFields.track(writer("me", "", 2), reset, later);
        assertThat(later.path("metadata").has("managedFields")).isFalse();
    }

    @Test
    void aCallerMayHandOverFieldsButNotThroughASubresource() {
        ObjectNode tree = tree(web("{name: c, image: i}"));
        ManagedFields.created(writer("me", "", 0), tree);
        ObjectNode renamed = tree.deepCopy();
        ((ObjectNode) renamed.path("metadata").path("managedFields").get(0)).put("manager", "you");
        ObjectNode through = renamed.deepCopy();
        ManagedFields.track(writer("kubectl", "status", 1), tree, through);
        assertThat(through).isEqualTo(tree);
        ManagedFields.track(writer("kubectl", "", 1), tree, renamed);
        assertThat(new JsonManagers(renamed).fields("you")).contains("f:replicas");
    }

    @Test
    void aWriteMayLeaveOutTheKeyOfAnItem() {
        ObjectNode tree = tree("spec: {replicas: 1}");
        ManagedFields.created(writer("me", "", 0), tree);
        ObjectNode told = tree.deepCopy();
        Json.child(told, "status").putArray("conditions").addObject().put("message", "told");
        ManagedFields.track(writer("other", "status", 1), tree, told);
        assertThat(new JsonManagers(told).fields("other")).contains("k:{\\\"type\\\":\\\"\\\"}");
    }

    @Test
    void whatKubectlAppliedItselfIsNoConflictAndItsNoteFollows() {
        String note = "kubectl.kubernetes.io/last-applied-configuration";
        ObjectNode tree = tree(
                "metadata: {name: web, annotations: {" + note
                        + ": '{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2}}'}}\nspec: {replicas: 2, paused: true}");
        ManagedFields.created(writer("kubectl-client-side-apply", "", 0), tree);
        ObjectNode applied = apply("kubectl", false, tree, "spec: {replicas: 3}");
        assertThat(Json.intOr(0, applied, "spec", "replicas")).isEqualTo(3);
        assertThat(Json.text(applied, "metadata", "annotations", note))
                .isEqualTo("{\"spec\":{\"replicas\":3},\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"}\n");
        assertThatThrownBy(() -> apply("kubectl", false, tree, "spec: {paused: false}"))
                .hasMessage("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using apps/v1:"
                        + " .spec.paused");
    }
}
