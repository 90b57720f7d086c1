package io.minik.charts.template;

import io.minik.charts.template.Function.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PipelineRun of one template under way: its variables, and where it is. */
final class PipelineRun {
    /** No value comes from the pipeline: nil is one. */
    private enum Absent {
        VALUE
    }

    private static final Object MISSING = Absent.VALUE;

    private static final int LONGEST_ERROR = 1400;

    private final Template templates;
    private final Template.Tree tree;
    private final Budget budget;
    private final List<String> names = new ArrayList<>();
    private final List<@Nullable Object> values = new ArrayList<>();
    private Syntax at;

    PipelineRun(Template templates, Template.Tree tree, Budget budget) {
        this.templates = templates;
        this.tree = tree;
        this.budget = budget;
        this.at = tree.body();
    }

    Template.Tree tree() {
        return tree;
    }

    void at(Syntax node) {
        at = node;
    }

    int mark() {
        return names.size();
    }

    void forget(int mark) {
        while (names.size() > mark) {
            names.remove(names.size() - 1);
            values.remove(values.size() - 1);
        }
    }

    void push(String name, @Nullable Object value) {
        names.add(name);
        values.add(value);
    }

    void set(String name, @Nullable Object value) {
        int index = names.lastIndexOf(name);
        if (index < 0) {
            throw error("undefined variable: " + name);
        }
        values.set(index, value);
    }

    private @Nullable Object variable(String name) {
        int index = names.lastIndexOf(name);
        if (index < 0) {
            throw error("undefined variable: " + name);
        }
        return values.get(index);
    }

    /** With file, line, column and the words that failed. */
    TemplateException error(@Nullable String message) {
        String before = tree.text().substring(0, Math.min(at.at(), tree.text().length()));
        int lineStart = before.lastIndexOf('\n') + 1;
        long line = before.chars().filter(letter -> letter == '\n').count() + 1;
        int column = GoStrings.length(before.substring(lineStart));
        return TemplateException.at("template: " + tree.file() + ":" + line + ":" + column + ": executing "
                + Quoted.of(tree.name()) + " at <" + shown(at.toString()) + ">: " + message);
    }

    /** An error is no place for whole bodies. */
    private static String shown(String text) {
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }

    @Nullable
    Object pipe(@Nullable Object dot, Syntax.Pipe pipe) {
        at(pipe);
        Object value = MISSING;
        for (Syntax.Command command : pipe.commands()) {
            value = GoValues.plain(command(dot, command, value));
        }
        for (Syntax.Variable variable : pipe.declared()) {
            if (pipe.assigns()) {
                set(variable.names().get(0), value);
            } else {
                push(variable.names().get(0), value);
            }
        }
        return value;
    }

    private @Nullable Object command(@Nullable Object dot, Syntax.Command command, @Nullable Object last) {
        budget.spend(1);
        Syntax first = command.words().get(0);
        List<Syntax> arguments = command.words().subList(1, command.words().size());
        if (first instanceof Syntax.Fields fields) {
            at(fields);
            return chain(dot, fields, fields.names(), new Given(dot, arguments, last));
        }
        if (first instanceof Syntax.Chain chain) {
            at(chain);
            Object of = argument(dot, Kind.ANY, chain.node());
            return chain(of, chain, chain.names(), new Given(dot, arguments, last));
        }
        if (first instanceof Syntax.Name name) {
            return function(dot, name, command, arguments, last);
        }
        if (first instanceof Syntax.Pipe pipe) {
            alone(first, arguments, last);
            return nested(dot, pipe);
        }
        if (first instanceof Syntax.Variable variable) {
            return variable(dot, variable, arguments, last);
        }
        at(first);
        alone(first, arguments, last);
        if (first instanceof Syntax.Nil) {
            throw error("nil is not a command");
        }
        return constant(dot, first);
    }

    private @Nullable Object nested(@Nullable Object dot, Syntax.Pipe pipe) {
        budget.enter();
        try {
            return pipe(dot, pipe);
        } finally {
            budget.leave();
        }
    }

