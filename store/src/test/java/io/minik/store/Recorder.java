package io.minik.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A watch listener that a test can wait on. */
public final class Recorder implements Store.WatchListener {
    private static final long WAIT_MILLIS = 30_000;

    public record Call(List<Event> events, long revision) {}

    private final List<Call> calls = new ArrayList<>();
    private final List<StoreException> ends = new ArrayList<>();

    @Override
    public synchronized void onEvents(List<Event> events, long revision) {
        calls.add(new Call(events, revision));
        notifyAll();
    }

    @Override
    public synchronized void onEnd(StoreException why) {
        ends.add(why);
        notifyAll();
    }

    public synchronized List<Event> events() {
        return calls.stream().flatMap(call -> call.events().stream()).toList();
    }

    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    public List<Event> awaitEvents(int count) {
        await(recorder -> recorder.events().size() >= count, count + " events");
        return events();
    }

    public long awaitProgress() {
        await(
                recorder ->
                        recorder.calls().stream().anyMatch(call -> call.events().isEmpty()),
                "progress");
        return calls().get(calls().size() - 1).revision();
    }

    public synchronized StoreException awaitEnd() {
        await(recorder -> !recorder.ends.isEmpty(), "the end");
        return ends.get(0);
    }

    private synchronized void await(Predicate<Recorder> condition, String what) {
        long giveUp = System.nanoTime() + WAIT_MILLIS * 1_000_000;
        while (!condition.test(this)) {
            long left = (giveUp - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + what + ", got " + calls + " " + ends);
            }
            try {
                wait(left);
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }
}
