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
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives each expression its type and each call the forms that fit. */
final class Checker implements Expr.Visitor<CelType> {
    private static final Map<String, CelType> TYPE_NAMES = Map.of(
            "int", CelType.INT,
            "uint", CelType.UINT,
            "double", CelType.DOUBLE,
            "bool", CelType.BOOL,
            "string", CelType.STRING,
            "bytes", CelType.BYTES,
            "list", CelType.LIST,
            "map", CelType.MAP,
            "null_type", CelType.NULL,
            "type", CelType.TYPE);

    private record Scope(String name, CelType type) {}

    private final Map<String, Decl> variables;
    /** Whether a variable has points in its name. */
    private final boolean pointed;

    /** Whether patches can be made. */
    private final boolean patches;

    private final Issues issues;
    private final Unification types = new Unification();
    private final IdentityHashMap<Expr, CelType> found = new IdentityHashMap<>();
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private final Set<String> used = new HashSet<>();

    private Checker(Map<String, Decl> variables, boolean patches, Issues issues) {
        this.patches = patches;
        this.variables = variables;
        this.pointed = variables.keySet().stream().anyMatch(name -> name.contains("."));
        this.issues = issues;
    }

    /** @param types of each expression. @param used the variables that it looks at */
    record Checked(Map<Expr, CelType> types, Set<String> used) {}

    static Checked check(Expr expr, Map<String, Decl> variables, boolean patches, Issues issues) {
        Checker checker = new Checker(variables, patches, issues);
        checker.type(expr);
        checker.found.replaceAll((each, type) -> checker.types.substituted(type));
        return new Checked(checker.found, checker.used);
    }

    private CelType type(Expr expr) {
        CelType type = expr.accept(this);
        found.put(expr, type);
        return type;
    }

    @Override
    public CelType literal(Literal literal) {
        return CelValues.type(literal.value);
    }

    @Override
    public CelType bind(Bind bind) {
        scopes.push(new Scope(bind.variable, type(bind.value)));
        CelType result = type(bind.result);
        scopes.pop();
        return result;
    }

    @Override
    public CelType ident(Ident ident) {
        for (Scope scope : scopes) {
            if (scope.name().equals(ident.name)) {
                return scope.type();
            }
        }
        Decl variable = variables.get(ident.name);
        if (variable != null) {
            used.add(ident.name);
            return variable.type();
        }
        CelType named = TYPE_NAMES.get(ident.name);
        if (named != null) {
            ident.constant = Optional.of(named);
            return CelType.TYPE;
        }
        issues.add(ident.at, "undeclared reference to '" + ident.name + "' (in container '')");
        return CelType.ERROR;
    }

    @Override
    public CelType select(Select select) {
        Optional<String> name = pointed ? qualified(select) : Optional.empty();
        Optional<Decl> whole = name.flatMap(this::variable);
        if (whole.isPresent()) {
            select.variable = name;
            return whole.get().type();
        }
        CelType target = types.substituted(type(select.operand));
        boolean maybe = target.isOptional();
        CelType inner = maybe ? types.substituted(target.params().get(0)) : target;
        CelType result =
                switch (inner.kind()) {
                    case DYN, ERROR, PARAM -> CelType.DYN;
                    case MAP -> inner.params().get(1);
                    case OBJECT ->
                        Constructed.isObject(inner.name())
                                ? CelType.DYN
                                : inner.field(select.field).orElseGet(() -> {
                                    issues.add(select.at, "undefined field '" + select.field + "'");
                                    return CelType.ERROR;
                                });
                    default -> {
                        issues.add(select.at, "type '" + target.shown() + "' does not support field selection");
                        yield CelType.ERROR;
                    }
                };
        return switch (select.how) {
            case PRESENCE -> CelType.BOOL;
            case OPTIONAL -> CelType.optional(result);
            case PLAIN -> maybe ? CelType.optional(result) : result;
        };
    }

    /** Of a name with points in it, unless it begins with what a macro has named. */
    private Optional<Decl> variable(String name) {
        Decl variable = variables.get(name);
        String first = name.substring(0, name.indexOf('.'));
        if (variable == null || scopes.stream().anyMatch(scope -> scope.name().equals(first))) {
            return Optional.empty();
        }
        used.add(name);
        return Optional.of(variable);
    }

    static Optional<String> qualified(Expr expr) {
        if (expr instanceof Ident ident) {
            return Optional.of(ident.name);
        }
        return expr instanceof Select select && select.how == Select.How.PLAIN
                ? qualified(select.operand).map(name -> name + "." + select.field)
                : Optional.empty();
    }

