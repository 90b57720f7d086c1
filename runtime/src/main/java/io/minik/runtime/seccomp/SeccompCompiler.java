package io.minik.runtime.seccomp;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.seccomp.SeccompPolicy.Comparison;
import io.minik.runtime.seccomp.SeccompPolicy.Condition;
import io.minik.runtime.seccomp.SeccompPolicy.Rule;
import io.minik.runtime.seccomp.SeccompPolicy.Verdict;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes a classic BPF program of a policy: by architecture, first the calls whose arguments matter, then a binary search
 * over ranges of numbers with the same verdict. A call newer than the table gives ENOSYS, so that a C library falls back
 * to an older one instead of failing.
 */
final class SeccompCompiler {
    private static final int AUDIT_X86_64 = 0xc000003e;
    private static final int AUDIT_I386 = 0x40000003;
    private static final int AUDIT_AARCH64 = 0xc00000b7;
    private static final int X32_BIT = 0x40000000;

    private static final int LOAD = 0x20;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER = 0x25;
    private static final int JUMP_GREATER_OR_EQUAL = 0x35;
    private static final int AND = 0x54;
    private static final int RETURN = 0x06;
    private static final int NUMBER_OFFSET = 0;
    private static final int ARCH_OFFSET = 4;
    private static final int ARGUMENTS_OFFSET = 16;
    /** A conditional jump has 8 bits. */
    private static final int FARTHEST = 255;
    /** BPF_MAXINSNS. */
    private static final int MAX_INSTRUCTIONS = 4096;

    /** struct sock_filter. */
    private static final int INSTRUCTION_BYTES = 8;

    private record Instruction(int code, int ifTrue, int ifFalse, int value) {}

    private record Range(long from, Verdict verdict) {}

    private final SeccompPolicy policy;
    private final SyscallNumbers numbers;

    private SeccompCompiler(SeccompPolicy policy, SyscallNumbers numbers) {
        this.policy = policy;
        this.numbers = numbers;
    }

    static byte[] compile(SeccompPolicy policy, Arch arch) {
        return compile(policy, arch, Set.of(SyscallNumbers.Table.values()));
    }

