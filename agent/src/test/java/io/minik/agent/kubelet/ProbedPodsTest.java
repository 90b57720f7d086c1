package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What probes say of a pod, over a restart of minik and over the pod's own end. */
class ProbedPodsTest {
    private static final String PROBED =
            "{'terminationGracePeriodSeconds':30,'containers':[{'name':'c','image':'busybox:1',"
                    + "'command':['stubborn'],'readinessProbe':{'tcpSocket':{'port':80}},"
                    + "'livenessProbe':{'tcpSocket':{'port':80}},'startupProbe':{'tcpSocket':{'port':80}}}]}";

    @TempDir
    Path directory = Path.of("");

    private KubeletHarness node = new KubeletHarness(directory);

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private String ready() {
        node.create("p", PROBED);
        String id = node.runtime.only("c").id();
        node.probe(id).verdict(Prober.Kind.STARTUP, true, "");
        node.probe(id).verdict(Prober.Kind.READINESS, true, "");
        node.loop.settle();
        assertThat(node.pod("p").status().ready()).isTrue();
        return id;
    }

    @Test
    void aRestartOfMinikWritesNothingOfAReadyPod() {
        String id = ready();
        String version = node.pod("p").meta().resourceVersion();
        node.restart(directory);
        assertThat(node.pod("p").meta().resourceVersion())
                .as("no status was written")
                .isEqualTo(version);
        node.probe(id).verdict(Prober.Kind.READINESS, false, "gone");
        node.loop.settle();
        assertThat(node.pod("p").status().ready()).isFalse();
    }

    @Test
    void aContainerThatRestartedWithMinikIsNotReadyYet() {
        ready();
        node.exit("c", 1);
        node.restart(directory);
        assertThat(node.pod("p").status().ready())
                .as("what the API says is of the container before")
                .isFalse();
    }

    @Test
    void aDeletedPodIsAskedWhetherItIsReadyAndNothingElse() {
        String id = ready();
        node.delete("p", 30);
        assertThat(node.pod("p").deleting()).isTrue();
        assertThat(node.retired).contains(id);
        assertThat(node.pod("p").status().ready()).isTrue();
        node.probe(id).verdict(Prober.Kind.READINESS, false, "draining");
        node.loop.settle();
        assertThat(node.pod("p").status().ready()).isFalse();
        node.pass(31);
        assertThat(node.exists("p")).isFalse();
        assertThat(node.probes).isEmpty();
    }

    @Test
    void warningsAndErrorsAreEventsOfTheirOwn() {
        String id = ready();
        node.probe(id).warned(Prober.Kind.READINESS, "Probe terminated redirects, Response body: ");
        node.probe(id).errored(Prober.Kind.LIVENESS, "no port web");
        node.loop.settle();
        assertThat(node.events())
                .contains("ProbeWarning: Readiness probe warning: Probe terminated redirects, Response body: ")
                .contains("Unhealthy: Liveness probe errored and resulted in unknown state: no port web");
        assertThat(node.pod("p").status().ready()).isTrue();
    }

    @Test
    void aHookThatFellBackToHttpSaysSo() {
        node.hookOutcome = Actions.Outcome.warning("fell back");
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1',"
                        + "'lifecycle':{'postStart':{'httpGet':{'port':80,'scheme':'HTTPS'}}}}]}");
        assertThat(node.events()).contains("LifecycleHTTPFallback: fell back");
        assertThat(node.runtime.running()).isEqualTo(1);
    }
}
