package io.minik.runtime.seccomp;

import java.util.List;

/**
 * Which system calls a process may make, by name; {@link SeccompCompiler} makes a BPF program of it.
 *
 * @param otherwise what happens to calls that no rule matches
 */
record SeccompPolicy(Verdict otherwise, List<Rule> rules) {
    static final Verdict ALLOW = new Verdict(0x7fff0000);
    static final Verdict KILL = new Verdict(0x80000000);

    /** @param value as the kernel wants it returned: action in the upper half, errno or trace data in the lower */
    record Verdict(int value) {
        private static final int ERRNO = 0x00050000;

        static Verdict errno(int errno) {
            return new Verdict(ERRNO | errno);
        }
    }

    /** A call by name whose arguments meet all conditions. The first rule of a name that matches decides. */
    record Rule(String name, Verdict verdict, List<Condition> conditions) {}

    enum Comparison {
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        EQUAL,
        GREATER_OR_EQUAL,
        GREATER,
        MASKED_EQUAL
    }

    /** @param mask only with MASKED_EQUAL: argument & mask == value */
    record Condition(int argument, Comparison comparison, long value, long mask) {}
}
