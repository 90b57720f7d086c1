package io.minik.api.cel;

import io.minik.api.cel.Expr.Call;
import io.minik.api.cel.Expr.Entry;
import io.minik.api.cel.Expr.Ident;
import io.minik.api.cel.Expr.ListExpr;
import io.minik.api.cel.Expr.Literal;
import io.minik.api.cel.Expr.MapExpr;
import io.minik.api.cel.Expr.Select;
import io.minik.api.cel.Expr.Select.How;
import io.minik.api.cel.Expr.Struct;
import io.minik.api.cel.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Precedence climbing over the tokens; the first fault ends it. */
final class Parser {
    /** What follows a minus only. */
    static final Object BEYOND = new Object();

    private static final int DEEPEST = 250;
    static final String TOO_DEEP = "expression recursion limit exceeded: " + DEEPEST;
    private static final List<Set<String>> LEVELS = List.of(
            Set.of("||"),
            Set.of("&&"),
            Set.of("==", "!=", "<", "<=", ">", ">=", "in"),
            Set.of("+", "-"),
            Set.of("*", "/", "%"));
    /** Words that are no names in any language that CEL may be embedded in. */
    static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private static final String EXPECTED = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT,"
            + " NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private final List<Token> tokens;
    private final Issues issues;
    private int at;
    private int depth;

    private static final class Broken extends RuntimeException {
        Broken() {
            super(null, null, false, false);
        }
    }

    private Parser(List<Token> tokens, Issues issues) {
        this.tokens = tokens;
        this.issues = issues;
    }

    /** @return empty if the issues say why */
    static Optional<Expr> parse(String source, Issues issues) {
        List<Token> tokens = Lexer.tokens(source, issues);
        Parser parser = new Parser(tokens, issues);
        try {
            Expr expr = parser.expression();
            Token rest = parser.peek();
            if (rest.kind() != Kind.END && issues.isEmpty()) {
                issues.add(rest.at(), "Syntax error: extraneous input '" + rest.text() + "' expecting <EOF>");
            }
            return issues.isEmpty() ? Optional.of(expr) : Optional.empty();
        } catch (Broken e) {
            return Optional.empty();
        }
    }

    private Token peek() {
        return tokens.get(at);
    }

    private boolean accept(String operator) {
        boolean there = peek().is(operator);
        at += there ? 1 : 0;
        return there;
    }

    private Token require(String operator) {
        Token token = peek();
        if (!accept(operator)) {
            String what = token.kind() == Kind.END ? "missing" : "mismatched input";
            throw broken(
                    token.at(),
                    what.equals("missing")
                            ? "Syntax error: missing '" + operator + "' at '<EOF>'"
                            : "Syntax error: mismatched input '" + token.shown() + "' expecting '" + operator + "'");
        }
        return token;
    }

    private Broken broken(int place, String message) {
        issues.add(place, message);
        return new Broken();
    }

    private Expr expression() {
        if (++depth > DEEPEST) {
            throw broken(0, TOO_DEEP);
        }
        Expr condition = level(0);
        Token question = peek();
        if (accept("?")) {
            Expr yes = level(0);
            require(":");
            Expr no = expression();
            condition = Call.of(question.at(), "_?_:_", condition, yes, no);
        }
        depth--;
        return condition;
    }

    private Expr level(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        List<Expr> operands = new ArrayList<>(List.of(level(level + 1)));
        List<Token> operators = new ArrayList<>();
        while (peek().kind() == Kind.OPERATOR && LEVELS.get(level).contains(peek().text())) {
            operators.add(tokens.get(at++));
            operands.add(level(level + 1));
        }
        if (level < 2) {
            return balanced(operands, operators, 0, operators.size());
        }
        Expr left = operands.get(0);
        for (int next = 0; next < operators.size(); next++) {
            if (next > DEEPEST) {
                throw broken(0, TOO_DEEP);
            }
            Token operator = operators.get(next);
            String name = operator.is("in") ? "@in" : "_" + operator.text() + "_";
            left = Call.of(operator.at(), name, left, operands.get(next + 1));
        }
        return left;
    }

    /** Thousands of alternatives are no deep tree. @param from the first operand; @param to the last */
    private static Expr balanced(List<Expr> operands, List<Token> operators, int from, int to) {
        if (from == to) {
            return operands.get(from);
        }
        int middle = (from + to + 1) / 2;
        Token operator = operators.get(middle - 1);
        return Call.of(
                operator.at(),
                "_" + operator.text() + "_",
                balanced(operands, operators, from, middle - 1),
                balanced(operands, operators, middle, to));
    }

    private Expr unary() {
        Token token = peek();
        if (++depth > DEEPEST) {
            throw broken(0, TOO_DEEP);
        }
        Expr result;
        if (accept("!")) {
            result = Call.of(token.at(), "!_", unary());
        } else if (accept("-")) {
            result = negated(token);
        } else {
            result = member();
        }
        depth--;
        return result;
    }

