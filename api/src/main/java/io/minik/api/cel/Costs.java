package io.minik.api.cel;

import io.minik.api.cel.CelType.Kind;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an expression costs at worst, told from the declarations before it is run (cel-go's checker/cost.go). Sizes come from
 * what the expression says itself, else from the schema of what it looks at.
 */
final class Costs implements Expr.Visitor<Range> {
    static final double TEXT = 0.1;
    static final double PATTERN = 0.25;
    static final long LIST = 10;
    static final long MAP = 30;
    /** Of an object with fields. */
    static final long STRUCT = 40;

    /** @param decl of what it is, if a schema says so. @param size if the expression says so */
    private record Local(String name, Optional<Decl> decl, Optional<Range> size, Optional<Items> items) {}

    /** What is in a container that the expression makes. */
    private record Items(boolean list, Range key, Range value) {
        Items union(Items other) {
            return new Items(list, key.union(other.key), value.union(other.value));
        }
    }

    /** @param size of its result, if it has one */
    record Estimate(Range cost, Optional<Range> size) {
        static Estimate of(Range cost) {
            return new Estimate(cost, Optional.empty());
        }

        static Estimate of(Range cost, Range size) {
            return new Estimate(cost, Optional.of(size));
        }
    }

    private final Map<Expr, CelType> types;
    private final Map<String, Decl> variables;
    private final IdentityHashMap<Expr, Decl> decls = new IdentityHashMap<>();
    private final IdentityHashMap<Expr, Range> sizes = new IdentityHashMap<>();
    private final IdentityHashMap<Expr, Items> items = new IdentityHashMap<>();
    private final Deque<Local> locals = new ArrayDeque<>();

    private Costs(Map<Expr, CelType> types, Map<String, Decl> variables) {
        this.types = types;
        this.variables = variables;
    }

    static Range of(Expr expr, Map<Expr, CelType> types, Map<String, Decl> variables) {
        return new Costs(types, variables).cost(expr);
    }

    private CelType type(Expr expr) {
        return types.getOrDefault(expr, CelType.DYN);
    }

    private Optional<Local> local(Expr expr) {
        return expr instanceof Ident ident
                ? locals.stream().filter(each -> each.name().equals(ident.name)).findFirst()
                : Optional.empty();
    }

    Optional<Decl> decl(Expr expr) {
        Optional<Local> local = local(expr);
        return local.isPresent() ? local.get().decl() : Optional.ofNullable(decls.get(expr));
    }

    private Range cost(Expr expr) {
        return expr.accept(this);
    }

    @Override
    public Range literal(Literal literal) {
        return Range.ZERO;
    }

    @Override
    public Range ident(Ident ident) {
        if (local(ident).isEmpty() && variables.containsKey(ident.name)) {
            decls.put(ident, variables.get(ident.name));
        }
        return Range.ONE;
    }

    @Override
    public Range list(ListExpr list) {
        Range sum = Range.of(LIST);
        Range each = new Range(list.items.isEmpty() ? 0 : Long.MAX_VALUE, 0);
        for (Entry item : list.items) {
            sum = sum.plus(cost(item.value()));
            each = each.union(size(item.value()));
        }
        items.put(list, new Items(true, Range.ONE, each));
        return sum;
    }

    @Override
    public Range struct(Struct struct) {
        Range sum = Range.of(STRUCT);
        for (Entry field : struct.fields) {
            sum = sum.plus(cost(field.value()));
        }
        return sum;
    }

    @Override
    public Range map(MapExpr map) {
        Range sum = Range.of(MAP);
        Range keys = new Range(map.entries.isEmpty() ? 0 : Long.MAX_VALUE, 0);
        Range values = keys;
        for (Entry entry : map.entries) {
            sum = sum.plus(cost(entry.key())).plus(cost(entry.value()));
            keys = keys.union(size(entry.key()));
            values = values.union(size(entry.value()));
        }
        items.put(map, new Items(false, keys, values));
        return sum;
    }

    @Override
    public Range bind(Bind bind) {
        Range sum = cost(bind.value);
        locals.push(new Local(bind.variable, decl(bind.value), found(bind.value), items(bind.value)));
        sum = sum.plus(cost(bind.result));
        locals.pop();
        return sum;
    }

    @Override
    public Range select(Select select) {
        if (select.variable.isPresent()) {
            return Range.ONE;
        }
        Range sum = cost(select.operand);
        if (select.how == Select.How.PRESENCE) {
            return sum;
        }
        CelType target = type(select.operand);
        boolean counts = target.is(Kind.MAP) || target.is(Kind.OBJECT) || target.is(Kind.PARAM);
        decl(select.operand)
                .flatMap(
                        decl -> decl.field(select.field).or(() -> target.is(Kind.MAP) ? decl.item() : Optional.empty()))
                .ifPresent(decl -> decls.put(select, decl));
        return counts ? sum.plus(Range.ONE) : sum;
    }

    @Override
    public Range call(Call call) {
        List<Expr> operands = call.operands();
        if (call.function.equals("dyn") && operands.size() == 1) {
            Range sum = cost(operands.get(0)).plus(Range.ONE);
            found(operands.get(0)).ifPresent(size -> sizes.put(call, size));
            return sum;
        }
        List<Range> costs = new ArrayList<>();
        operands.forEach(operand -> costs.add(cost(operand)));
        Range worst = new Range(Long.MAX_VALUE, 0);
        Optional<Range> size = Optional.empty();
        for (Overload overload : call.overloads) {
            Estimate estimate = new CallCost(this, call, overload.id(), operands, costs).estimate();
            worst = worst.union(estimate.cost());
            if (estimate.size().isPresent()) {
                Range now = estimate.size().get();
                size = Optional.of(size.map(before -> before.union(now)).orElse(now));
            }
            if (overload.id().equals("index_list") || overload.id().equals("index_map")) {
                size = items(operands.get(0)).map(Items::value).or(() -> Optional.empty());
                decl(operands.get(0)).flatMap(Decl::item).ifPresent(item -> decls.put(call, item));
            }
        }
        size.ifPresent(known -> sizes.put(call, known));
        return call.overloads.isEmpty() ? Range.ZERO : worst;
    }

    @Override
    public Range fold(Fold fold) {
        Range sum = cost(fold.range).plus(cost(fold.first));
        locals.push(new Local(Fold.RESULT, Optional.empty(), found(fold.first), items(fold.first)));
        Optional<Items> inner = items(fold.range);
        boolean list = inner.map(Items::list).orElse(type(fold.range).is(Kind.LIST));
        Optional<Decl> item = decl(fold.range).flatMap(Decl::item);
        Optional<Decl> key = list ? Optional.empty() : decl(fold.range).map(unused -> Decl.of(CelType.STRING));
        if (fold.variables.size() == 2) {
            locals.push(new Local(fold.variables.get(0), key, inner.map(Items::key), Optional.empty()));
            locals.push(new Local(fold.variables.get(1), item, inner.map(Items::value), Optional.empty()));
        } else {
            Optional<Range> size = inner.map(list ? Items::value : Items::key);
            locals.push(new Local(fold.variables.get(0), list ? item : key, size, Optional.empty()));
        }
        Range each = cost(fold.condition).plus(cost(fold.step));
        fold.variables.forEach(unused -> locals.pop());
        sum = sum.plus(cost(fold.result));
        locals.pop();
        Range count = size(fold.range);
        if (fold.first instanceof Literal) {
            sizes.put(fold, Range.ONE);
        } else {
            sizes.put(fold, count);
            items(fold.step).ifPresent(step -> items.put(fold, step));
        }
        return sum.plus(count.times(each));
    }

    Range size(Expr expr) {
        return found(expr).orElse(Range.UNKNOWN);
    }

    private Optional<Range> found(Expr expr) {
        Range known = sizes.get(expr);
        if (known != null) {
            return Optional.of(known);
        }
        if (expr instanceof Literal literal) {
            return Optional.of(Range.of(CelValues.size(literal.value)));
        }
        if (expr instanceof ListExpr list) {
            return Optional.of(Range.of(list.items.size()));
        }
        if (expr instanceof MapExpr map) {
            return Optional.of(Range.of(map.entries.size()));
        }
        Optional<Decl> decl = decl(expr);
        if (decl.isPresent()) {
            return Optional.of(new Range(0, decl.get().most()));
        }
        return type(expr).scalar() ? Optional.of(Range.ONE) : local(expr).flatMap(Local::size);
    }

    private Optional<Items> items(Expr expr) {
        Items known = items.get(expr);
        return known != null ? Optional.of(known) : local(expr).flatMap(Local::items);
    }

    /** The items' sizes, as far as anything says them. */
    Optional<Range> itemSize(Expr list) {
        return decl(list).flatMap(Decl::item).map(item -> new Range(0, item.most()));
    }

    CelType typeOf(Expr expr) {
        return type(expr);
    }

    /** The result has what either has. */
    void join(Expr result, Expr a, Expr b) {
        Optional<Items> one = items(a);
        Optional<Items> other = items(b);
        if (one.isPresent() && other.isPresent()) {
            items.put(result, one.get().union(other.get()));
        }
    }
}