    /** @param tables of the architectures besides the machine's own whose calls are judged, not killed for */
    static byte[] compile(SeccompPolicy policy, Arch arch, Set<SyscallNumbers.Table> tables) {
        SeccompCompiler compiler = new SeccompCompiler(policy, SyscallNumbers.load());
        List<Instruction> program = compiler.program(arch, tables);
        if (program.size() > MAX_INSTRUCTIONS) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "seccomp",
                    "the seccomp profile needs " + program.size() + " instructions, the kernel takes "
                            + MAX_INSTRUCTIONS,
                    0);
        }
        byte[] code = new byte[program.size() * INSTRUCTION_BYTES];
        ByteBuffer out = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : program) {
            out.putShort((short) i.code())
                    .put((byte) i.ifTrue())
                    .put((byte) i.ifFalse())
                    .putInt(i.value());
        }
        return code;
    }

    private List<Instruction> program(Arch arch, Set<SyscallNumbers.Table> tables) {
        Map<Integer, List<Instruction>> sections = new LinkedHashMap<>();
        switch (arch) {
            case X86_64 -> {
                Map<Long, List<Rule>> both = byNumber(SyscallNumbers.Table.X86_64, 0);
                if (tables.contains(SyscallNumbers.Table.X32)) {
                    both.putAll(byNumber(SyscallNumbers.Table.X32, X32_BIT));
                }
                sections.put(AUDIT_X86_64, section(both, Set.of(0L, (long) X32_BIT)));
                if (tables.contains(SyscallNumbers.Table.I386)) {
                    sections.put(AUDIT_I386, section(byNumber(SyscallNumbers.Table.I386, 0), Set.of(0L)));
                }
            }
            case AARCH64 -> sections.put(AUDIT_AARCH64, section(byNumber(SyscallNumbers.Table.AARCH64, 0), Set.of(0L)));
        }
        List<Instruction> all = new ArrayList<>();
        all.add(new Instruction(LOAD, 0, 0, ARCH_OFFSET));
        sections.forEach((audit, code) -> {
            all.add(new Instruction(JUMP_EQUAL, 1, 0, audit));
            all.add(new Instruction(JUMP, 0, 0, code.size()));
            all.addAll(code);
        });
        all.add(new Instruction(RETURN, 0, 0, SeccompPolicy.KILL.value()));
        return all;
    }

    private Map<Long, List<Rule>> byNumber(SyscallNumbers.Table table, int bit) {
        Map<Long, List<Rule>> rules = new TreeMap<>();
        // A call that the table knows and the policy does not name gets the policy's answer, not ENOSYS.
        numbers.all(table).forEach(number -> rules.put((long) (number | bit), new ArrayList<>()));
        for (Rule rule : policy.rules()) {
            numbers.find(rule.name(), table)
                    .ifPresent(number -> rules.computeIfAbsent((long) (number | bit), n -> new ArrayList<>())
                            .add(rule));
        }
        return rules;
    }

    /** Expects the architecture to be known; ends in a return on every path. */
    private List<Instruction> section(Map<Long, List<Rule>> byNumber, Set<Long> bases) {
        List<Instruction> code = new ArrayList<>();
        code.add(new Instruction(LOAD, 0, 0, NUMBER_OFFSET));
        List<Range> ranges = new ArrayList<>();
        Verdict unknown =
                policy.otherwise().equals(SeccompPolicy.ALLOW) ? SeccompPolicy.ALLOW : Verdict.errno(Errno.ENOSYS);
        long expected = 0;
        for (Map.Entry<Long, List<Rule>> entry : byNumber.entrySet()) {
            long number = entry.getKey();
            if (number != expected) {
                // Holes inside a table were never calls; what follows the highest is newer than the table.
                extend(
                        ranges,
                        expected,
                        bases.contains(number) || number - expected > 1000 ? unknown : policy.otherwise());
            }
            List<Rule> rules = entry.getValue();
            boolean conditional = !rules.isEmpty() && !rules.get(0).conditions().isEmpty();
            if (conditional) {
                code.addAll(conditional((int) number, rules));
            }
            extend(
                    ranges,
                    number,
                    rules.isEmpty() || conditional
                            ? policy.otherwise()
                            : rules.get(0).verdict());
            expected = number + 1;
        }
        extend(ranges, expected, unknown);
        code.addAll(search(ranges));
        return code;
    }

    private static void extend(List<Range> ranges, long from, Verdict verdict) {
        if (ranges.isEmpty() || !ranges.get(ranges.size() - 1).verdict().equals(verdict)) {
            ranges.add(new Range(from, verdict));
        }
    }

    private static List<Instruction> search(List<Range> ranges) {
        List<Instruction> code = new ArrayList<>();
        if (ranges.size() == 1) {
            code.add(new Instruction(RETURN, 0, 0, ranges.get(0).verdict().value()));
            return code;
        }
        int middle = ranges.size() / 2;
        List<Instruction> low = search(ranges.subList(0, middle));
        int boundary = (int) ranges.get(middle).from();
        if (low.size() <= FARTHEST) {
            code.add(new Instruction(JUMP_GREATER_OR_EQUAL, low.size(), 0, boundary));
        } else {
            code.add(new Instruction(JUMP_GREATER_OR_EQUAL, 0, 1, boundary));
            code.add(new Instruction(JUMP, 0, 0, low.size()));
        }
        code.addAll(low);
        code.addAll(search(ranges.subList(middle, ranges.size())));
        return code;
    }

    private List<Instruction> conditional(int number, List<Rule> rules) {
        List<Instruction> body = new ArrayList<>();
        for (Rule rule : rules) {
            List<Instruction> tests = tests(rule.conditions());
            body.addAll(tests);
            body.add(new Instruction(RETURN, 0, 0, rule.verdict().value()));
        }
        body.add(new Instruction(RETURN, 0, 0, policy.otherwise().value()));
        List<Instruction> code = new ArrayList<>();
        code.add(new Instruction(JUMP_EQUAL, 1, 0, number));
        code.add(new Instruction(JUMP, 0, 0, body.size()));
        code.addAll(body);
        return code;
    }

    /** Falls through when all hold; else jumps over the return that follows. Built from the last, whose distance is known. */
    private static List<Instruction> tests(List<Condition> conditions) {
        List<Instruction> code = new ArrayList<>();
        for (int i = conditions.size() - 1; i >= 0; i--) {
            List<Instruction> test = test(conditions.get(i), code.size() + 1);
            test.addAll(code);
            code = test;
        }
        return code;
    }

    /** @param miss how far behind this test's end a failed one goes */
    private static List<Instruction> test(Condition c, int miss) {
        int low = ARGUMENTS_OFFSET + 8 * c.argument();
        int valueHigh = (int) (c.value() >>> 32);
        int valueLow = (int) c.value();
        List<Instruction> code = new ArrayList<>();
        switch (c.comparison()) {
            case EQUAL, MASKED_EQUAL -> {
                boolean masked = c.comparison() == Comparison.MASKED_EQUAL;
                code.add(new Instruction(LOAD, 0, 0, low + 4));
                code.addAll(masked ? List.of(new Instruction(AND, 0, 0, (int) (c.mask() >>> 32))) : List.of());
                code.add(new Instruction(JUMP_EQUAL, 0, miss + 2 + (masked ? 1 : 0), valueHigh));
                code.add(new Instruction(LOAD, 0, 0, low));
                code.addAll(masked ? List.of(new Instruction(AND, 0, 0, (int) c.mask())) : List.of());
                code.add(new Instruction(JUMP_EQUAL, 0, miss, valueLow));
            }
            case NOT_EQUAL -> {
                code.add(new Instruction(LOAD, 0, 0, low + 4));
                code.add(new Instruction(JUMP_EQUAL, 0, 2, valueHigh));
                code.add(new Instruction(LOAD, 0, 0, low));
                code.add(new Instruction(JUMP_EQUAL, miss, 0, valueLow));
            }
            case GREATER, GREATER_OR_EQUAL -> {
                int last = c.comparison() == Comparison.GREATER ? JUMP_GREATER : JUMP_GREATER_OR_EQUAL;
                code.add(new Instruction(LOAD, 0, 0, low + 4));
                code.add(new Instruction(JUMP_GREATER, 3, 0, valueHigh));
                code.add(new Instruction(JUMP_EQUAL, 0, miss + 2, valueHigh));
                code.add(new Instruction(LOAD, 0, 0, low));
                code.add(new Instruction(last, 0, miss, valueLow));
            }
            case LESS, LESS_OR_EQUAL -> {
                int last = c.comparison() == Comparison.LESS ? JUMP_GREATER_OR_EQUAL : JUMP_GREATER;
                code.add(new Instruction(LOAD, 0, 0, low + 4));
                code.add(new Instruction(JUMP_GREATER, miss + 3, 0, valueHigh));
                code.add(new Instruction(JUMP_EQUAL, 0, 2, valueHigh));
                code.add(new Instruction(LOAD, 0, 0, low));
                code.add(new Instruction(last, miss, 0, valueLow));
            }
        }
        return code;
    }
}
