package io.minik.api.cel;

import io.minik.api.cel.Expr.Bind;
import io.minik.api.cel.Expr.Call;
import io.minik.api.cel.Expr.Entry;
import io.minik.api.cel.Expr.Fold;
import io.minik.api.cel.Expr.Ident;
import io.minik.api.cel.Expr.ListExpr;
import io.minik.api.cel.Expr.Literal;
import io.minik.api.cel.Expr.MapExpr;
import io.minik.api.cel.Expr.Select;
import io.minik.api.cel.Expr.Struct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of an expression: walks its tree, counts what it costs, and ends at the limit. Errors are values. */
final class Evaluator implements Expr.Visitor<Object> {
    /** The limit is reached. */
    static final class Exhausted extends RuntimeException {
        Exhausted() {
            super(null, null, false, false);
        }
    }

    private record Scope(
            String name, Object value, @Nullable Scope outer) {}

    private final Map<String, Object> variables;
    private final Map<Literal, Regex> patterns;
    private final long limit;
    private @Nullable Scope scope;
    private long cost;

    /** @param patterns those that are constants, made before */
    Evaluator(Map<String, Object> variables, Map<Literal, Regex> patterns, long limit) {
        this.variables = variables;
        this.patterns = patterns;
        this.limit = limit;
    }

    long cost() {
        return cost;
    }

    private void pay(long more) {
        cost = Range.sum(cost, more);
        if (cost > limit) {
            throw new Exhausted();
        }
    }

    Object eval(Expr expr) {
        return expr.accept(this);
    }

    @Override
    public Object literal(Literal literal) {
        Regex pattern = patterns.get(literal);
        return pattern == null ? literal.value : pattern;
    }

    @Override
    public Object bind(Bind bind) {
        Scope outer = scope;
        scope = new Scope(bind.variable, eval(bind.value), outer);
        Object result = eval(bind.result);
        scope = outer;
        return result;
    }

    @Override
    public Object ident(Ident ident) {
        if (ident.constant.isPresent()) {
            return ident.constant.get();
        }
        pay(1);
        for (Scope each = scope; each != null; each = each.outer()) {
            if (each.name().equals(ident.name)) {
                return each.value();
            }
        }
        return variable(ident.name);
    }

    private Object variable(String name) {
        Object value = variables.get(name);
        return value == null ? new CelError("no such attribute(s): " + name) : value;
    }

    @Override
    public Object select(Select select) {
        if (select.variable.isPresent()) {
            pay(1);
            return variable(select.variable.get());
        }
        Object operand = eval(select.operand);
        if (operand instanceof CelError) {
            return operand;
        }
        if (select.how != Select.How.PRESENCE) {
            pay(1);
        }
        boolean maybe = operand instanceof Optional<?>;
        Object container =
                maybe ? ((Optional<?>) operand).<Object>map(value -> value).orElse(Map.of()) : operand;
        if (!(container instanceof Map<?, ?> map)) {
            return CelError.NO_OVERLOAD;
        }
        Object found = map.get(select.field);
        return switch (select.how) {
            case PRESENCE -> found != null;
            case OPTIONAL -> Optional.ofNullable(found);
            case PLAIN -> maybe ? Optional.ofNullable(found) : found == null ? CelError.noSuchKey(select.field) : found;
        };
    }

    @Override
    public Object call(Call call) {
        switch (call.function) {
            case "_&&_":
                return logical(call, false);
            case "_||_":
                return logical(call, true);
            case "_?_:_":
                Object condition = eval(call.args.get(0));
                if (!(condition instanceof Boolean yes)) {
                    return condition instanceof CelError ? condition : CelError.NO_OVERLOAD;
                }
                return eval(call.args.get(yes ? 1 : 2));
            case "@not_strictly_false":
                Object value = eval(call.args.get(0));
                pay(1);
                return !Boolean.FALSE.equals(value);
            case "_+_":
                return call.args.get(0) instanceof Ident ident && ident.name.equals(Fold.RESULT)
                        ? appended(call)
                        : applied(call);
            default:
                return applied(call);
        }
    }

    /** @param decisive the value of either side that settles it, whatever the other is */
    private Object logical(Call call, boolean decisive) {
        Object left = eval(call.args.get(0));
        if (left.equals(decisive)) {
            return decisive;
        }
        Object right = eval(call.args.get(1));
        if (right.equals(decisive)) {
            return decisive;
        }
        if (left instanceof CelError) {
            return left;
        }
        if (right instanceof CelError) {
            return right;
        }
        return left instanceof Boolean && right instanceof Boolean ? !decisive : CelError.NO_OVERLOAD;
    }

