package io.minik.charts.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of one template: walks the tree, and writes. PipelineRun are {@link PipelineRun}'s. */
final class TemplateRun {
    /** As a body ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Template templates;
    private final Budget budget;
    private final StringBuilder out;
    private final PipelineRun evaluation;

    TemplateRun(Template templates, Template.Tree tree, Budget budget) {
        this(templates, tree, budget, new StringBuilder());
    }

    private TemplateRun(Template templates, Template.Tree tree, Budget budget, StringBuilder out) {
        this.templates = templates;
        this.budget = budget;
        this.out = out;
        this.evaluation = new PipelineRun(templates, tree, budget);
    }

    String run(@Nullable Object data) {
        try {
            start(data);
        } catch (StackOverflowError e) {
            throw new TemplateException("exceeded maximum template depth");
        }
        return out.toString();
    }

    private void start(@Nullable Object data) {
        budget.enter();
        evaluation.push("$", data);
        walk(data, evaluation.tree().body());
        budget.leave();
    }

    private Flow walk(@Nullable Object dot, Syntax node) {
        evaluation.at(node);
        budget.spend(1);
        if (node instanceof Syntax.Many many) {
            for (Syntax one : many.nodes()) {
                Flow flow = walk(dot, one);
                if (flow != Flow.ON) {
                    return flow;
                }
            }
            return Flow.ON;
        }
        if (node instanceof Syntax.Text text) {
            write(text.text());
            return Flow.ON;
        }
        if (node instanceof Syntax.Action action) {
            Object value = evaluation.pipe(dot, action.pipe());
            if (action.pipe().declared().isEmpty()) {
                evaluation.at(action);
                write(value == null ? "<no value>" : text(value));
            }
            return Flow.ON;
        }
        if (node instanceof Syntax.Branch branch) {
            return branch.keyword().equals("range") ? range(dot, branch) : branch(dot, branch);
        }
        if (node instanceof Syntax.Call call) {
            call(dot, call);
            return Flow.ON;
        }
        if (node instanceof Syntax.Leave leave) {
            return leave.keyword().equals("break") ? Flow.BREAK : Flow.CONTINUE;
        }
        throw evaluation.error("unknown node: " + node);
    }

    private String text(Object value) {
        try {
            return GoValues.text(value, budget);
        } catch (TemplateException e) {
            throw e.isLocated() ? e : evaluation.error(e.getMessage());
        }
    }

    private void write(String text) {
        try {
            budget.limit((long) out.length() + text.length());
            budget.letters(text.length());
        } catch (TemplateException e) {
            throw evaluation.error(e.getMessage());
        }
        out.append(text);
    }

    private Flow branch(@Nullable Object dot, Syntax.Branch branch) {
        int mark = evaluation.mark();
        try {
            Object value = evaluation.pipe(dot, branch.pipe());
            if (GoValues.truth(value)) {
                return walk(branch.keyword().equals("with") ? value : dot, branch.body());
            }
            return branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
        } finally {
            evaluation.forget(mark);
        }
    }

    private Flow range(@Nullable Object dot, Syntax.Branch branch) {
        int mark = evaluation.mark();
        try {
            Object piped = evaluation.pipe(dot, branch.pipe());
            Object value = piped instanceof Struct struct && struct.entries() != null ? struct.entries() : piped;
            boolean some;
            if (value == null) {
                some = false;
            } else if (value instanceof List<?> list) {
                some = items(branch, new ArrayList<>(list));
            } else if (value instanceof Map<?, ?>) {
                some = entries(branch, new TreeMap<>(GoValues.map(value)));
            } else if (GoValues.isInteger(value)) {
                some = counted(branch, value);
            } else {
                throw evaluation.error("range can't iterate over " + text(value));
            }
            return some || branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
        } finally {
            evaluation.forget(mark);
        }
    }

    private boolean items(Syntax.Branch branch, List<?> list) {
        budget.items(list.size());
        for (int i = 0; i < list.size(); i++) {
            if (!once(branch, (long) i, list.get(i))) {
                break;
            }
        }
        return !list.isEmpty();
    }

    private boolean entries(Syntax.Branch branch, Map<String, @Nullable Object> map) {
        budget.items(map.size());
        for (Map.Entry<String, @Nullable Object> entry : map.entrySet()) {
            if (!once(branch, entry.getKey(), entry.getValue())) {
                break;
            }
        }
        return !map.isEmpty();
    }

    private boolean counted(Syntax.Branch branch, Object value) {
        long count = GoValues.integer(value);
        for (long i = 0; i < count; i++) {
            if (!once(branch, i, i)) {
                break;
            }
        }
        return count > 0;
    }

    /** False: break. */
    private boolean once(Syntax.Branch branch, Object index, @Nullable Object given) {
        Object item = given == null ? GoValues.NIL : given;
        int mark = evaluation.mark();
        List<Syntax.Variable> declared = branch.pipe().declared();
        if (!declared.isEmpty()) {
            boolean two = declared.size() > 1;
            evaluation.set(declared.get(0).names().get(0), two ? index : item);
            if (two) {
                evaluation.set(declared.get(1).names().get(0), item);
            }
        }
        Flow flow = walk(item, branch.body());
        evaluation.forget(mark);
        return flow != Flow.BREAK;
    }

    private void call(@Nullable Object dot, Syntax.Call call) {
        Template.Tree tree = templates.tree(call.name());
        if (tree == null) {
            throw evaluation.error("template " + Quoted.of(call.name()) + " not defined");
        }
        Object value = call.pipe() == null ? null : evaluation.pipe(dot, call.pipe());
        evaluation.at(call);
        try {
            budget.enter();
        } catch (TemplateException e) {
            throw evaluation.error(e.getMessage());
        }
        budget.leave();
        new TemplateRun(templates, tree, budget, out).start(value);
    }
}
