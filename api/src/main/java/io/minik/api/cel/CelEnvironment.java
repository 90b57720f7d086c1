package io.minik.api.cel;

import com.google.re2j.PatternSyntaxException;
import io.minik.api.cel.Checker.Checked;
import io.minik.api.cel.Expr.Call;
import io.minik.api.cel.Expr.Literal;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What expressions may speak of. Immutable; of any thread.
 *
 * <pre>{@code
 * CelEnvironment environment = CelEnvironment.of(Map.of("self", decl));
 * Program program = environment.compile("self.replicas <= 10");
 * program.eval(Map.of("self", decl.value(json)), 1_000_000).value()   // true, false, or a CelError
 * }</pre>
 */
public final class CelEnvironment {
    /** Of letters: a rule that says more than this is no rule. */
    private static final int LONGEST = 100_000;

    private static final Set<String> LITERALS = Set.of("duration", "timestamp", "matches");

    private final Map<String, Decl> variables;
    private final boolean patches;

    private CelEnvironment(Map<String, Decl> variables, boolean patches) {
        this.variables = Map.copyOf(variables);
        this.patches = patches;
    }

    public static CelEnvironment of(Map<String, Decl> variables) {
        return new CelEnvironment(variables, false);
    }

    /** The same where expressions make patches, too: {@code Object{…}}, {@code JSONPatch{…}}. */
    public CelEnvironment makingPatches() {
        return new CelEnvironment(variables, true);
    }

    /** @throws CompileFault if it is no expression of these variables */
    public Program compile(String expression) throws CompileFault {
        Issues issues = new Issues(expression);
        if (expression.length() > LONGEST) {
            throw new CompileFault("ERROR: <input>:-1:0: expression code point size exceeds limit: size: "
                    + expression.length() + ", limit " + LONGEST);
        }
        try {
            return compile(expression, issues);
        } catch (StackOverflowError e) {
            // What may nest by its count may still be too much for whoever asks from deep within.
            throw new CompileFault("ERROR: <input>:-1:0: " + Parser.TOO_DEEP);
        }
    }

    private Program compile(String expression, Issues issues) throws CompileFault {
        Optional<Expr> parsed = Parser.parse(expression, issues);
        if (parsed.isEmpty()) {
            throw new CompileFault(issues.toString());
        }
        Checked checked = Checker.check(parsed.get(), variables, patches, issues);
        if (issues.isEmpty()) {
            checked.types().keySet().forEach(expr -> literal(expr, issues));
        }
        if (!issues.isEmpty()) {
            throw new CompileFault(issues.toString());
        }
        return new Program(parsed.get(), checked, patterns(checked), variables);
    }

    /** What a duration, a time and a pattern say as a constant is known to be wrong before it is run (apiserver's validators). */
    private static void literal(Expr expr, Issues issues) {
        if (!(expr instanceof Call call)
                || call.args.isEmpty()
                || !(call.args.get(0) instanceof Literal literal)
                || !LITERALS.contains(call.function)) {
            return;
        }
        if (!isSound(call, literal.value)) {
            issues.add(literal.at, "invalid " + call.function + " argument");
        }
    }

    private static boolean isSound(Call call, Object value) {
        if (!call.function.equals("matches")) {
            return call.overloads.stream()
                    .filter(form -> form.fits(new Object[] {value}))
                    .noneMatch(form -> form.body().apply(new Object[] {value}) instanceof CelError);
        }
        try {
            return call.target.isEmpty() || Regex.of(value).pattern() != null;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private static IdentityHashMap<Literal, Regex> patterns(Checked checked) throws CompileFault {
        IdentityHashMap<Literal, Regex> patterns = new IdentityHashMap<>();
        for (Expr expr : checked.types().keySet()) {
            Optional<Literal> said = expr instanceof Call call ? CallCost.pattern(call) : Optional.empty();
            if (said.isPresent()) {
                try {
                    patterns.put(said.get(), Regex.of(said.get().value));
                } catch (PatternSyntaxException e) {
                    throw new CompileFault("program instantiation failed: " + e.getMessage());
                }
            }
        }
        return patterns;
    }
}