    /** A fold's own list grows where it is: nobody has seen it yet. */
    private Object appended(Call call) {
        Object before = eval(call.args.get(0));
        if (!(before instanceof Grown grown)) {
            return applied(call, new Object[] {before, eval(call.args.get(1))});
        }
        Object more = eval(call.args.get(1));
        if (more instanceof CelError) {
            return more;
        }
        pay(1);
        grown.addAll((List<?>) more);
        return grown;
    }

    private static final class Grown extends ArrayList<Object> {
        private static final long serialVersionUID = 1;
    }

    private Object applied(Call call) {
        List<Expr> operands = call.operands();
        Object[] values = new Object[operands.size()];
        for (int at = 0; at < values.length; at++) {
            values[at] = eval(operands.get(at));
        }
        boolean index = call.function.equals("_[_]") || call.function.equals("_[?_]");
        if (index && (values[0] instanceof List<?> || optionalList(values[0]))) {
            values[1] = Operators.place(values[1]);
        }
        return applied(call, values);
    }

    private static boolean optionalList(Object value) {
        return value instanceof Optional<?> maybe && maybe.isPresent() && maybe.get() instanceof List<?>;
    }

    private Object applied(Call call, Object[] values) {
        for (Object value : values) {
            if (value instanceof CelError) {
                return value;
            }
        }
        for (Overload overload : call.overloads) {
            if (overload.fits(values)) {
                Object result = overload.body().apply(values);
                pay(CallCost.actual(call, overload.id(), values, result));
                return result;
            }
        }
        return CelError.NO_OVERLOAD;
    }

    @Override
    public Object list(ListExpr list) {
        List<Object> values = new ArrayList<>(list.items.size());
        for (Entry item : list.items) {
            Object value = eval(item.value());
            if (value instanceof CelError) {
                return value;
            }
            if (!item.optional()) {
                values.add(value);
            } else if (value instanceof Optional<?> maybe) {
                maybe.ifPresent(values::add);
            }
        }
        pay(Costs.LIST);
        return values;
    }

    @Override
    public Object map(MapExpr map) {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (Entry entry : map.entries) {
            Object key = eval(entry.key());
            Object value = eval(entry.value());
            if (key instanceof CelError || value instanceof CelError) {
                return key instanceof CelError ? key : value;
            }
            Optional<?> present = entry.optional() && value instanceof Optional<?> maybe ? maybe : Optional.of(value);
            if (present.isPresent() && values.put(key, present.get()) != null) {
                return new CelError("Failed with repeated key " + key);
            }
        }
        pay(Costs.MAP);
        return values;
    }

    @Override
    public Object struct(Struct struct) {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (Entry field : struct.fields) {
            Object value = eval(field.value());
            if (value instanceof CelError) {
                return value;
            }
            Optional<?> present = field.optional() && value instanceof Optional<?> maybe ? maybe : Optional.of(value);
            present.ifPresent(found -> values.put(Struct.name(field), found));
        }
        pay(Costs.STRUCT);
        return new Constructed(struct.type, values);
    }

    @Override
    public Object fold(Fold fold) {
        Object range = eval(fold.range);
        if (range instanceof CelError) {
            return range;
        }
        Object accumulated = eval(fold.first);
        accumulated = accumulated instanceof List<?> ? new Grown() : accumulated;
        Scope outer = scope;
        boolean two = fold.variables.size() == 2;
        if (range instanceof List<?> list) {
            for (int at = 0; at < list.size(); at++) {
                Object item = list.get(at);
                Scope inner = new Scope(Fold.RESULT, accumulated, outer);
                inner = new Scope(fold.variables.get(0), two ? (Object) (long) at : item, inner);
                scope = two ? new Scope(fold.variables.get(1), item, inner) : inner;
                if (Boolean.FALSE.equals(eval(fold.condition))) {
                    break;
                }
                accumulated = eval(fold.step);
            }
        } else if (range instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Scope inner = new Scope(Fold.RESULT, accumulated, outer);
                inner = new Scope(fold.variables.get(0), entry.getKey(), inner);
                scope = two ? new Scope(fold.variables.get(1), entry.getValue(), inner) : inner;
                if (Boolean.FALSE.equals(eval(fold.condition))) {
                    break;
                }
                accumulated = eval(fold.step);
            }
        } else {
            return new CelError("got '" + CelValues.type(range).shown() + "', expected iterable type");
        }
        scope = new Scope(Fold.RESULT, accumulated, outer);
        Object result = eval(fold.result);
        scope = outer;
        return result;
    }
}
