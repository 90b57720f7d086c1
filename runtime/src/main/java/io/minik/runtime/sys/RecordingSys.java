package io.minik.runtime.sys;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A kernel that only writes down what it is asked; answers are laid out beforehand, per call, else 0. */
public final class RecordingSys implements Sys {
    /** @param arguments as passed */
    public record Call(Syscall call, List<Long> arguments) {}

    private final List<Call> calls = new ArrayList<>();
    private final List<Spawn> spawns = new ArrayList<>();
    private final Map<Syscall, Deque<Long>> answers = new EnumMap<>(Syscall.class);
    private final Arch arch;
    private long nextAddress = 0x10000;
    private long nextPid = 1000;

    public RecordingSys(Arch arch) {
        this.arch = arch;
    }

    /** The next answers to this call, in order. */
    public synchronized RecordingSys answer(Syscall call, long... results) {
        Deque<Long> queue = answers.computeIfAbsent(call, c -> new ArrayDeque<>());
        for (long result : results) {
            queue.add(result);
        }
        return this;
    }

    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    public synchronized List<Spawn> spawns() {
        return List.copyOf(spawns);
    }

    @Override
    public synchronized long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        calls.add(new Call(call, List.of(a, b, c, d, e, f)));
        Deque<Long> queue = answers.get(call);
        return queue == null || queue.isEmpty() ? 0 : queue.remove();
    }

    @Override
    public synchronized long spawn(Spawn spawn) {
        spawns.add(spawn);
        return nextPid++;
    }

    @Override
    public synchronized Arena arena() {
        return new Arena(chunk -> {
            long address = nextAddress;
            nextAddress += chunk.capacity();
            return address;
        });
    }

    @Override
    public Arch arch() {
        return arch;
    }
}
