package io.minik.server.controllers.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a Job makes of its pods' ends: policies for failures and successes, each index by itself, replacement, adoption. */
class JobPoliciesTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new JobController(cluster.context));
    }

    private void job(String spec) {
        cluster.put(Resources.JOBS, "calc", tree -> {
            ObjectNode node =
                    Json.parseObject(spec.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8));
            node.putObject("selector").putObject("matchLabels").put("app", "calc");
            Cluster.template(node, "calc", "v1");
            Json.child(Json.child(node, "template"), "spec").put("restartPolicy", "Never");
            tree.set("spec", node);
        });
        cluster.loop.settle();
    }

    private KubeObject get() {
        return cluster.get(Resources.JOBS, "calc");
    }

    private String reason(String condition) {
        return Conditions.find(get().at("status"), condition)
                .filter(each -> Json.text(each, "status").equals("True"))
                .map(each -> Json.text(each, "reason"))
                .orElse("");
    }

    private KubeObject pod(int index) {
        return cluster.livePods().stream()
                .filter(pod -> JobPods.index(pod) == index)
                .findFirst()
                .orElseThrow();
    }

    private List<Integer> running() {
        return cluster.livePods().stream().map(JobPods::index).sorted().toList();
    }

    private void fails(KubeObject pod, int exitCode, Consumer<ObjectNode> more) {
        cluster.api.edit(Resources.PODS, pod.key(), tree -> {
            ObjectNode status = Json.child(tree, "status").put("phase", "Failed");
            ObjectNode terminated = status.putArray("containerStatuses")
                    .addObject()
                    .put("name", "c")
                    .putObject("state")
                    .putObject("terminated");
            terminated.put("exitCode", exitCode).put("finishedAt", cluster.context.time());
            more.accept(status);
        });
        cluster.loop.settle();
    }

    private void fails(KubeObject pod, int exitCode) {
        fails(pod, exitCode, status -> {});
    }

    private void leave() {
        cluster.pods().stream()
                .filter(pod -> pod.meta().deleting())
                .forEach(pod -> cluster.api.remove(Resources.PODS, pod.key()));
        cluster.loop.settle();
    }

    private int count(String field) {
        return Json.intOr(0, get().tree(), "status", field);
    }

    @Test
    void anExitCodeOfTheFailurePolicyEndsTheJobAtOnce() {
        job("""
            {'completions':2,'parallelism':2,'backoffLimit':6,'podReplacementPolicy':'Failed','podFailurePolicy':{'rules':[
              {'action':'FailJob','onExitCodes':{'containerName':'c','operator':'In','values':[42]}}]}}""");
        cluster.everyPodRuns();
        KubeObject first = cluster.livePods().get(0);
        fails(first, 42);
        assertThat(reason("FailureTarget")).isEqualTo("PodFailurePolicy");
        assertThat(reason("Failed")).as("one pod still ends").isEmpty();
        leave();
        assertThat(reason("Failed")).isEqualTo("PodFailurePolicy");
        assertThat(Conditions.find(get().at("status"), "Failed").map(each -> Json.text(each, "message")))
                .contains("Container c for pod " + first.key()
                        + " failed with exit code 42 matching FailJob rule at index 0");
        assertThat(count("failed")).isEqualTo(2);
        assertThat(cluster.pods()).noneMatch(JobPods::tracked);
    }

    @Test
    void ignoredFailuresAreRetriedAndDoNotCount() {
        job("""
            {'completions':1,'parallelism':1,'backoffLimit':0,'podReplacementPolicy':'Failed','podFailurePolicy':{'rules':[
              {'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget','status':'True'}]}]}}""");
        fails(
                cluster.livePods().get(0),
                137,
                status -> Conditions.set(
                        status, "DisruptionTarget", "True", "EvictionByEvictionAPI", "", cluster.context.time()));
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(cluster.livePods()).hasSize(1);
        cluster.finish(cluster.livePods().get(0), "Succeeded");
        cluster.loop.settle();
        assertThat(reason("Complete")).isEqualTo("CompletionsReached");
        assertThat(count("failed")).isZero();
        assertThat(cluster.pods()).noneMatch(JobPods::tracked);
    }

    @Test
    void eachIndexHasItsOwnLimit() {
        job("""
            {'completions':2,'parallelism':2,'completionMode':'Indexed','backoffLimitPerIndex':1}""");
        cluster.finish(pod(0), "Succeeded");
        fails(pod(1), 1);
        assertThat(running()).as("index 1 pauses").isEmpty();
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(pod(1).annotations()).containsEntry("batch.kubernetes.io/job-index-failure-count", "1");
        fails(pod(1), 1);
        assertThat(reason("Failed")).isEqualTo("FailedIndexes");
        assertThat(get().text("status", "completedIndexes")).isEqualTo("0");
        assertThat(get().text("status", "failedIndexes")).isEqualTo("1");
        assertThat(count("failed")).isEqualTo(2);
        assertThat(cluster.pods()).noneMatch(JobPods::tracked);
    }

    @Test
    void tooManyFailedIndexesEndTheJob() {
        job("""
            {'completions':4,'parallelism':2,'completionMode':'Indexed','backoffLimitPerIndex':0,'maxFailedIndexes':0}""");
        cluster.everyPodRuns();
        fails(pod(1), 1);
        leave();
        assertThat(reason("Failed")).isEqualTo("MaxFailedIndexesExceeded");
        assertThat(get().text("status", "failedIndexes")).isEqualTo("1");
        assertThat(cluster.livePods()).isEmpty();
    }

    @Test
    void theFailurePolicyCanGiveUpAnIndex() {
        job("""
            {'completions':2,'parallelism':1,'completionMode':'Indexed','backoffLimitPerIndex':5,'podFailurePolicy':{'rules':[
              {'action':'FailIndex','onExitCodes':{'operator':'NotIn','values':[1]}}]}}""");
        fails(pod(0), 7);
        assertThat(get().text("status", "failedIndexes")).isEqualTo("0");
        assertThat(running()).containsExactly(1);
    }

    @Test
    void theSuccessPolicyEndsTheJobAndItsLastPodsAreNoFailures() {
        job("""
            {'completions':5,'parallelism':5,'completionMode':'Indexed','successPolicy':{'rules':[
              {'succeededIndexes':'0-1,4','succeededCount':2}]}}""");
        cluster.finish(pod(2), "Succeeded");
        cluster.finish(pod(4), "Succeeded");
        cluster.loop.settle();
        assertThat(reason("SuccessCriteriaMet")).isEmpty();
        cluster.finish(pod(0), "Succeeded");
        cluster.loop.settle();
        assertThat(reason("SuccessCriteriaMet")).isEqualTo("SuccessPolicy");
        leave();
        assertThat(reason("Complete")).isEqualTo("SuccessPolicy");
        assertThat(get().text("status", "completedIndexes")).isEqualTo("0,2,4");
        assertThat(count("succeeded")).isEqualTo(3);
        assertThat(count("failed")).isZero();
        assertThat(count("terminating")).isZero();
    }

    @Test
    void suspendingTakesPodsAwayWithoutCountingThem() {
        job("{'completions':2,'parallelism':2,'backoffLimit':0}");
        cluster.edit(Resources.JOBS, "calc", tree -> Json.child(tree, "spec").put("suspend", true));
        cluster.loop.settle();
        leave();
        assertThat(count("failed")).isZero();
        assertThat(cluster.livePods()).isEmpty();
        assertThat(cluster.events("Suspended")).containsExactly("Job suspended");
        String started = get().text("status", "startTime");
        cluster.loop.advance(Duration.ofSeconds(5));
        cluster.edit(Resources.JOBS, "calc", tree -> Json.child(tree, "spec").put("suspend", false));
        cluster.loop.settle();
        assertThat(cluster.livePods()).hasSize(2);
        assertThat(cluster.events("Resumed")).containsExactly("Job resumed");
        assertThat(get().text("status", "startTime")).isNotEqualTo(started);
        assertThat(Conditions.isTrue(get().at("status"), "Suspended")).isFalse();
    }

    @Test
    void aPodThatIsDeletedIsReplacedAtOnceUnlessOnlyFailedOnesAre() {
        job("{'completions':1,'parallelism':1,'backoffLimit':6,'podReplacementPolicy':'Failed'}");
        KubeObject pod = cluster.livePods().get(0);
        cluster.api.edit(Resources.PODS, pod.key(), tree -> Json.child(tree, "metadata")
                .put("deletionTimestamp", cluster.context.time()));
        cluster.loop.settle();
        cluster.loop.advance(Duration.ofSeconds(30));
        assertThat(cluster.livePods()).isEmpty();
        assertThat(count("terminating")).isEqualTo(1);
        fails(pod, 143);
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(cluster.livePods()).hasSize(1);
        assertThat(count("failed")).isEqualTo(1);
    }

    @Test
    void orphansThatMatchAreAdoptedAndPodsThatDoNotAreLetGo() {
        job("{'completions':4,'parallelism':2,'backoffLimit':6}");
        KubeObject pod = cluster.livePods().get(0);
        cluster.api.edit(Resources.PODS, pod.key(), tree -> {
            Json.child(tree, "metadata").remove("ownerReferences");
            Json.child(tree, "metadata").remove("finalizers");
        });
        cluster.loop.settle();
        KubeObject adopted = cluster.get(Resources.PODS, pod.name());
        assertThat(adopted.meta().controller().orElseThrow().uid()).isEqualTo(get().uid());
        assertThat(JobPods.tracked(adopted)).isTrue();
        cluster.api.edit(
                Resources.PODS, pod.key(), tree -> Json.child(tree, "metadata").remove("labels"));
        cluster.loop.settle();
        KubeObject released = cluster.get(Resources.PODS, pod.name());
        assertThat(released.meta().controller()).isEmpty();
        assertThat(JobPods.tracked(released)).isFalse();
        assertThat(cluster.livePods()).as("with one in its place").hasSize(3);
    }

    @Test
    void aJobThatAnotherControllerLooksAfterIsLeftAlone() {
        job("{'completions':1,'parallelism':1,'managedBy':'example.com/queue'}");
        assertThat(cluster.pods()).isEmpty();
        assertThat(get().at("status").isEmpty()).isTrue();
    }

    private static final String ONE = "{'completions':1,'parallelism':1,'backoffLimit':2}";

    @Test
    void podsOfAJobThatIsGoneAreLetGoAlsoIfANamesakeCame() {
        job(ONE);
        KubeObject pod = cluster.livePods().get(0);
        cluster.api.remove(Resources.JOBS, get().key());
        job(ONE);
        assertThat(JobPods.tracked(cluster.api.require(Resources.PODS, pod.key())))
                .isFalse();
        assertThat(cluster.livePods().stream().filter(JobPods::tracked)).hasSize(1);
    }

    @Test
    void podsWhoseJobWentWhileNobodyLookedAreLetGoAtTheStartAndWhenTheServerIsBack() {
        job(ONE);
        KubeObject pod = cluster.livePods().get(0);
        Cluster later = new Cluster();
        later.api.put(Resources.PODS, pod);
        later.api.failing(call ->
                call.verb() == ApiCall.Verb.PATCH ? Optional.of(ApiException.unavailable("away")) : Optional.empty());
        later.start(new JobController(later.context));
        assertThat(JobPods.tracked(later.pods().get(0))).isTrue();
        later.api.failing(call -> Optional.empty());
        later.loop.advance(Duration.ofSeconds(1));
        assertThat(JobPods.tracked(later.pods().get(0))).isFalse();
    }
}