    @Override
    public CelType call(Call call) {
        Optional<String> full = call.target.flatMap(Checker::qualified).map(name -> name + "." + call.function);
        call.global = full.isPresent()
                && !Functions.named(full.get()).isEmpty()
                && (patches || !full.get().equals(Constructed.ESCAPE));
        List<CelType> args = new ArrayList<>();
        for (Expr operand : call.operands()) {
            args.add(type(operand));
        }
        String name = call.global ? full.orElse(call.function) : call.function;
        boolean member = call.target.isPresent() && !call.global;
        List<Overload> forms = Functions.named(name);
        if (forms.isEmpty()) {
            issues.add(call.at, "undeclared reference to '" + name + "' (in container '')");
            return CelType.ERROR;
        }
        List<Overload> fitting = new ArrayList<>();
        Optional<CelType> result = Optional.empty();
        for (Overload form : forms) {
            Overload own = types.fresh(form);
            if (form.member() == member && types.assignable(own.args(), args)) {
                fitting.add(form);
                CelType now = types.substituted(own.result());
                result = Optional.of(result.isEmpty() || result.get().equals(now) ? now : CelType.DYN);
            }
        }
        call.overloads = List.copyOf(fitting);
        if (result.isEmpty()) {
            issues.add(
                    call.at,
                    "found no matching overload for '" + name + "' applied to '" + signature(args, member) + "'");
        }
        return result.orElse(CelType.ERROR);
    }

    private String signature(List<CelType> args, boolean member) {
        List<String> shown =
                args.stream().map(type -> types.substituted(type).shown()).toList();
        return member
                ? shown.get(0) + ".(" + String.join(", ", shown.subList(1, shown.size())) + ")"
                : "(" + String.join(", ", shown) + ")";
    }

    /** Literals of one kind only, as Kubernetes has it. */
    private CelType joined(Optional<CelType> before, Expr value, boolean optional) {
        CelType type = types.substituted(type(value));
        CelType now = optional && type.isOptional() ? type.params().get(0) : type;
        if (before.isEmpty()) {
            return now;
        }
        return types.joined(before.get(), now).orElseGet(() -> {
            issues.add(
                    value.at,
                    "expected type '" + types.substituted(before.get()).shown() + "' but found '" + now.shown() + "'");
            return before.get();
        });
    }

    @Override
    public CelType list(ListExpr list) {
        Optional<CelType> item = Optional.empty();
        for (Entry each : list.items) {
            item = Optional.of(joined(item, each.value(), each.optional()));
        }
        return CelType.list(item.orElseGet(types::fresh));
    }

    @Override
    public CelType map(MapExpr map) {
        Optional<CelType> key = Optional.empty();
        Optional<CelType> value = Optional.empty();
        for (Entry each : map.entries) {
            key = Optional.of(joined(key, each.key(), false));
            value = Optional.of(joined(value, each.value(), each.optional()));
        }
        return CelType.map(key.orElseGet(types::fresh), value.orElseGet(types::fresh));
    }

    @Override
    public CelType struct(Struct struct) {
        boolean object = patches && Constructed.isObject(struct.type);
        if (!object && !(patches && struct.type.equals(Constructed.JSON_PATCH))) {
            issues.add(struct.at, "undeclared reference to '" + struct.type + "' (in container '')");
            return CelType.ERROR;
        }
        for (Entry field : struct.fields) {
            CelType type = types.substituted(type(field.value()));
            CelType given =
                    field.optional() && type.isOptional() ? type.params().get(0) : type;
            String name = Struct.name(field);
            CelType wanted = object || name.equals("value") ? CelType.DYN : CelType.STRING;
            if (!object && !Constructed.OPERATION.contains(name)) {
                issues.add(field.key().at, "undefined field '" + name + "'");
            } else if (!given.is(Kind.ERROR) && !types.assignable(wanted, given)) {
                issues.add(
                        field.key().at,
                        "expected type of field '" + name + "' is '" + wanted.shown() + "' but provided type is '"
                                + given.shown() + "'");
            }
        }
        return object ? CelType.object(struct.type, Map.of()) : CelType.JSON_PATCH;
    }

    @Override
    public CelType fold(Fold fold) {
        CelType range = types.substituted(type(fold.range));
        CelType accumulated = type(fold.first);
        boolean two = fold.variables.size() == 2;
        CelType first = CelType.DYN;
        CelType second = CelType.DYN;
        switch (range.kind()) {
            case LIST -> {
                first = two ? CelType.INT : range.params().get(0);
                second = range.params().get(0);
            }
            case MAP -> {
                first = range.params().get(0);
                second = range.params().get(1);
            }
            case DYN, ERROR, PARAM -> {}
            default ->
                issues.add(
                        fold.range.at,
                        "expression of type '" + range.shown()
                                + "' cannot be range of a comprehension (must be list, map, or dynamic)");
        }
        scopes.push(new Scope(Fold.RESULT, accumulated));
        scopes.push(new Scope(fold.variables.get(0), first));
        if (two) {
            scopes.push(new Scope(fold.variables.get(1), second));
        }
        require(fold.condition, CelType.BOOL);
        require(fold.step, accumulated);
        fold.variables.forEach(unused -> scopes.pop());
        CelType result = type(fold.result);
        scopes.pop();
        return result;
    }

    private void require(Expr expr, CelType wanted) {
        CelType type = type(expr);
        if (!type.is(Kind.ERROR) && !types.assignable(wanted, type)) {
            issues.add(
                    expr.at,
                    "expected type '" + types.substituted(wanted).shown() + "' but found '"
                            + types.substituted(type).shown() + "'");
        }
    }
}
