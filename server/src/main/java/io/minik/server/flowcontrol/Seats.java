package io.minik.server.flowcontrol;

import io.minik.api.meta.ApiException;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * All seats of the server, shared out among the levels. Each level has some that are its own; what it lends lies in one pool, of which
 * each takes what it needs while nobody else does, up to its borrowing limit.
 *
 * <p>Any thread; a request that waited is told outside of the lock.
 */
final class Seats {
    private static final double PERCENT = 100;

    private final int total;
    private final Map<String, PriorityLevel> levels = new HashMap<>();

    /** What became of a request at once. */
    enum Outcome {
        SEATED,
        WAITS,
        REFUSED
    }

    /** @param total of all levels together */
    Seats(int total) {
        this.total = total;
    }

    /** New levels and new shares. Who waits in a level that is gone is served by what is left of it. */
    void plan(Collection<LevelSpec> specs) {
        List<Waiting> homeless = new ArrayList<>();
        List<Waiting> seated = new ArrayList<>();
        synchronized (this) {
            long shares =
                    Math.max(1, specs.stream().mapToLong(LevelSpec::shares).sum());
            levels.values().forEach(level -> {
                level.nominal = 0;
                level.guaranteed = 0;
            });
            for (LevelSpec spec : specs) {
                PriorityLevel level = levels.get(spec.name());
                if (level == null) {
                    level = new PriorityLevel(spec);
                    levels.put(spec.name(), level);
                } else {
                    homeless.addAll(level.change(spec));
                }
                level.nominal = (int) Math.ceil((double) total * spec.shares() / shares);
                level.guaranteed = level.nominal - (int) Math.round(level.nominal * spec.lendable() / PERCENT);
            }
            levels.values().removeIf(level -> level.inUse == 0 && level.waiting() == 0 && !named(specs, level));
            seated.addAll(serve());
        }
        seated.forEach(each -> each.seated().tryComplete());
        homeless.forEach(each -> each.seated().tryFail(ApiException.tooManyRequests()));
    }

    private static boolean named(Collection<LevelSpec> specs, PriorityLevel level) {
        return specs.stream().anyMatch(spec -> spec.name().equals(level.spec().name()));
    }

    /** A seat, if there is one and nobody waits for it: that is all that most requests ask. */
    synchronized boolean take(LevelSpec spec, int width) {
        PriorityLevel level = levels.computeIfAbsent(spec.name(), name -> new PriorityLevel(spec));
        if (level.waiting() > 0 || !mayHave(level, width)) {
            return false;
        }
        level.inUse += width;
        return true;
    }

    /** A seat, a place in a queue, or neither. @param waiting what is completed once there is a seat */
    synchronized Outcome ask(LevelSpec spec, Waiting waiting) {
        if (take(spec, waiting.width())) {
            return Outcome.SEATED;
        }
        PriorityLevel level = levels.get(spec.name());
        return level != null && level.enter(waiting) ? Outcome.WAITS : Outcome.REFUSED;
    }

    /** @return whether it waited still: else it has been given its seats */
    synchronized boolean leave(LevelSpec spec, Waiting waiting) {
        PriorityLevel level = levels.get(spec.name());
        return level != null && level.leave(waiting);
    }

    /** Gives seats back, and to those who are next. */
    void release(LevelSpec spec, int width) {
        List<Waiting> seated;
        synchronized (this) {
            PriorityLevel level = levels.get(spec.name());
            if (level != null) {
                level.inUse -= width;
            }
            seated = serve();
        }
        seated.forEach(each -> each.seated().tryComplete());
    }

    /** Levels in turn, so that none takes all of the pool at once. */
    private List<Waiting> serve() {
        List<Waiting> seated = new ArrayList<>();
        boolean any = true;
        while (any) {
            any = false;
            for (PriorityLevel level : levels.values()) {
                Optional<Waiting> next = level.next();
                if (next.isPresent() && mayHave(level, next.get().width())) {
                    level.serve();
                    level.inUse += next.get().width();
                    seated.add(next.get());
                    any = true;
                }
            }
        }
        return seated;
    }

    /** A level that has nobody at work may always have one: else what is wider than its share would wait for ever. */
    private boolean mayHave(PriorityLevel level, int width) {
        int wanted = level.inUse + width;
        if (level.inUse == 0 || wanted <= level.guaranteed) {
            return true;
        }
        int borrowed = wanted - level.nominal;
        LevelSpec spec = level.spec();
        if (borrowed > 0
                && spec.borrowing().isPresent()
                && borrowed > Math.round(level.nominal * (spec.borrowing().getAsInt() / PERCENT))) {
            return false;
        }
        int pool = 0;
        int taken = 0;
        for (PriorityLevel each : levels.values()) {
            pool += each.nominal - each.guaranteed;
            taken += Math.max(0, (each == level ? wanted : each.inUse) - each.guaranteed);
        }
        return taken <= pool;
    }

    /** A figure of each level, for /metrics; 0 of one that is not there. */
    synchronized int of(String name, ToIntFunction<PriorityLevel> figure) {
        PriorityLevel level = levels.get(name);
        return level == null ? 0 : figure.applyAsInt(level);
    }

    static Waiting waiting(long flow, int width) {
        return new Waiting(flow, width, Promise.promise());
    }
}
