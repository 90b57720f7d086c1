package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;

/** CelExpressions without variables, as tests ask them. */
final class CelExpressions {
    static final long LIMIT = 1_000_000;

    private CelExpressions() {}

    static Program.Outcome run(String expression) {
        try {
            return CelEnvironment.of(Map.of()).compile(expression).eval(Map.of(), LIMIT);
        } catch (CompileFault e) {
            throw new AssertionError(expression + ": " + e.words(), e);
        }
    }

    static Object value(String expression) {
        Program.Outcome outcome = run(expression);
        assertThat(outcome.value()).as(expression).isNotInstanceOf(CelError.class);
        return outcome.value();
    }

    static String error(String expression) {
        Program.Outcome outcome = run(expression);
        assertThat(outcome.value()).as(expression).isInstanceOf(CelError.class);
        return outcome.error();
    }

    /** Why it is no expression. */
    static String fault(String expression) {
        CompileFault fault = catchThrowableOfType(
                CompileFault.class, () -> CelEnvironment.of(Map.of()).compile(expression));
        assertThat(fault).as(expression).isNotNull();
        return String.valueOf(fault.getMessage());
    }

    /** The same value and the same type: 1 and 1.0 are equal, but not one. */
    static void same(String expression, String expected) {
        Object found = value(expression);
        Object wanted = value(expected);
        assertThat(CelValues.equal(found, wanted))
                .as("%s is %s, not %s", expression, found, wanted)
                .isTrue();
        assertThat(CelValues.type(found)).as(expression).isEqualTo(CelValues.type(wanted));
    }
}
