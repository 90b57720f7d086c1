package io.minik.api.cel;

import io.minik.api.cel.Checker.Checked;
import io.minik.api.cel.Expr.Literal;
import java.util.Map;

/** An expression that can be run. Immutable; of any thread. */
public final class Program {
    /** cel-go's words for a run that cost too much: callers look for them. */
    public static final String EXHAUSTED = "operation cancelled: actual cost limit exceeded";

    private final Expr expr;
    private final Checked checked;
    private final Map<Literal, Regex> patterns;
    private final CelType type;
    private final long worstCost;

    Program(Expr expr, Checked checked, Map<Literal, Regex> patterns, Map<String, Decl> variables) {
        this.expr = expr;
        this.checked = new Checked(Map.of(), checked.used());
        this.patterns = patterns;
        this.type = checked.types().getOrDefault(expr, CelType.DYN);
        this.worstCost = Costs.of(expr, checked.types(), variables).most();
    }

    /** @param cost what the run has cost, also if it failed */
    public record Outcome(Object value, long cost) {
        public boolean failed() {
            return value instanceof CelError;
        }

        /** @throws IllegalStateException if it did not fail */
        public String error() {
            if (value instanceof CelError error) {
                return error.message();
            }
            throw new IllegalStateException("no error: " + value);
        }
    }

    /** The type of what a run answers. */
    public CelType type() {
        return type;
    }

    /** Whether it looks at a variable. */
    public boolean uses(String variable) {
        return checked.used().contains(variable);
    }

    /** What no run of it costs more than; {@link Long#MAX_VALUE} if there is no saying. */
    public long worstCost() {
        return worstCost;
    }

    /** @param variables by name, as {@link Decl#value} makes them. @param limit of the cost of this run */
    public Outcome eval(Map<String, Object> variables, long limit) {
        Evaluator evaluator = new Evaluator(variables, patterns, limit);
        try {
            return new Outcome(evaluator.eval(expr), evaluator.cost());
        } catch (Evaluator.Exhausted e) {
            return new Outcome(new CelError(EXHAUSTED), evaluator.cost());
        }
    }
}
