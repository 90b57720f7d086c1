package io.minik.server.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.cel.RequestVariables;
import io.minik.api.object.KubeObject;
import io.minik.server.matching.Attributes.Versioned;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The variables of one request in one form, and runs of expressions over them. For one request, on its loop. */
public final class Activation {
    /** Upstream's PerCallLimit: of one expression. */
    private static final long MOST_PER_RUN = 1_000_000;

    private final Map<String, Object> variables = new HashMap<>();

    /** Without parameters and whatever else one side has more. */
    private Activation(Map<String, Object> variables) {
        this.variables.putAll(variables);
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

    /** The same with a variable more. */
    public Activation with(String variable, Object value) {
        Activation other = new Activation(variables);
        other.variables.put(variable, value);
        return other;
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
        Program.Outcome outcome = outcome(expression.program().get());
        budget.spend(outcome.cost());
        return outcome.failed()
                ? new Result("", "expression '" + expression.text() + "' resulted in error: " + outcome.error())
                : new Result(outcome.value(), "");
    }

    /** A run that no budget pays. */
    public Program.Outcome outcome(Program program) {
        return program.eval(variables, MOST_PER_RUN);
    }
}
