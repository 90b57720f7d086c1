package io.minik.runtime.tape;

import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * System calls that a fresh process makes one after the other, as data.
 *
 * <pre>
 *   Tape.Builder tape = Tape.builder();
 *   Slot fd = tape.slot("fd");
 *   tape.add("open /dev/null", Syscall.OPENAT, Arg.value(-100), Arg.text("/dev/null"), Arg.value(2)).into(fd);
 *   tape.add("close it", Syscall.CLOSE, Arg.stored(fd));
 *   Player.play(tape.build(), …)
 * </pre>
 *
 * <p>The result of a call goes to its slot, if it has one, -errno too. An error ends the process and is reported, unless the
 * entry expects it. A tape must end in a call that does not return (execve, exit_group) or jumps.
 */
public final class Tape {
    /** Expects every errno. */
    public static final int ANY = -1;

    private final List<Entry> entries;
    private final List<Slot> slots;

    private Tape(List<Entry> entries, List<Slot> slots) {
        this.entries = entries;
        this.slots = slots;
    }

    public static Builder builder() {
        return new Builder();
    }

    public List<Entry> entries() {
        return entries;
    }

    public List<Slot> slots() {
        return slots;
    }

    /** A static executable that plays it. */
    public byte[] executable(Arch arch) {
        return ElfImage.of(this, arch);
    }

    /** One call a line, jumps by index: what golden files hold and what is logged when a start fails. */
    public String print() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < entries.size(); i++) {
            out.append(String.format("%3d  %s%n", i, entries.get(i).show(i)));
        }
        return out.toString();
    }

    /**
     * @param step what it is for, as a failure names it: "mount proc"
     * @param expectedErrno 0 none, {@link #ANY}
     * @param onExpected, onZero index of the entry to go on with
     */
    public record Entry(
            String step,
            Syscall call,
            List<Arg> args,
            Optional<Slot> result,
            int expectedErrno,
            int onExpected,
            int onZero) {
        String show(int index) {
            StringBuilder out = new StringBuilder();
            result.ifPresent(slot -> out.append('$').append(slot.name()).append(" = "));
            out.append(call.name().toLowerCase(Locale.ROOT)).append('(');
            for (int i = 0; i < args.size(); i++) {
                out.append(i == 0 ? "" : ", ").append(args.get(i).show());
            }
            out.append(')');
            if (onZero != index + 1) {
                out.append("  0 -> ").append(onZero);
            }
            if (expectedErrno != 0) {
                out.append("  ").append(expectedErrno == ANY ? "any error" : Errno.name(expectedErrno));
                out.append(" -> ").append(onExpected);
            }
            return out.append("  # ").append(step).toString();
        }
    }

    /** A place on the tape to jump to. */
    public static final class Label {
        private int index = -1;
    }

    /** An entry that may still say more about its outcome. */
    public static final class Step {
        private final String step;
        private final Syscall call;
        private final List<Arg> args;
        private Optional<Slot> result = Optional.empty();
        private int expectedErrno;
        private Optional<Label> onExpected = Optional.empty();
        private Optional<Label> onZero = Optional.empty();

        private Step(String step, Syscall call, List<Arg> args) {
            this.step = step;
            this.call = call;
            this.args = args;
        }

        public Step into(Slot slot) {
            result = Optional.of(slot);
            return this;
        }

        /** That error means nothing: go on with the next. */
        public Step ignore(int errno) {
            expectedErrno = errno;
            return this;
        }

        public Step onError(int errno, Label label) {
            expectedErrno = errno;
            onExpected = Optional.of(label);
            return this;
        }

        public Step onZero(Label label) {
            onZero = Optional.of(label);
            return this;
        }

        private Entry at(int index) {
            return new Entry(
                    step,
                    call,
                    args,
                    result,
                    expectedErrno,
                    onExpected.map(l -> l.index).orElse(index + 1),
                    onZero.map(l -> l.index).orElse(index + 1));
        }
    }

    /** Collects steps; used once. */
    public static final class Builder {
        private final List<Step> steps = new ArrayList<>();
        private final List<Slot> slots = new ArrayList<>();
        private final List<Label> labels = new ArrayList<>();
        private final Map<String, Integer> names = new HashMap<>();

        /** For a call's result. */
        public Slot slot(String name) {
            return slot(name, Long.BYTES);
        }

        public Slot slot(String name, int bytes) {
            int seen = names.merge(name, 1, Integer::sum);
            Slot slot = new Slot(slots.size(), seen == 1 ? name : name + seen, bytes);
            slots.add(slot);
            return slot;
        }

        public Step add(String step, Syscall call, Arg... args) {
            Step added = new Step(step, call, List.copyOf(Arrays.asList(args)));
            steps.add(added);
            return added;
        }

        public Label label() {
            Label label = new Label();
            labels.add(label);
            return label;
        }

        /** The next step that is added stands here. */
        public void place(Label label) {
            label.index = steps.size();
        }

        /** Goes on at the label in any case. */
        public void jump(Label label) {
            add("go on", Syscall.SCHED_YIELD).onZero(label);
        }

        public Tape build() {
            if (labels.stream().anyMatch(l -> l.index < 0 || l.index >= steps.size())) {
                throw new IllegalStateException("a label is not placed before a step");
            }
            List<Entry> entries = new ArrayList<>(steps.size());
            for (int i = 0; i < steps.size(); i++) {
                entries.add(steps.get(i).at(i));
            }
            return new Tape(List.copyOf(entries), List.copyOf(slots));
        }
    }
}
