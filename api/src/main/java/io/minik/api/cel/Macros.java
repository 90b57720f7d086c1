package io.minik.api.cel;

import io.minik.api.cel.Expr.Bind;
import io.minik.api.cel.Expr.Call;
import io.minik.api.cel.Expr.Entry;
import io.minik.api.cel.Expr.Fold;
import io.minik.api.cel.Expr.Fold.Loop;
import io.minik.api.cel.Expr.Ident;
import io.minik.api.cel.Expr.ListExpr;
import io.minik.api.cel.Expr.Literal;
import io.minik.api.cel.Expr.MapExpr;
import io.minik.api.cel.Expr.Select;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Calls that are no calls: they see their arguments as they are written. Expanded as cel-go does, so that costs are alike. */
final class Macros {
    private final int at;
    private final Issues issues;
    private final List<Expr> args;

    private Macros(int at, Issues issues, List<Expr> args) {
        this.at = at;
        this.issues = issues;
        this.args = args;
    }

    /** Empty if it is a call. */
    static Optional<Expr> expand(int at, String function, Optional<Expr> target, List<Expr> args, Issues issues) {
        Macros macros = new Macros(at, issues, args);
        if (target.isEmpty()) {
            return function.equals("has") && args.size() == 1 ? Optional.of(macros.has()) : Optional.empty();
        }
        Expr range = target.get();
        return switch (function) {
            case "all", "exists", "exists_one", "existsOne" -> macros.quantifier(function, range);
            case "map" -> macros.map(range, 1);
            case "filter" ->
                args.size() == 2
                        ? Optional.of(macros.collect(range, 1, Optional.of(args.get(1)), args.get(0)))
                        : Optional.empty();
            case "transformList" -> macros.map(range, 2);
            case "transformMap" -> macros.transformMap(range, false);
            case "transformMapEntry" -> macros.transformMap(range, true);
            case "optMap" -> macros.optional(range, true);
            case "optFlatMap" -> macros.optional(range, false);
            default -> Optional.empty();
        };
    }

    private Expr has() {
        if (args.get(0) instanceof Select select && select.how == Select.How.PLAIN) {
            return new Select(select.at, select.operand, select.field, Select.How.PRESENCE);
        }
        issues.add(args.get(0).at, "invalid argument to has() macro");
        return args.get(0);
    }

    private Ident result() {
        return new Ident(at, Fold.RESULT);
    }

    private Literal literal(Object value) {
        return new Literal(at, value);
    }

    private List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (Expr arg : args.subList(0, count)) {
            if (arg instanceof Ident ident) {
                names.add(ident.name);
            } else {
                issues.add(arg.at, "argument must be a simple name");
                names.add("_");
            }
        }
        return names;
    }

    private Optional<Expr> quantifier(String function, Expr range) {
        if (args.size() != 2 && args.size() != 3) {
            return Optional.empty();
        }
        List<String> names = names(args.size() - 1);
        Expr test = args.get(args.size() - 1);
        return Optional.of(
                switch (function) {
                    case "all" ->
                        new Fold(
                                names,
                                range,
                                new Loop(
                                        literal(true),
                                        Call.of(at, "@not_strictly_false", result()),
                                        Call.of(at, "_&&_", result(), test),
                                        result()));
                    case "exists" ->
                        new Fold(
                                names,
                                range,
                                new Loop(
                                        literal(false),
                                        Call.of(at, "@not_strictly_false", Call.of(at, "!_", result())),
                                        Call.of(at, "_||_", result(), test),
                                        result()));
                    default ->
                        new Fold(
                                names,
                                range,
                                new Loop(
                                        literal(0L),
                                        literal(true),
                                        Call.of(at, "_?_:_", test, Call.of(at, "_+_", result(), literal(1L)), result()),
                                        Call.of(at, "_==_", result(), literal(1L))));
                });
    }

    /** map(x, t), map(x, test, t); with two variables transformList. */
    private Optional<Expr> map(Expr range, int variables) {
        int rest = args.size() - variables;
        if (rest != 1 && rest != 2) {
            return Optional.empty();
        }
        Optional<Expr> test = rest == 2 ? Optional.of(args.get(variables)) : Optional.empty();
        return Optional.of(collect(range, variables, test, args.get(args.size() - 1)));
    }

    private Expr collect(Expr range, int variables, Optional<Expr> test, Expr item) {
        Expr more = Call.of(at, "_+_", result(), new ListExpr(at, List.of(new Entry(item, item, false))));
        Expr step = test.<Expr>map(found -> Call.of(at, "_?_:_", found, more, result()))
                .orElse(more);
        return new Fold(names(variables), range, new Loop(new ListExpr(at, List.of()), literal(true), step, result()));
    }

    private Optional<Expr> transformMap(Expr range, boolean entry) {
        if (args.size() != 3 && args.size() != 4) {
            return Optional.empty();
        }
        Expr value = args.get(args.size() - 1);
        Expr more = entry
                ? Call.of(at, "cel.@mapInsert", result(), value)
                : Call.of(at, "cel.@mapInsert", result(), args.get(0), value);
        Expr step = args.size() == 4 ? Call.of(at, "_?_:_", args.get(2), more, result()) : more;
        return Optional.of(
                new Fold(names(2), range, new Loop(new MapExpr(at, List.of()), literal(true), step, result())));
    }

    private Optional<Expr> optional(Expr target, boolean wrap) {
        if (args.size() != 2) {
            return Optional.empty();
        }
        Expr inner = new Bind(names(1).get(0), new Call(at, "value", Optional.of(target), List.of()), args.get(1));
        return Optional.of(Call.of(
                at,
                "_?_:_",
                new Call(at, "hasValue", Optional.of(target), List.of()),
                wrap ? Call.of(at, "optional.of", inner) : inner,
                Call.of(at, "optional.none")));
    }
}
