package io.minik.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.flowcontrol.Seats.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SeatsTest {
    private final Seats seats = new Seats(20);
    private final List<Waiting> waiting = new ArrayList<>();

    private static LevelSpec level(String name, int shares, int lendable, OptionalInt borrowing, int queues) {
        return new LevelSpec(name, "uid-" + name, false, shares, lendable, borrowing, queues, 2, 3);
    }

    private Outcome ask(LevelSpec level, long flow) {
        Waiting request = Seats.waiting(flow, 1);
        Outcome outcome = seats.ask(level, request);
        if (outcome == Outcome.WAITS) {
            waiting.add(request);
        }
        return outcome;
    }

    private int seated(LevelSpec level, int asked) {
        int seated = 0;
        for (int i = 0; i < asked; i++) {
            seated += ask(level, i) == Outcome.SEATED ? 1 : 0;
        }
        return seated;
    }

    @Test
    void aLevelHasItsShareAndWhatOthersLend() {
        LevelSpec a = level("a", 10, 0, OptionalInt.empty(), 0);
        LevelSpec b = level("b", 10, 50, OptionalInt.empty(), 0);
        seats.plan(List.of(a, b));
        assertThat(seated(a, 100)).isEqualTo(15);
        assertThat(seated(b, 100)).isEqualTo(5);
    }

    @Test
    void nobodyTakesWhatIsNotLent() {
        LevelSpec a = level("a", 10, 0, OptionalInt.empty(), 0);
        LevelSpec b = level("b", 10, 50, OptionalInt.empty(), 0);
        seats.plan(List.of(a, b));
        assertThat(seated(b, 100)).isEqualTo(10);
        assertThat(seated(a, 100)).isEqualTo(10);
    }

    @Test
    void borrowingHasItsLimit() {
        LevelSpec a = level("a", 10, 0, OptionalInt.of(20), 0);
        LevelSpec b = level("b", 10, 100, OptionalInt.empty(), 0);
        seats.plan(List.of(a, b));
        assertThat(seated(a, 100)).isEqualTo(12);
    }

    /** The level that lends everything still gets one in. */
    @Test
    void noLevelIsShutOut() {
        LevelSpec a = level("a", 10, 0, OptionalInt.empty(), 0);
        LevelSpec b = level("b", 10, 100, OptionalInt.empty(), 0);
        seats.plan(List.of(a, b));
        assertThat(seated(a, 100)).isEqualTo(20);
        assertThat(ask(b, 1)).isEqualTo(Outcome.SEATED);
        assertThat(ask(b, 1)).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void whoFindsNoSeatQueuesUntilTheQueueIsFull() {
        LevelSpec a = level("a", 1, 0, OptionalInt.empty(), 1);
        seats.plan(List.of(a));
        assertThat(seated(a, 20)).isEqualTo(20);
        assertThat(List.of(ask(a, 1), ask(a, 1), ask(a, 1), ask(a, 1)))
                .containsExactly(Outcome.WAITS, Outcome.WAITS, Outcome.WAITS, Outcome.REFUSED);
        seats.release(a, 1);
        assertThat(waiting.get(0).seated().future().succeeded()).isTrue();
        assertThat(waiting.get(1).seated().future().isComplete()).isFalse();
        assertThat(ask(a, 1)).isEqualTo(Outcome.WAITS);
    }

    /** Ten million queues are allowed: each would take its bytes whether anybody waits in it or not. */
    @Test
    void queuesThatNobodyIsInTakeNothing() {
        List<LevelSpec> levels = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            levels.add(new LevelSpec("level-" + i, "", false, 1, 0, OptionalInt.empty(), 10_000_000, 2, 3));
        }
        seats.plan(levels);
        LevelSpec one = levels.get(0);
        assertThat(List.of(ask(one, 1), ask(one, 1), ask(one, 1)))
                .containsExactly(Outcome.SEATED, Outcome.WAITS, Outcome.WAITS);
        seats.release(one, 1);
        assertThat(waiting)
                .filteredOn(each -> each.seated().future().succeeded())
                .hasSize(1);
        assertThat(seats.of("level-0", PriorityLevel::waiting)).isEqualTo(1);
    }

    @Test
    void theLargestNumbersGiveNobodyMoreThanThereIs() {
        LevelSpec a = level("a", Integer.MAX_VALUE, 0, OptionalInt.of(Integer.MAX_VALUE), 0);
        LevelSpec b = level("b", Integer.MAX_VALUE, 50, OptionalInt.empty(), 0);
        seats.plan(List.of(a, b));
        assertThat(seated(a, 100)).isEqualTo(15);
        assertThat(seated(b, 100)).isEqualTo(5);
    }

    @Test
    void whoLeftIsNotServed() {
        LevelSpec a = level("a", 1, 0, OptionalInt.empty(), 1);
        seats.plan(List.of(a));
        seated(a, 20);
        ask(a, 1);
        ask(a, 1);
        assertThat(seats.leave(a, waiting.get(0))).isTrue();
        seats.release(a, 1);
        assertThat(waiting.get(1).seated().future().succeeded()).isTrue();
        assertThat(seats.leave(a, waiting.get(1))).isFalse();
        assertThat(seats.of("a", each -> each.inUse)).isEqualTo(20);
    }

    /** One flow that asks for all and many that ask for little: the little ones get a seat at each turn. */
    @Test
    void anElephantDoesNotKeepOutMice() {
        LevelSpec a = new LevelSpec("a", "", false, 1, 0, OptionalInt.empty(), 64, 6, 1_000);
        seats.plan(List.of(a));
        seated(a, 20);
        Map<Long, List<Waiting>> flows = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            enter(a, flows, 7);
        }
        for (int i = 0; i < 10; i++) {
            enter(a, flows, 1_000_003L * (i + 11));
        }
        for (int i = 0; i < 20; i++) {
            seats.release(a, 1);
        }
        long mice = flows.entrySet().stream()
                .filter(flow -> flow.getKey() != 7)
                .flatMap(flow -> flow.getValue().stream())
                .filter(each -> each.seated().future().succeeded())
                .count();
        assertThat(mice).isGreaterThanOrEqualTo(8);
    }

    private void enter(LevelSpec level, Map<Long, List<Waiting>> flows, long flow) {
        Waiting request = Seats.waiting(flow, 1);
        assertThat(seats.ask(level, request)).isEqualTo(Outcome.WAITS);
        flows.computeIfAbsent(flow, key -> new ArrayList<>()).add(request);
    }

    @Test
    void aWiderRequestWaitsForAllItsSeats() {
        LevelSpec a = level("a", 1, 0, OptionalInt.empty(), 1);
        seats.plan(List.of(a));
        seated(a, 20);
        Waiting wide = Seats.waiting(1, 3);
        assertThat(seats.ask(a, wide)).isEqualTo(Outcome.WAITS);
        seats.release(a, 1);
        seats.release(a, 1);
        assertThat(wide.seated().future().isComplete()).isFalse();
        seats.release(a, 1);
        assertThat(wide.seated().future().succeeded()).isTrue();
    }

    @Test
    void aNewPlanLosesNobody() {
        LevelSpec a = level("a", 1, 0, OptionalInt.empty(), 1);
        seats.plan(List.of(a));
        seated(a, 20);
        ask(a, 1);
        ask(a, 2);
        seats.plan(List.of(level("a", 1, 0, OptionalInt.empty(), 4)));
        assertThat(waiting).noneMatch(each -> each.seated().future().isComplete());
        seats.plan(List.of(level("b", 1, 0, OptionalInt.empty(), 4)));
        for (int i = 0; i < 20; i++) {
            seats.release(a, 1);
        }
        // One after the other: the level has no share any more.
        assertThat(seats.of("a", each -> each.inUse)).isEqualTo(1);
        seats.release(a, 1);
        assertThat(waiting).allMatch(each -> each.seated().future().succeeded());
    }
}