    private void alone(Syntax first, List<Syntax> arguments, @Nullable Object last) {
        if (!arguments.isEmpty() || !(last instanceof Absent)) {
            throw error("can't give argument to non-function " + first);
        }
    }

    private @Nullable Object constant(@Nullable Object dot, Syntax node) {
        if (node instanceof Syntax.Bool bool) {
            return bool.value();
        }
        if (node instanceof Syntax.Dot) {
            return dot;
        }
        if (node instanceof Syntax.Str text) {
            return text.text();
        }
        if (node instanceof Syntax.Num number) {
            if (number.value() == null) {
                throw error(number.text() + " overflows int");
            }
            return number.value();
        }
        throw error("can't evaluate command " + Quoted.of(node.toString()));
    }

    private @Nullable Object variable(
            @Nullable Object dot, Syntax.Variable variable, List<Syntax> arguments, @Nullable Object last) {
        at(variable);
        Object value = variable(variable.names().get(0));
        if (variable.names().size() == 1) {
            alone(variable, arguments, last);
            return value;
        }
        List<String> fields = variable.names().subList(1, variable.names().size());
        return chain(value, variable, fields, new Given(dot, arguments, last));
    }

    /** What the last of a chain is given: words of the command, and what the pipeline brings. */
    private record Given(
            @Nullable Object dot,
            List<Syntax> words,
            @Nullable Object last) {
        static Given nothing(@Nullable Object dot) {
            return new Given(dot, List.of(), MISSING);
        }

        boolean isSome() {
            return !words.isEmpty() || !(last instanceof Absent);
        }
    }

    private @Nullable Object chain(@Nullable Object of, Syntax node, List<String> fields, Given given) {
        Object value = of;
        for (int i = 0; i < fields.size(); i++) {
            boolean isLast = i == fields.size() - 1;
            value = field(value, node, fields.get(i), isLast ? given : Given.nothing(given.dot()), i > 0);
        }
        return value;
    }

    private @Nullable Object field(@Nullable Object of, Syntax node, String name, Given given, boolean boxed) {
        budget.spend(1);
        if (of == null) {
            return null;
        }
        if (of instanceof GoValues.Box) {
            throw error("nil pointer evaluating interface {}." + name);
        }
        if (of instanceof Struct struct && struct.has(name)) {
            if (given.isSome() && !struct.isMethod(name)) {
                throw error(name + " has arguments but cannot be invoked as function");
            }
            List<@Nullable Object> all = new ArrayList<>();
            for (Syntax argument : given.words()) {
                all.add(GoValues.plain(argument(given.dot(), Kind.ANY, argument)));
            }
            if (!(given.last() instanceof Absent)) {
                all.add(given.last());
            }
            at(node);
            return called(name, () -> struct.get(name, all));
        }
        if (of instanceof Map<?, ?> map) {
            if (given.isSome()) {
                throw error(name + " is not a method but has arguments");
            }
            Object value = map.get(name);
            return value == null ? GoValues.NIL : value;
        }
        throw error("can't evaluate field " + name + " in type "
                + (boxed && !(of instanceof Struct) ? "interface {}" : GoValues.type(of)));
    }

    private @Nullable Object function(
            @Nullable Object dot, Syntax.Name name, Syntax node, List<Syntax> arguments, @Nullable Object last) {
        at(name);
        Function function = templates.function(name.name());
        if (function == null) {
            throw error(Quoted.of(name.name()) + " is not a defined function");
        }
        String wrong = function.miscount(name.name(), arguments.size() + (last instanceof Absent ? 0 : 1));
        if (wrong != null) {
            throw error(wrong);
        }
        budget.enter();
        try {
            if (name.name().equals("and") || name.name().equals("or")) {
                return shortCircuit(dot, name.name().equals("or"), arguments, last);
            }
            List<@Nullable Object> all = new ArrayList<>(arguments.size() + 1);
            for (Syntax argument : arguments) {
                all.add(GoValues.plain(argument(dot, function.kind(all.size()), argument)));
            }
            if (!(last instanceof Absent)) {
                all.add(GoValues.plain(fitting(last, function.kind(all.size()))));
            }
            at(node);
            return called(name.name(), () -> function.body().call(new Function.Arguments(all, budget)));
        } finally {
            budget.leave();
        }
    }

