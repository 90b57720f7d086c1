package io.minik.server.controllers.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The pure words that all controllers share: conditions, hashes of templates, when a pod counts. */
class ControlWordsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

    private static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aConditionIsOneOfItsTypeAndItsTimeMovesWithItsStatus() {
        ObjectNode status = Json.object();
        Conditions.set(status, "Ready", "False", "A", "a", "t1");
        Conditions.set(status, "Other", "True", "", "", "t1");
        Conditions.set(status, "Ready", "False", "B", "b", "t2");
        assertThat(Conditions.find(status, "Ready").orElseThrow())
                .isEqualTo(
                        tree("{'type':'Ready','status':'False','lastTransitionTime':'t1','reason':'B','message':'b'}"));
        Conditions.set(status, "Ready", "True", "B", "b", "t3");
        assertThat(Conditions.isTrue(status, "Ready")).isTrue();
        assertThat(Conditions.find(status, "Ready")
                        .orElseThrow()
                        .path("lastTransitionTime")
                        .asText())
                .isEqualTo("t3");
        assertThat(status.path("conditions")).hasSize(2);
        Conditions.remove(status, "Ready");
        Conditions.remove(status, "Never");
        assertThat(Conditions.find(status, "Ready")).isEmpty();
        Conditions.remove(status, "Other");
        assertThat(status.has("conditions")).isFalse();
        assertThat(Conditions.isTrue(tree("{'conditions':[{'type':'Ready','status':'true'}]}"), "Ready"))
                .isFalse();
    }

    // ---- hashes

    private static ObjectNode shuffled(ObjectNode node, Random random) {
        List<Map.Entry<String, com.fasterxml.jackson.databind.JsonNode>> fields = new ArrayList<>();
        node.properties().forEach(fields::add);
        Collections.shuffle(fields, random);
        ObjectNode other = Json.object();
        fields.forEach(field -> other.set(
                field.getKey(),
                field.getValue() instanceof ObjectNode inner ? shuffled(inner, random) : field.getValue()));
        return other;
    }

    @Test
    void aTemplatesHashIsOfWhatItMeans() {
        ObjectNode template = tree("{'metadata':{'labels':{'app':'web','tier':'a'}},'spec':{'containers':[{'name':'c',"
                + "'image':'i:1','args':['a','b'],'resources':{}}],'nodeSelector':{'x':'1','y':'2'}}}");
        String hash = TemplateHash.of(template, 0);
        Random random = new Random(Long.getLong("seed", 1));
        for (int i = 0; i < 50; i++) {
            assertThat(TemplateHash.of(shuffled(template, random), 0)).isEqualTo(hash);
        }
        ObjectNode emptier = template.deepCopy();
        ((ObjectNode) emptier.at("/spec/containers/0")).remove("resources");
        emptier.putNull("status");
        ((ObjectNode) emptier.path("spec")).putObject("securityContext").putArray("sysctls");
        assertThat(TemplateHash.of(emptier, 0)).as("what means nothing").isEqualTo(hash);
        ObjectNode other = template.deepCopy();
        ((ArrayNode) other.at("/spec/containers/0/args")).removeAll().add("b").add("a");
        assertThat(TemplateHash.of(other, 0)).as("the order of a list counts").isNotEqualTo(hash);
        assertThat(hash).matches("[bcdfghjklmnpqrstvwxz2456789]{1,10}");
    }

    @Test
    void collisionsGiveOtherHashes() {
        ObjectNode template = tree("{'spec':{'containers':[{'name':'c'}]}}");
        Set<String> hashes = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            hashes.add(TemplateHash.of(template, i));
        }
        assertThat(hashes).hasSize(100);
        assertThat(TemplateHash.of(template, 0)).as("and it is not changed").isEqualTo(TemplateHash.of(template, 0));
        assertThat(template).isEqualTo(tree("{'spec':{'containers':[{'name':'c'}]}}"));
    }

    // ---- pods

    private static KubeObject pod(String status) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("default", "p"), tree -> tree.set("status", tree(status)));
    }

    private static KubeObject readySince(String time) {
        return pod("{'phase':'Running','conditions':[{'type':'Ready','status':'True','lastTransitionTime':'" + time
                + "'}]}");
    }

    @Test
    void aPodIsAvailableOnceItWasReadyForItsMinimum() {
        KubeObject pod = readySince("2026-01-01T00:00:30Z");
        assertThat(Pods.available(pod, 0, NOW)).isTrue();
        assertThat(Pods.available(pod, 30, NOW)).isTrue();
        assertThat(Pods.available(pod, 31, NOW)).isFalse();
        assertThat(Pods.available(pod, Long.MAX_VALUE, NOW)).isFalse();
        assertThat(Pods.available(readySince("2026-01-01T01:00:30+01:00"), 30, NOW))
                .isTrue();
        assertThat(Pods.available(readySince("yesterday"), 1, NOW)).isFalse();
        assertThat(Pods.available(readySince("yesterday"), 0, NOW)).isTrue();
        assertThat(Pods.available(pod("{'phase':'Running'}"), 0, NOW)).isFalse();
        assertThat(Pods.nextAvailable(List.of(pod, readySince("2026-01-01T00:00:50Z")), 40, NOW))
                .contains(Duration.ofSeconds(10).plusMillis(1));
        assertThat(Pods.nextAvailable(List.of(pod), 30, NOW)).isEmpty();
    }

    @Test
    void whatEndedOrEndsIsNoReplica() {
        assertThat(Pods.active(pod("{'phase':'Pending'}"))).isTrue();
        assertThat(Pods.active(pod("{'phase':'Failed'}"))).isFalse();
        assertThat(Pods.active(pod("{'phase':'Succeeded'}"))).isFalse();
        KubeObject ends = pod("{'phase':'Running'}")
                .edit(tree -> Json.child(tree, "metadata").put("deletionTimestamp", NOW.toString()));
        assertThat(Pods.active(ends)).isFalse();
        assertThat(Pods.finished(ends)).isFalse();
    }

    @Test
    void restartsAreTheWorstOrAllTogether() {
        KubeObject pod = pod("{'initContainerStatuses':[{'restartCount':4}],"
                + "'containerStatuses':[{'restartCount':1},{'restartCount':3},{}]}");
        assertThat(Pods.restarts(pod)).isEqualTo(3);
        assertThat(Pods.allRestarts(pod)).isEqualTo(8);
    }

    @Test
    void aPodOfATemplateIsItsOwnersAndSharesNothingWithIt() {
        KubeObject owner = KubeObject.named(
                "apps/v1", "ReplicaSet", ObjectKey.of("shop", "n".repeat(247)), tree -> Json.child(tree, "metadata")
                        .put("uid", "u"));
        ObjectNode template = tree("{'metadata':{'name':'x','namespace':'y','labels':{'a':'b'},'annotations':{},"
                + "'finalizers':['f/g']},'spec':{'containers':[{'name':'c'}]}}");
        ObjectNode pod = Pods.ofTemplate(owner, template, "");
        assertThat(pod.at("/metadata/generateName").asText()).hasSize(247);
        assertThat(pod.at("/metadata/namespace").asText()).isEqualTo("shop");
        assertThat(pod.path("metadata").has("name")).isFalse();
        assertThat(pod.path("metadata").has("annotations")).isFalse();
        assertThat(pod.at("/metadata/finalizers/0").asText()).isEqualTo("f/g");
        assertThat(pod.at("/metadata/ownerReferences/0/uid").asText()).isEqualTo("u");
        ((ObjectNode) pod.at("/spec/containers/0")).put("name", "other");
        assertThat(template.at("/spec/containers/0/name").asText()).isEqualTo("c");
        assertThat(Pods.ofTemplate(owner, template, "db-0").at("/metadata/name").asText())
                .isEqualTo("db-0");
    }

    @Test
    void timesThatAreNoneAreAbsentAndTheSoonerOfTwoIsTaken() {
        assertThat(Outcomes.instant("")).isEmpty();
        assertThat(Outcomes.instant("2026-13-01T00:00:00Z")).isEmpty();
        assertThat(Outcomes.instant("2026-01-01T00:01:00.000001Z")).contains(NOW.plusNanos(1000));
        Optional<Duration> one = Optional.of(Duration.ofSeconds(1));
        Optional<Duration> two = Optional.of(Duration.ofSeconds(2));
        assertThat(Outcomes.sooner(one, two)).isEqualTo(one);
        assertThat(Outcomes.sooner(two, one)).isEqualTo(one);
        assertThat(Outcomes.sooner(Optional.empty(), two)).isEqualTo(two);
        assertThat(Outcomes.sooner(two, Optional.empty())).isEqualTo(two);
        assertThat(Outcomes.sooner(Optional.empty(), Optional.empty())).isEmpty();
    }
}
