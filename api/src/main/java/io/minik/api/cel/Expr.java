package io.minik.api.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An expression as it was parsed, macros expanded. Nodes are known by identity: equal texts are other nodes. */
abstract sealed class Expr {
    /** Offset in the source, where faults are told. */
    final int at;

    private Expr(int at) {
        this.at = at;
    }

    /** What is done with each kind of node. */
    interface Visitor<T> {
        T literal(Literal literal);

        T ident(Ident ident);

        T select(Select select);

        T call(Call call);

        T list(ListExpr list);

        T map(MapExpr map);

        T fold(Fold fold);

        T bind(Bind bind);

        T struct(Struct struct);
    }

    abstract <T> T accept(Visitor<T> visitor);

    static final class Literal extends Expr {
        final Object value;

        Literal(int at, Object value) {
            super(at);
            this.value = value;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.literal(this);
        }
    }

    static final class Ident extends Expr {
        final String name;
        /** What the checker found that it stands for, if it is no variable. */
        Optional<Object> constant = Optional.empty();

        Ident(int at, String name) {
            super(at);
            this.name = name;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.ident(this);
        }
    }

    static final class Select extends Expr {
        final Expr operand;
        final String field;
        final How how;
        /** What the checker found: the whole is the name of a variable. */
        Optional<String> variable = Optional.empty();

        /** Read, ask whether it is there, read if it is there. */
        enum How {
            PLAIN,
            PRESENCE,
            OPTIONAL
        }

        Select(int at, Expr operand, String field, How how) {
            super(at);
            this.operand = operand;
            this.field = field;
            this.how = how;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.select(this);
        }
    }

    static final class Call extends Expr {
        final String function;
        final Optional<Expr> target;
        final List<Expr> args;
        /** What the checker found: those whose parameters fit the arguments' types, of which the values choose. */
        List<Overload> overloads = List.of();
        /** The target is a part of the function's name. */
        boolean global;

        Call(int at, String function, Optional<Expr> target, List<Expr> args) {
            super(at);
            this.function = function;
            this.target = target;
            this.args = args;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.call(this);
        }

        /** The target among them, if it is a value. */
        List<Expr> operands() {
            if (global || target.isEmpty()) {
                return args;
            }
            List<Expr> all = new ArrayList<>(args.size() + 1);
            all.add(target.get());
            all.addAll(args);
            return all;
        }

        static Call of(int at, String function, Expr... args) {
            return new Call(at, function, Optional.empty(), List.of(args));
        }
    }

    /** An item, or an entry of a map. @param optional left out if its value is absent */
    record Entry(Expr key, Expr value, boolean optional) {}

    static final class ListExpr extends Expr {
        /** Keys are the values. */
        final List<Entry> items;

        ListExpr(int at, List<Entry> items) {
            super(at);
            this.items = items;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.list(this);
        }
    }

    static final class MapExpr extends Expr {
        final List<Entry> entries;

        MapExpr(int at, List<Entry> entries) {
            super(at);
            this.entries = entries;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.map(this);
        }
    }

    /** A value of a named type. */
    static final class Struct extends Expr {
        final String type;
        /** Keys are names, as literals. */
        final List<Entry> fields;

        Struct(int at, String type, List<Entry> fields) {
            super(at);
            this.type = type;
            this.fields = fields;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.struct(this);
        }

        static String name(Entry field) {
            return ((Literal) field.key()).value.toString();
        }
    }

    /** All macros that look at each item are folds of this form. */
    static final class Fold extends Expr {
        /** Users cannot write this name. */
        static final String RESULT = "@result";

        final List<String> variables;
        final Expr range;
        final Expr first;
        final Expr condition;
        final Expr step;
        final Expr result;

        /** What is done with the items. @param condition without which it ends before the next */
        record Loop(Expr first, Expr condition, Expr step, Expr result) {}

        Fold(List<String> variables, Expr range, Loop loop) {
            super(range.at);
            this.variables = variables;
            this.range = range;
            this.first = loop.first();
            this.condition = loop.condition();
            this.step = loop.step();
            this.result = loop.result();
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.fold(this);
        }
    }

    /** A value that gets a name: what optMap looks into. */
    static final class Bind extends Expr {
        final String variable;
        final Expr value;
        final Expr result;

        Bind(String variable, Expr value, Expr result) {
            super(value.at);
            this.variable = variable;
            this.value = value;
            this.result = result;
        }

        @Override
        <T> T accept(Visitor<T> visitor) {
            return visitor.bind(this);
        }
    }
}