    private @Nullable Object shortCircuit(
            @Nullable Object dot, boolean or, List<Syntax> arguments, @Nullable Object last) {
        Object value = null;
        for (Syntax argument : arguments) {
            value = argument(dot, Kind.ANY, argument);
            if (GoValues.truth(value) == or) {
                return value;
            }
        }
        return last instanceof Absent ? value : last;
    }

    /** Of calls in calls, the outermost and the innermost are what a reader needs. */
    private static String cut(String message) {
        return message.length() <= LONGEST_ERROR
                ? message
                : message.substring(0, LONGEST_ERROR / 2) + " … "
                        + message.substring(message.length() - LONGEST_ERROR / 2);
    }

    private interface Called {
        @Nullable
        Object call();
    }

    private @Nullable Object called(String name, Called body) {
        try {
            Object value = body.call();
            if (value instanceof String text) {
                budget.letters(text.length());
            }
            return value;
        } catch (TemplateException e) {
            throw error("error calling " + name + ": " + cut(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            throw error("error calling " + name + ": " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /** As an argument of a parameter of this type. */
    private @Nullable Object argument(@Nullable Object dot, Kind kind, Syntax node) {
        at(node);
        budget.spend(1);
        if (node instanceof Syntax.Dot) {
            return fitting(dot, kind);
        }
        if (node instanceof Syntax.Nil) {
            if (kind == Kind.ANY || kind == Kind.MAP || kind == Kind.LIST) {
                return null;
            }
            throw error("cannot assign nil to " + kind);
        }
        if (node instanceof Syntax.Fields fields) {
            return fitting(chain(dot, fields, fields.names(), Given.nothing(dot)), kind);
        }
        if (node instanceof Syntax.Variable variable) {
            return fitting(variable(dot, variable, List.of(), MISSING), kind);
        }
        if (node instanceof Syntax.Pipe pipe) {
            return fitting(nested(dot, pipe), kind);
        }
        if (node instanceof Syntax.Name name) {
            return fitting(function(dot, name, name, List.of(), MISSING), kind);
        }
        if (node instanceof Syntax.Chain chain) {
            Object of = argument(dot, Kind.ANY, chain.node());
            return fitting(chain(of, chain, chain.names(), Given.nothing(dot)), kind);
        }
        return literal(kind, node);
    }

    private @Nullable Object literal(Kind kind, Syntax node) {
        if (node instanceof Syntax.Num number) {
            if (kind == Kind.INT && number.isInt()) {
                return number.value() instanceof Double real ? (Object) real.longValue() : number.value();
            }
            if (kind == Kind.INT64 && number.isInt()) {
                return number.value() instanceof Long whole ? Sized.int64(whole) : null;
            }
        }
        boolean fits = kind == Kind.ANY
                || (kind == Kind.STRING && node instanceof Syntax.Str)
                || (kind == Kind.BOOL && node instanceof Syntax.Bool);
        if (!fits) {
            throw error(
                    switch (kind) {
                        case STRING -> "expected string; found " + node;
                        case BOOL -> "expected bool; found " + node;
                        case INT, INT64 -> "expected integer; found " + node;
                        default -> "can't handle " + node + " for arg of type " + kind;
                    });
        }
        return constant(null, node);
    }

    private @Nullable Object fitting(@Nullable Object value, Kind kind) {
        if (value == null && !kind.takes(null)) {
            throw error("invalid value; expected " + kind);
        }
        boolean emptyBox = value instanceof GoValues.Box && kind != Kind.ANY;
        if (emptyBox || !kind.takes(GoValues.plain(value))) {
            throw error("wrong type for value; expected " + kind + "; got "
                    + (value instanceof GoValues.Box ? "interface {}" : GoValues.type(value)));
        }
        return value;
    }
}