    @SuppressWarnings("ReferenceEquality") // The token is compared as a mark: it is that very object or another.
    private Expr negated(Token minus) {
        Object value = peek().value();
        boolean literal = peek().kind() == Kind.LITERAL;
        if (literal && value == BEYOND) {
            at++;
            return members(new Literal(minus.at(), Long.MIN_VALUE));
        }
        if (literal && (value instanceof Long || value instanceof Double)) {
            at++;
            Object negative = value instanceof Long number ? (Object) (-number) : (Object) (-(Double) value);
            return members(new Literal(minus.at(), negative));
        }
        return Call.of(minus.at(), "-_", unary());
    }

    private Expr member() {
        return members(primary());
    }

    private Expr members(Expr start) {
        Expr expr = start;
        for (int steps = 0; ; steps++) {
            Token operator = peek();
            if (steps > DEEPEST) {
                throw broken(0, TOO_DEEP);
            }
            if (accept(".")) {
                boolean optional = accept("?");
                Token name = tokens.get(at++);
                if (name.kind() != Kind.IDENT
                        && name.kind() != Kind.QUOTED
                        && !name.text().equals("in")) {
                    throw broken(name.at(), "Syntax error: no viable alternative at input '." + name.text() + "'");
                }
                String field = String.valueOf(name.value());
                Token open = peek();
                if (name.kind() == Kind.IDENT && !optional && accept("(")) {
                    expr = call(open.at(), field, Optional.of(expr), arguments(")"));
                } else {
                    String plain =
                            name.kind() == Kind.QUOTED ? Escapes.escaped(field).orElse(field) : field;
                    expr = new Select(operator.at(), expr, plain, optional ? How.OPTIONAL : How.PLAIN);
                }
            } else if (accept("[")) {
                boolean optional = accept("?");
                Expr index = expression();
                require("]");
                expr = Call.of(operator.at(), optional ? "_[?_]" : "_[_]", expr, index);
            } else if (operator.is("{") && Checker.qualified(expr).isPresent()) {
                at++;
                expr = struct(operator.at(), Checker.qualified(expr).get());
            } else {
                return expr;
            }
        }
    }

    private Expr struct(int place, String type) {
        List<Entry> fields = new ArrayList<>();
        while (!accept("}")) {
            if (!fields.isEmpty()) {
                require(",");
                if (accept("}")) {
                    break;
                }
            }
            boolean optional = accept("?");
            Token name = tokens.get(at++);
            if (name.kind() != Kind.IDENT && name.kind() != Kind.QUOTED) {
                throw broken(
                        name.at(),
                        "Syntax error: mismatched input '" + name.shown() + "' expecting {'}', '?', IDENTIFIER}");
            }
            require(":");
            fields.add(new Entry(new Literal(name.at(), String.valueOf(name.value())), expression(), optional));
        }
        return new Struct(place, type, fields);
    }

    private Expr call(int place, String function, Optional<Expr> target, List<Expr> args) {
        Optional<Expr> expanded = Macros.expand(place, function, target, args, issues);
        return expanded.orElseGet(() -> new Call(place, function, target, args));
    }

    private List<Expr> arguments(String end) {
        List<Expr> args = new ArrayList<>();
        while (!accept(end)) {
            if (!args.isEmpty()) {
                require(",");
            }
            args.add(expression());
        }
        return args;
    }

    @SuppressWarnings("ReferenceEquality") // The token is compared as a mark: it is that very object or another.
    private Expr primary() {
        Token token = tokens.get(at);
        boolean leading = accept(".");
        Token name = tokens.get(at);
        if (name.kind() == Kind.IDENT) {
            at++;
            if (RESERVED.contains(name.text())) {
                throw broken(name.at(), "reserved identifier: " + name.text());
            }
            Token open = peek();
            return accept("(")
                    ? call(open.at(), name.text(), Optional.empty(), arguments(")"))
                    : new Ident(token.at(), name.text());
        }
        if (leading || (name.kind() != Kind.LITERAL && !name.is("(") && !name.is("[") && !name.is("{"))) {
            throw broken(name.at(), "Syntax error: mismatched input '" + name.shown() + "' expecting " + EXPECTED);
        }
        at++;
        if (name.kind() == Kind.LITERAL) {
            if (name.value() == BEYOND) {
                throw broken(name.at(), "invalid int literal");
            }
            return new Literal(name.at(), name.value());
        }
        return switch (name.text()) {
            case "(" -> {
                Expr inner = expression();
                require(")");
                yield inner;
            }
            case "[" -> list(name.at());
            default -> map(name.at());
        };
    }

    private Expr list(int place) {
        List<Entry> items = new ArrayList<>();
        while (!accept("]")) {
            if (!items.isEmpty()) {
                require(",");
                if (accept("]")) {
                    break;
                }
            }
            boolean optional = accept("?");
            Expr item = expression();
            items.add(new Entry(item, item, optional));
        }
        return new ListExpr(place, items);
    }

    private Expr map(int place) {
        List<Entry> entries = new ArrayList<>();
        while (!accept("}")) {
            if (!entries.isEmpty()) {
                require(",");
                if (accept("}")) {
                    break;
                }
            }
            boolean optional = accept("?");
            Expr key = expression();
            require(":");
            entries.add(new Entry(key, expression(), optional));
        }
        return new MapExpr(place, entries);
    }
}
