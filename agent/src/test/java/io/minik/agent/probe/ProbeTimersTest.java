package io.minik.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.probe.Actions.Outcome;
import io.minik.api.core.Container;
import io.minik.api.core.LifecycleHandler;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeTimersTest implements Prober.Listener {
    private final ManualLoop loop = new ManualLoop();
    private final List<String> told = new ArrayList<>();
    private final List<String> tries = new ArrayList<>();
    private Outcome outcome = Outcome.success("");
    private final ProbeTimers probes = new ProbeTimers(loop, this::answer);

    private Future<Outcome> answer(
            Actions.Purpose purpose, LifecycleHandler handler, Actions.Target target, long timeoutMillis) {
        tries.add(
                ((LifecycleHandler.TcpSocket) handler).port() + "@" + loop.now().getEpochSecond() % 1000);
        return Future.succeededFuture(outcome);
    }

    @Override
    public void verdict(Prober.Kind kind, boolean success, String message) {
        told.add(kind + " " + success);
    }

    @Override
    public void failed(Prober.Kind kind, String message) {
        told.add(kind + " failed: " + message);
    }

    @Override
    public void warned(Prober.Kind kind, String message) {
        told.add(kind + " warned: " + message);
    }

    @Override
    public void errored(Prober.Kind kind, String message) {
        told.add(kind + " errored: " + message);
    }

    private void start(String probesJson) {
        Container container = Container.of(Json.parse(
                ("{'name':'c'," + probesJson + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        probes.start(container, new Actions.Target("id", "127.0.0.1", Map.of()), loop.now(), false, this);
    }

    private void pass(int seconds) {
        loop.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void readinessIsToldOnceWhenItChanges() {
        start("'readinessProbe':{'tcpSocket':{'port':1},'periodSeconds':5,'failureThreshold':2}");
        pass(20);
        assertThat(told).containsExactly("READINESS true");
        outcome = Outcome.failure("refused");
        pass(5);
        assertThat(told).containsExactly("READINESS true", "READINESS failed: refused");
        pass(5);
        assertThat(told).last().isEqualTo("READINESS false");
    }

    @Test
    void theInitialDelayIsKept() {
        start("'livenessProbe':{'tcpSocket':{'port':1},'initialDelaySeconds':30}");
        pass(29);
        assertThat(tries).isEmpty();
        pass(1);
        assertThat(tries).hasSize(1);
    }

    @Test
    void livenessKillsOnceAfterItsThreshold() {
        outcome = Outcome.failure("dead");
        start("'livenessProbe':{'tcpSocket':{'port':1},'periodSeconds':1}");
        pass(100);
        assertThat(told.stream().filter("LIVENESS false"::equals)).hasSize(1);
        assertThat(tries).hasSize(3);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void otherProbesWaitForStartup() {
        outcome = Outcome.failure("not yet");
        start("'startupProbe':{'tcpSocket':{'port':1},'periodSeconds':1,'failureThreshold':30},"
                + "'readinessProbe':{'tcpSocket':{'port':2},'periodSeconds':1}");
        pass(5);
        assertThat(tries).allMatch(t -> t.startsWith("1@"));
        outcome = Outcome.success("");
        pass(2);
        assertThat(told).contains("STARTUP true", "READINESS true");
        assertThat(tries).last().asString().startsWith("2@");
    }

    @Test
    void whatCouldNotBeTriedCountsForNothing() {
        outcome = Outcome.unknown("the node's fault");
        start("'livenessProbe':{'tcpSocket':{'port':1},'periodSeconds':1,'failureThreshold':1}");
        pass(2);
        assertThat(told).containsOnly("LIVENESS errored: the node's fault");
    }

    @Test
    void aWarningIsASuccess() {
        outcome = Outcome.warning("sent elsewhere");
        start("'readinessProbe':{'tcpSocket':{'port':1},'periodSeconds':5}");
        pass(4);
        assertThat(told).containsExactly("READINESS warned: sent elsewhere", "READINESS true");
    }

    @Test
    void whatEndsIsAskedForReadinessAlone() {
        start("'livenessProbe':{'tcpSocket':{'port':1},'periodSeconds':1},"
                + "'readinessProbe':{'tcpSocket':{'port':2},'periodSeconds':1}");
        pass(1);
        probes.retire("id");
        tries.clear();
        pass(3);
        assertThat(tries).isNotEmpty().allMatch(t -> t.startsWith("2@"));
        probes.stop("id");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void whatEndsBeforeItStartedIsAskedNothing() {
        outcome = Outcome.failure("not yet");
        start("'startupProbe':{'tcpSocket':{'port':1},'periodSeconds':1,'failureThreshold':30},"
                + "'readinessProbe':{'tcpSocket':{'port':2},'periodSeconds':1}");
        pass(1);
        probes.retire("id");
        tries.clear();
        pass(10);
        assertThat(tries).isEmpty();
    }

    @Test
    void stoppingLeavesNoTimer() {
        start("'livenessProbe':{'tcpSocket':{'port':1}},'readinessProbe':{'tcpSocket':{'port':2}}");
        probes.stop("id");
        probes.stop("id");
        pass(100);
        assertThat(tries).isEmpty();
        assertThat(loop.timers()).isZero();
    }
}
