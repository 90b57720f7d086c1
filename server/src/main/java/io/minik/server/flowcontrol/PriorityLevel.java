package io.minik.server.flowcontrol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One level's seats and queues. Its queues are served by start-time fair queuing: what is first of a queue starts when the one before
 * it in the queue would have ended had each queue the same share, and the earliest start is next. All under the lock of {@link Seats}.
 */
final class PriorityLevel {
    private LevelSpec spec;
    /** Those that somebody waited in since the level last had nobody waiting, by number: a level may have millions. */
    private Map<Integer, Line> lines = new TreeMap<>();

    private double virtual;
    private int waiting;
    int inUse;
    int nominal;
    int guaranteed;

    private static final class Line {
        final Deque<Waiting> waiting = new ArrayDeque<>();
        double end;
    }

    PriorityLevel(LevelSpec spec) {
        this.spec = spec;
    }

    LevelSpec spec() {
        return spec;
    }

    /** Who waits goes on waiting, in the queues that there are now. @return those for whom there is none any more */
    List<Waiting> change(LevelSpec next) {
        boolean same = next.queues() == spec.queues() && next.hand() == spec.hand();
        spec = next;
        List<Waiting> homeless = new ArrayList<>();
        if (!same) {
            Collection<Line> before = lines.values();
            lines = new TreeMap<>();
            waiting = 0;
            for (Line line : before) {
                for (Waiting each : line.waiting) {
                    if (!enter(each)) {
                        homeless.add(each);
                    }
                }
            }
        }
        return homeless;
    }

    int waiting() {
        return waiting;
    }

    /** @return whether there was room in the queue */
    boolean enter(Waiting request) {
        int at = shortest(request.flow());
        if (at < 0 || length(at) >= spec.length()) {
            return false;
        }
        Line shortest = lines.computeIfAbsent(at, unused -> new Line());
        if (shortest.waiting.isEmpty()) {
            shortest.end = Math.max(shortest.end, virtual);
        }
        shortest.waiting.add(request);
        waiting++;
        return true;
    }

    /** Of the hand that the flow is dealt: without putting back, so that two flows rarely share all of it. @return -1: there is none */
    private int shortest(long flow) {
        int count = spec.queues();
        int hand = Math.min(spec.hand(), count);
        int[] dealt = new int[hand];
        long rest = flow & Long.MAX_VALUE;
        int shortest = -1;
        for (int i = 0; i < hand; i++) {
            int left = count - i;
            int card = (int) (rest % left);
            rest /= left;
            for (int j = 0; j < i; j++) {
                if (card >= dealt[j]) {
                    card++;
                }
            }
            int at = i;
            while (at > 0 && dealt[at - 1] > card) {
                dealt[at] = dealt[at - 1];
                at--;
            }
            dealt[at] = card;
            if (shortest < 0 || length(card) < length(shortest)) {
                shortest = card;
            }
        }
        return shortest;
    }

    private int length(int at) {
        Line line = lines.get(at);
        return line == null ? 0 : line.waiting.size();
    }

    /** Who is next; stays in its queue. */
    Optional<Waiting> next() {
        Line line = nextLine();
        return line == null ? Optional.empty() : Optional.of(line.waiting.getFirst());
    }

    private @Nullable Line nextLine() {
        Line next = null;
        for (Line line : lines.values()) {
            if (!line.waiting.isEmpty() && (next == null || line.end < next.end)) {
                next = line;
            }
        }
        return next;
    }

    /** Takes out who {@link #next} is. */
    void serve() {
        Line line = nextLine();
        if (line != null) {
            Waiting served = line.waiting.removeFirst();
            virtual = Math.max(virtual, line.end);
            line.end += served.width();
            left();
        }
    }

    /** @return whether it waited still */
    @SuppressWarnings("ReferenceEquality") // Two of one flow are equal to nobody but themselves.
    boolean leave(Waiting request) {
        for (Line line : lines.values()) {
            if (line.waiting.removeIf(each -> each == request)) {
                left();
                return true;
            }
        }
        return false;
    }

    /** One waits no more. With the last one ends what the queues owe each other. */
    private void left() {
        waiting--;
        if (waiting == 0) {
            lines.clear();
            virtual = 0;
        }
    }
}
