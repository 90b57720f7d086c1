package io.minik.agent.probe;

import io.minik.api.core.Container;
import io.minik.api.core.Probe;
import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Probes by timers of the agent's loop: each kind of a container has one try under way or one timer waiting. */
public final class ProbeTimers implements Prober {
    private final Loop loop;
    private final Actions actions;

    // Owned by the loop.
    private final Map<String, Probed> containers = new HashMap<>();

    public ProbeTimers(Loop loop, Actions actions) {
        this.loop = loop;
        this.actions = actions;
    }

    @Override
    public void start(
            Container container, Actions.Target target, Instant startedAt, boolean started, Listener listener) {
        if (containers.containsKey(target.containerId())) {
            return;
        }
        Probed probed = new Probed(container, target, startedAt, listener);
        containers.put(target.containerId(), probed);
        if (container.startupProbe().isPresent() && !started) {
            probed.run(Kind.STARTUP, container.startupProbe());
        } else {
            probed.runMain();
        }
    }

    @Override
    public void retire(String containerId) {
        Probed probed = containers.get(containerId);
        if (probed != null) {
            probed.series.stream().filter(s -> s.kind != Kind.READINESS).forEach(Series::end);
        }
    }

    @Override
    public void stop(String containerId) {
        Probed probed = containers.remove(containerId);
        if (probed != null) {
            probed.series.forEach(Series::end);
        }
    }

    private final class Probed {
        final Container container;
        final Actions.Target target;
        final Instant startedAt;
        final Listener listener;
        final List<Series> series = new ArrayList<>();

        Probed(Container container, Actions.Target target, Instant startedAt, Listener listener) {
            this.container = container;
            this.target = target;
            this.startedAt = startedAt;
            this.listener = listener;
        }

        void runMain() {
            run(Kind.READINESS, container.readinessProbe());
            run(Kind.LIVENESS, container.livenessProbe());
        }

        void run(Kind kind, Optional<Probe> probe) {
            probe.ifPresent(p -> {
                Series made = new Series(this, kind, p);
                series.add(made);
                made.begin();
            });
        }
    }

    /** The tries of one probe, one after the other. */
    private final class Series {
        private final Probed probed;
        private final Kind kind;
        private final Probe probe;
        private Loop.@Nullable Timer timer;
        private boolean ended;
        private boolean last;
        private int alike;
        private Optional<Boolean> verdict = Optional.empty();

        Series(Probed probed, Kind kind, Probe probe) {
            this.probed = probed;
            this.kind = kind;
            this.probe = probe;
        }

        void begin() {
            Instant due = probed.startedAt.plusSeconds(probe.initialDelaySeconds());
            Duration wait = Duration.between(loop.now(), due);
            boolean longAgo = Duration.between(probed.startedAt, loop.now()).toSeconds() > probe.periodSeconds();
            if (longAgo && wait.isNegative()) {
                // Spreads the probes of containers that were adopted together.
                wait = Duration.ofMillis((long) (loop.random().nextDouble() * probe.periodSeconds() * 1000));
            }
            next(wait.isNegative() ? Duration.ZERO : wait);
        }

        void end() {
            ended = true;
            if (timer != null) {
                timer.cancel();
            }
        }

        private void next(Duration delay) {
            timer = loop.after(delay, this::attempt);
        }

        private void attempt() {
            if (ended) {
                return;
            }
            Instant began = loop.now();
            actions.run(Actions.Purpose.PROBE, probe.handler(), probed.target, probe.timeoutSeconds() * 1000L)
                    .onComplete(result -> loop.run(() -> {
                        if (ended) {
                            return;
                        }
                        if (result.succeeded()) {
                            count(result.result());
                        }
                        if (!ended) {
                            Duration spent = Duration.between(began, loop.now());
                            Duration left =
                                    Duration.ofSeconds(probe.periodSeconds()).minus(spent);
                            next(left.isNegative() ? Duration.ZERO : left);
                        }
                    }));
        }

        private void count(Actions.Outcome outcome) {
            probed.listener.tried(kind, outcome.result());
            if (outcome.result() == Actions.Result.UNKNOWN) {
                probed.listener.errored(kind, outcome.message());
                return;
            }
            if (outcome.result() == Actions.Result.WARNING) {
                probed.listener.warned(kind, outcome.message());
            }
            if (!outcome.ok()) {
                probed.listener.failed(kind, outcome.message());
            }
            alike = outcome.ok() == last ? alike + 1 : 1;
            last = outcome.ok();
            int threshold = last ? probe.successThreshold() : probe.failureThreshold();
            if (alike < threshold || verdict.equals(Optional.of(last))) {
                return;
            }
            verdict = Optional.of(last);
            boolean over = kind == Kind.STARTUP || (kind == Kind.LIVENESS && !last);
            if (over) {
                // A container that must be killed is not asked again; one that has started is asked other things.
                end();
            }
            probed.listener.verdict(kind, last, outcome.message());
            if (kind == Kind.STARTUP && last && containers.containsKey(probed.target.containerId())) {
                probed.runMain();
            }
        }
    }
}
