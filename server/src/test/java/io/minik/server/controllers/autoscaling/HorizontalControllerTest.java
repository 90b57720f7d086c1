package io.minik.server.controllers.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HorizontalControllerTest {
    private static final Resource HPA =
            new Resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(
                new HorizontalController(cluster.context, () -> List.of(Resources.DEPLOYMENTS, Resources.CONFIG_MAPS)));
        workload(2);
        pod("web-0", 500);
        pod("web-1", 500);
    }

    private void workload(int replicas) {
        cluster.put(
                Resources.DEPLOYMENTS,
                "web",
                Cluster.workload("web", replicas, "i")
                        .andThen(tree -> Json.child(tree, "status").put("replicas", replicas)));
    }

    private void pod(String name, int milli) {
        cluster.put(Resources.PODS, name, tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "web");
            ObjectNode container =
                    tree.putObject("spec").putArray("containers").addObject().put("name", "c");
            container.putObject("resources").putObject("requests").put("cpu", "1");
            ObjectNode status = tree.putObject("status").put("phase", "Running");
            status.put("startTime", "2025-01-01T00:00:00Z");
            Conditions.set(status, "Ready", "True", "", "", "2025-01-01T00:00:10Z");
        });
        use(name, milli);
    }

    private void use(String name, int milli) {
        cluster.put(Resources.POD_METRICS, name, tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "web");
            tree.put("timestamp", cluster.context.time()).put("window", "15s");
            ObjectNode container = tree.putArray("containers").addObject().put("name", "c");
            container.putObject("usage").put("cpu", milli + "m").put("memory", "10Mi");
        });
    }

    private void autoscaler(String name, String spec) {
        cluster.put(HPA, name, tree -> {
            Json.child(tree, "metadata").put("generation", 1);
            tree.set("spec", Json.parse(spec.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        });
        cluster.loop.settle();
    }

    private static String of(String kind, String metrics) {
        return "{'scaleTargetRef':{'apiVersion':'apps/v1','kind':'" + kind
                + "','name':'web'},'minReplicas':1,'maxReplicas':6,'metrics':[" + metrics + "]}";
    }

    private static final String CPU =
            "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':20}}}";

    private int replicas() {
        return Json.intOr(0, cluster.get(Resources.DEPLOYMENTS, "web").tree(), "spec", "replicas");
    }

    private String condition(String type) {
        KubeObject hpa = cluster.get(HPA, "web");
        return Conditions.find(hpa.at("status"), type)
                .map(each ->
                        Json.text(each, "status") + " " + Json.text(each, "reason") + " " + Json.text(each, "message"))
                .orElse("");
    }

    @Test
    void growsUntilThePodsAreAtEase() {
        autoscaler("web", of("Deployment", CPU));
        assertThat(replicas()).isEqualTo(4);
        KubeObject hpa = cluster.get(HPA, "web");
        assertThat(hpa.at("status", "currentReplicas").intValue()).isEqualTo(2);
        assertThat(hpa.at("status", "desiredReplicas").intValue()).isEqualTo(4);
        assertThat(hpa.at("status", "currentMetrics").toString())
                .isEqualTo("[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"current\":"
                        + "{\"averageUtilization\":50,\"averageValue\":\"500m\"}}}]");
        assertThat(hpa.text("status", "lastScaleTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(condition("AbleToScale"))
                .isEqualTo("True SucceededRescale the HPA controller was able to update the target scale to 4");
        assertThat(condition("ScalingLimited"))
                .isEqualTo(
                        "True ScaleUpLimit the desired replica count is increasing faster than the maximum scale rate");
        assertThat(cluster.events("SuccessfulRescale"))
                .containsExactly("New size: 4; reason: cpu resource utilization (percentage of request) above target");
    }

    @Test
    void looksAgainEachFifteenSecondsAndNotForItsOwnWrites() {
        autoscaler("web", of("Deployment", CPU));
        int before = cluster.api.calls().size();
        cluster.loop.advance(Duration.ofSeconds(14));
        assertThat(cluster.api.calls()).hasSize(before);
        pod("web-2", 500);
        pod("web-3", 500);
        cluster.loop.advance(Duration.ofSeconds(2));
        assertThat(replicas()).isEqualTo(6);
    }

    @Test
    void shrinksAfterFiveMinutesOfRest() {
        autoscaler("web", of("Deployment", CPU));
        assertThat(replicas()).isEqualTo(4);
        for (String name : List.of("web-0", "web-1", "web-2", "web-3")) {
            pod(name, 10);
        }
        cluster.loop.advance(Duration.ofMinutes(4));
        // What was asked for before the doubling held it up.
        assertThat(replicas()).isEqualTo(5);
        assertThat(condition("AbleToScale")).startsWith("True ScaleDownStabilized");
        cluster.loop.advance(Duration.ofMinutes(2));
        assertThat(replicas()).isEqualTo(1);
        assertThat(cluster.events("SuccessfulRescale")).contains("New size: 1; reason: All metrics below target");
    }

    @Test
    void bringsAWorkloadWithinItsBounds() {
        workload(9);
        autoscaler("web", of("Deployment", CPU));
        assertThat(replicas()).isEqualTo(6);
        assertThat(cluster.events("SuccessfulRescale"))
                .containsExactly("New size: 6; reason: Current number of replicas above Spec.MaxReplicas");
    }

    @Test
    void leavesAWorkloadThatIsOff() {
        workload(0);
        autoscaler("web", of("Deployment", CPU));
        assertThat(replicas()).isZero();
        assertThat(condition("ScalingActive"))
                .isEqualTo("False ScalingDisabled scaling is disabled since the replica count of the target is zero");
    }

    @Test
    void saysWhatItCanNotRead() {
        autoscaler(
                "web",
                of(
                        "Deployment",
                        "{'type':'Pods','pods':{'metric':{'name':'qps'},'target':"
                                + "{'type':'AverageValue','averageValue':'10'}}}"));
        assertThat(replicas()).isEqualTo(2);
        assertThat(condition("ScalingActive"))
                .startsWith("False FailedGetPodsMetric the HPA was unable to compute the replica count: unable to get"
                        + " metric qps: unable to fetch metrics from custom metrics API: ");
        assertThat(cluster.events("FailedComputeMetricsReplicas").get(0))
                .startsWith("invalid metrics (1 invalid out of 1), first error is: unable to get metric qps");
    }

    /** One metric that is missing keeps the others from taking replicas away, not from adding them. */
    @Test
    void growsByWhatItCanRead() {
        autoscaler(
                "web",
                of(
                        "Deployment",
                        CPU + ",{'type':'External','external':{'metric':{'name':'queue'},'target':"
                                + "{'type':'Value','value':'10'}}}"));
        assertThat(replicas()).isEqualTo(4);
        assertThat(cluster.events("FailedGetExternalMetric")).hasSize(1);
    }

    @Test
    void saysThatItFindsNoTarget() {
        autoscaler("web", of("Rocket", CPU));
        assertThat(condition("AbleToScale"))
                .isEqualTo("False FailedGetScale the HPA controller was unable to get the target's current scale: no"
                        + " matches for kind \"Rocket\" in group \"apps\"");
        assertThat(cluster.events("FailedGetScale")).hasSize(1);
    }

    @Test
    void twoOfTheSamePodsAreRefused() {
        autoscaler("web", of("Deployment", CPU));
        autoscaler("other", of("Deployment", CPU));
        cluster.loop.advance(Duration.ofSeconds(16));
        assertThat(condition("ScalingActive"))
                .isEqualTo("False AmbiguousSelector pods by selector app=web are controlled by multiple HPAs:"
                        + " [default/other, default/web]");
        cluster.api.remove(HPA, ObjectKey.of("default", "other"));
        cluster.loop.advance(Duration.ofSeconds(16));
        assertThat(condition("ScalingActive")).startsWith("True ValidMetricFound");
    }
}
