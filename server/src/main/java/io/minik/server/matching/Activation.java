package io.minik.server.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.minik.api.cel.CelError;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.cel.RequestVariables;
import io.minik.api.object.KubeObject;
import io.minik.server.matching.Attributes.Versioned;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The variables of one request in one form, and runs of expressions over them. For one request, on its loop. */
public final class Activation {
    /** Upstream's PerCallLimit: of one expression. */
    private static final long MOST_PER_RUN = 1_000_000;

    private final Map<String, Object> variables;
    /** What lazy variables have cost since it was paid last. */
    private final long[] unpaid = new long[1];

    private Activation(Map<String, Object> variables) {
        this.variables = variables;
    }

    /** @param objects in the form that has matched. @param questions to the authorizer */
    public static Activation of(Attributes asked, Versioned objects, Questions questions) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(RequestVariables.OBJECT, dynamic(objects.object()));
        variables.put(RequestVariables.OLD_OBJECT, dynamic(objects.old()));
        variables.put(RequestVariables.REQUEST, RequestVariables.REQUEST_DECL.value(asked.tree(objects.as())));
        variables.put(RequestVariables.NAMESPACE, RequestVariables.NAMESPACE_DECL.value(MissingNode.getInstance()));
        variables.put(RequestVariables.PARAMS, dynamic(Optional.empty()));
        variables.put(RequestVariables.AUTHORIZER, questions.authority());
        variables.put(RequestVariables.REQUEST_RESOURCE, questions.requestResource(asked));
        return new Activation(variables);
    }

    private static Object dynamic(Optional<? extends JsonNode> tree) {
        return Decl.DYN.value(tree.<JsonNode>map(found -> found).orElse(MissingNode.getInstance()));
    }

    /** The same with the namespace, which webhooks' conditions do not see. */
    public Activation in(Optional<KubeObject> namespace) {
        return with(
                RequestVariables.NAMESPACE,
                RequestVariables.NAMESPACE_DECL.value(
                        namespace.<JsonNode>map(KubeObject::tree).orElse(MissingNode.getInstance())));
    }

    /** The same with parameters. */
    public Activation given(Optional<? extends JsonNode> params) {
        return with(RequestVariables.PARAMS, dynamic(params));
    }

    /** The same where nobody can be asked. */
    public Activation withoutAuthorizer() {
        Activation other = new Activation(new HashMap<>(variables));
        other.variables.keySet().removeAll(List.of(RequestVariables.AUTHORIZER, RequestVariables.REQUEST_RESOURCE));
        return other;
    }

    /** The same with what a policy names: each is evaluated when it is first looked at, and once. */
    public Activation naming(NamedExpressions named) {
        Activation other = new Activation(new HashMap<>(variables));
        other.variables.put(RequestVariables.VARIABLES, new Lazily(other, named));
        return other;
    }

    private Activation with(String variable, Object value) {
        Activation other = new Activation(new HashMap<>(variables));
        other.variables.put(variable, value);
        return other;
    }

    private static final class Lazily extends AbstractMap<String, Object> {
        private final Activation activation;
        private final NamedExpressions named;
        private final Map<String, Object> known = new HashMap<>();

        Lazily(Activation activation, NamedExpressions named) {
            this.activation = activation;
            this.named = named;
        }

        @Override
        public @Nullable Object get(Object key) {
            Object value = known.get(key);
            if (value == null && key instanceof String name) {
                value = named.find(name)
                        .map(expression -> activation.named(name, expression))
                        .orElse(null);
                if (value != null) {
                    known.put(name, value);
                }
            }
            return value;
        }

        @Override
        public boolean containsKey(Object key) {
            return key instanceof String name && named.find(name).isPresent();
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Map<String, Object> all = new HashMap<>();
            named.names().forEach(name -> all.put(name, Objects.requireNonNull(get(name))));
            return all.entrySet();
        }
    }

    private Object named(String name, Expression expression) {
        if (expression.program().isEmpty()) {
            return new CelError("composited variable \"" + name + "\" fails to compile: " + expression.fault());
        }
        Program.Outcome outcome = expression.program().get().eval(variables, MOST_PER_RUN);
        unpaid[0] += outcome.cost();
        return outcome.failed()
                ? new CelError("composited variable \"" + name + "\" fails to evaluate: " + outcome.error())
                : outcome.value();
    }

    /** What is left of a budget. @param left in units of cost */
    public static final class Budget {
        /** Upstream's RuntimeCELCostBudgetMatchConditions. */
        public static final long OF_CONDITIONS = 2_500_000;

        /** Upstream's RuntimeCELCostBudget. */
        public static final long OF_POLICY = 10_000_000;

        private long left;

        public Budget(long left) {
            this.left = left;
        }

        /** @throws Exhausted if it is more than what is left */
        public void spend(long cost) {
            if (cost > left) {
                throw new Exhausted();
            }
            left -= cost;
        }
    }

    /** No further expression is run. */
    public static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super(
                    "validation failed due to running out of cost budget, no further validation rules will be run",
                    null,
                    false,
                    false);
        }
    }

    /** @param value if there was no error. @param error upstream's words; empty if there was none */
    public record Result(Object value, String error) {
        public boolean failed() {
            return !error.isEmpty();
        }
    }

    /** @throws Exhausted if the budget does not suffice */
    public Result run(Expression expression, Budget budget) {
        if (expression.program().isEmpty()) {
            return new Result("", "compilation error: " + expression.fault());
        }
        Program.Outcome outcome = expression.program().get().eval(variables, MOST_PER_RUN);
        budget.spend(unpaid[0]);
        unpaid[0] = 0;
        budget.spend(outcome.cost());
        return outcome.failed()
                ? new Result("", "expression '" + expression.text() + "' resulted in error: " + outcome.error())
                : new Result(outcome.value(), "");
    }
}
