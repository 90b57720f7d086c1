package io.minik.server.flowcontrol;

import io.minik.api.client.Controller;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.server.authn.User;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The one place where requests are told apart and get their seats. Any loop. */
public final class FlowControl {
    /** Upstream's: a quarter of a minute's request timeout. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    /** As many as upstream's --max-requests-inflight and --max-mutating-requests-inflight are together. */
    private static final int SEATS = 600;

    private final Seats seats;
    private final Duration longest;
    private final BiConsumer<String, LongSupplier> measures;
    /** How many requests were dispatched, by labels. */
    private final Map<String, LongAdder> dispatched = new ConcurrentHashMap<>();

    /** How many requests were refused, by reason and labels. */
    private final Map<String, Map<String, LongAdder>> rejected = new ConcurrentHashMap<>();

    private volatile FlowPlan plan;

    /** @param measures what gets a figure more for /metrics, by name with labels */
    public FlowControl(BiConsumer<String, LongSupplier> measures) {
        this(SEATS, LONGEST_WAIT, measures);
    }

    FlowControl(int total, Duration longest, BiConsumer<String, LongSupplier> measures) {
        this.seats = new Seats(total);
        this.longest = longest;
        this.measures = measures;
        this.plan = FlowPlan.of(BootstrapFlows.FIRST_SCHEMAS, BootstrapFlows.FIRST_LEVELS);
        seats.plan(plan.levels().values());
        plan.levels().keySet().forEach(this::measure);
    }

    /** The room that reads the objects and lets them count. */
    public Controller follow(ControllerContext context) {
        return new FlowConfigurations(context, this);
    }

    /** From now on. What is at work or waits stays where it is. */
    void change(Collection<KubeObject> schemas, Collection<KubeObject> levels) {
        FlowPlan next = FlowPlan.of(schemas, levels);
        if (next.schemas().isEmpty()) {
            // Whoever deletes them all is told by the next start; nobody is let in without a rule, and none is locked
            // out.
            return;
        }
        plan = next;
        seats.plan(next.levels().values());
        next.levels().keySet().forEach(this::measure);
    }

    public RequestFlow classify(User user, Target target) {
        return plan.flow(user, target);
    }

    /**
     * Does the work once it has its seats.
     *
     * @param width how many seats it takes: more for what costs more
     * @return fails with 429 if it gets none
     */
    public <T> Future<T> run(RequestFlow flow, int width, Supplier<Future<T>> work) {
        LevelSpec level = flow.level();
        if (level.exempt()) {
            return work.get();
        }
        if (seats.take(level, width)) {
            return seated(flow, width, work);
        }
        Waiting waiting = Seats.waiting(flow.hash(), width);
        return switch (seats.ask(level, waiting)) {
            case SEATED -> seated(flow, width, work);
            case REFUSED -> refused(flow, level.queues() == 0 ? "concurrency-limit" : "queue-full");
            case WAITS ->
                Loop.within(longest, waiting.seated().future()).compose(now -> seated(flow, width, work), error -> {
                    if (error instanceof TimeoutException && !seats.leave(level, waiting)) {
                        return seated(flow, width, work);
                    }
                    return refused(flow, error instanceof TimeoutException ? "time-out" : "queue-full");
                });
        };
    }

    private <T> Future<T> seated(RequestFlow flow, int width, Supplier<Future<T>> work) {
        count(dispatched, "apiserver_flowcontrol_dispatched_requests_total", flow, "");
        Future<T> done;
        try {
            done = work.get();
        } catch (RuntimeException e) {
            seats.release(flow.level(), width);
            throw e;
        }
        return done.onComplete(unused -> seats.release(flow.level(), width));
    }

    private <T> Future<T> refused(RequestFlow flow, String reason) {
        count(
                rejected.computeIfAbsent(reason, unused -> new ConcurrentHashMap<>()),
                "apiserver_flowcontrol_rejected_requests_total",
                flow,
                ",reason=\"" + reason + "\"");
        return Future.failedFuture(ApiException.tooManyRequests());
    }

    private void count(Map<String, LongAdder> counts, String name, RequestFlow flow, String reason) {
        String labels = flow.schema().labels();
        LongAdder count = counts.get(labels);
        if (count == null) {
            count = counts.computeIfAbsent(labels, unused -> new LongAdder());
            measures.accept(name + "{" + labels + reason + "}", count::sum);
        }
        count.increment();
    }

    private void measure(String level) {
        String label = "{priority_level=\"" + level + "\"}";
        measures.accept(
                "apiserver_flowcontrol_current_inqueue_requests" + label,
                () -> seats.of(level, PriorityLevel::waiting));
        measures.accept(
                "apiserver_flowcontrol_current_executing_seats" + label, () -> seats.of(level, each -> each.inUse));
        measures.accept(
                "apiserver_flowcontrol_nominal_limit_seats" + label, () -> seats.of(level, each -> each.nominal));
    }
}
