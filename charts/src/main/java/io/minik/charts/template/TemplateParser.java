package io.minik.charts.template;

import io.minik.charts.template.TemplateToken.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One text as the templates that it defines. */
final class TemplateParser {
    /** Of parentheses and of blocks in each other. */
    private static final int MOST_DEPTH = 200;

    private final String name;
    private final String text;
    private final TokenCursor tokens;
    private final Set<String> functions;
    private final Map<String, Template.Tree> trees = new LinkedHashMap<>();
    private final Deque<String> variables = new ArrayDeque<>();
    private int rangeDepth;
    private int depth;

    private TemplateParser(String name, String text, Set<String> functions) {
        this.name = name;
        this.text = text;
        this.tokens = new TokenCursor(name, TemplateLexer.tokens(text));
        this.functions = functions;
    }

    /** By name; of the same name the last definition. */
    static Map<String, Template.Tree> parse(String name, String text, Set<String> functions) {
        TemplateParser parser = new TemplateParser(name, text, functions);
        parser.variables.addLast("$");
        Syntax.Many top = parser.file();
        parser.add(name, top);
        return parser.trees;
    }

    private void add(String defined, Syntax.Many body) {
        Template.Tree tree = new Template.Tree(defined, name, text, body);
        Template.Tree there = trees.get(defined);
        if (there == null || there.isEmpty()) {
            trees.put(defined, tree);
        } else if (!tree.isEmpty()) {
            throw tokens.error("template: multiple definition of template " + Quoted.of(defined));
        }
    }

    private Syntax.Many file() {
        List<Syntax> nodes = new ArrayList<>();
        while (tokens.peek().kind() != Kind.EOF) {
            if (tokens.peek().kind() == Kind.LEFT_DELIM) {
                int mark = tokens.mark();
                tokens.next();
                if (tokens.nextNonSpace().is("define")) {
                    definition();
                    continue;
                }
                tokens.back(mark);
            }
            Object node = textOrActionOrEnd();
            if (node instanceof End end) {
                throw tokens.error("unexpected {{" + end.keyword() + "}}");
            }
            nodes.add((Syntax) node);
        }
        return new Syntax.Many(0, nodes);
    }

    private void definition() {
        String defined = unquote(tokens.expect("define clause", Kind.STRING, Kind.RAW_STRING));
        tokens.expect("define clause", Kind.RIGHT_DELIM);
        ownTemplate(defined, "define clause");
    }

    /** It knows neither the variables around it nor the loops. */
    private void ownTemplate(String defined, String context) {
        List<String> outer = new ArrayList<>(variables);
        int outerRange = rangeDepth;
        variables.clear();
        variables.addLast("$");
        rangeDepth = 0;
        Body body = body();
        if (!body.end().keyword().equals("end")) {
            throw tokens.error("unexpected {{" + body.end().keyword() + "}} in " + context);
        }
        variables.clear();
        variables.addAll(outer);
        rangeDepth = outerRange;
        add(defined, body.nodes());
    }

    /** What ended a body: {@code {{end}}} or {@code {{else}}}, with what follows else. */
    private record End(int at, String keyword) {}

    private record Body(Syntax.Many nodes, End end) {}

    private Body body() {
        if (++depth > MOST_DEPTH) {
            throw tokens.error("nests deeper than " + MOST_DEPTH);
        }
        int at = tokens.peekNonSpace().at();
        List<Syntax> nodes = new ArrayList<>();
        while (tokens.peekNonSpace().kind() != Kind.EOF) {
            Object node = textOrActionOrEnd();
            if (node instanceof End end) {
                depth--;
                return new Body(new Syntax.Many(at, nodes), end);
            }
            nodes.add((Syntax) node);
        }
        throw tokens.error("unexpected EOF");
    }

    private Object textOrActionOrEnd() {
        TemplateToken token = tokens.nextNonSpace();
        return switch (token.kind()) {
            case TEXT -> new Syntax.Text(token.at(), token.text());
            case LEFT_DELIM -> action();
            default -> throw tokens.unexpected(token, "input");
        };
    }

    private Object action() {
        TemplateToken token = tokens.nextNonSpace();
        if (token.kind() != Kind.KEYWORD) {
            tokens.backup();
            return plain(tokens.peek());
        }
        return switch (token.text()) {
            case "block" -> block();
            case "else" -> new End(token.at(), "else");
            case "end" -> {
                tokens.expect("end", Kind.RIGHT_DELIM);
                yield new End(token.at(), "end");
            }
            case "if", "range", "with" -> branch(token.at(), token.text());
            case "template" -> call();
            case "break", "continue" -> leave(token);
            default -> throw tokens.unexpected(token, "command");
        };
    }

    private Syntax plain(TemplateToken first) {
        // Declared here: known until the body around it ends.
        return new Syntax.Action(first.at(), pipe("command", Kind.RIGHT_DELIM));
    }

    private Syntax leave(TemplateToken token) {
        TemplateToken after = tokens.nextNonSpace();
        if (after.kind() != Kind.RIGHT_DELIM) {
            throw tokens.unexpected(after, "{{" + token.text() + "}}");
        }
        if (rangeDepth == 0) {
            throw tokens.error("{{" + token.text() + "}} outside {{range}}");
        }
        return new Syntax.Leave(token.at(), token.text());
    }

    private Syntax branch(int at, String keyword) {
        int known = variables.size();
        Syntax.Pipe pipe = pipe(keyword, Kind.RIGHT_DELIM);
        if (keyword.equals("range")) {
            rangeDepth++;
        }
        Body body = body();
        if (keyword.equals("range")) {
            rangeDepth--;
        }
        Syntax.Many otherwise = body.end().keyword().equals("else") ? otherwise(keyword) : null;
        forget(known);
        return new Syntax.Branch(at, keyword, pipe, body.nodes(), otherwise);
    }

    /** Behind an else: if and with go on with one of their own, whose end is theirs. */
    private Syntax.Many otherwise(String keyword) {
        TemplateToken token = tokens.peekNonSpace();
        if (!keyword.equals("range") && token.is(keyword)) {
            tokens.nextNonSpace();
            depth++;
            if (depth > MOST_DEPTH) {
                throw tokens.error("nests deeper than " + MOST_DEPTH);
            }
            Syntax.Many inner = new Syntax.Many(token.at(), List.of(branch(token.at(), keyword)));
            depth--;
            return inner;
        }
        tokens.expect("else", Kind.RIGHT_DELIM);
        Body body = body();
        if (!body.end().keyword().equals("end")) {
            throw tokens.error("expected end; found {{else}}");
        }
        return body.nodes();
    }

    private void forget(int known) {
        while (variables.size() > known) {
            variables.removeLast();
        }
    }

    private Syntax block() {
        TemplateToken token = tokens.expect("block clause", Kind.STRING, Kind.RAW_STRING);
        String defined = unquote(token);
        Syntax.Pipe pipe = pipe("block clause", Kind.RIGHT_DELIM);
        ownTemplate(defined, "block clause");
        return new Syntax.Call(token.at(), defined, pipe);
    }

    private Syntax call() {
        TemplateToken token = tokens.expect("template clause", Kind.STRING, Kind.RAW_STRING);
        String called = unquote(token);
        Syntax.Pipe pipe = null;
        if (tokens.nextNonSpace().kind() != Kind.RIGHT_DELIM) {
            tokens.backup();
            pipe = pipe("template clause", Kind.RIGHT_DELIM);
        }
        return new Syntax.Call(token.at(), called, pipe);
    }

    private Syntax.Pipe pipe(String context, Kind end) {
        if (++depth > MOST_DEPTH) {
            throw tokens.error("nests deeper than " + MOST_DEPTH);
        }
        int at = tokens.peekNonSpace().at();
        List<Syntax.Variable> declared = new ArrayList<>();
        boolean assigns = declarations(context, declared);
        List<Syntax.Command> commands = new ArrayList<>();
        while (true) {
            TemplateToken token = tokens.nextNonSpace();
            if (token.kind() == end) {
                check(commands, context);
                depth--;
                return new Syntax.Pipe(at, assigns, List.copyOf(declared), List.copyOf(commands));
            }
            switch (token.kind()) {
                case BOOL,
                        CHAR_CONSTANT,
                        DOT,
                        FIELD,
                        IDENTIFIER,
                        NUMBER,
                        NIL,
                        RAW_STRING,
                        STRING,
                        VARIABLE,
                        LEFT_PAREN -> {
                    tokens.backup();
                    commands.add(command());
                }
                default -> throw tokens.unexpected(token, context);
            }
        }
    }

    private void check(List<Syntax.Command> commands, String context) {
        if (commands.isEmpty()) {
            throw tokens.error("missing value for " + context);
        }
        for (int i = 1; i < commands.size(); i++) {
            Syntax first = commands.get(i).words().get(0);
            if (first instanceof Syntax.Bool
                    || first instanceof Syntax.Dot
                    || first instanceof Syntax.Nil
                    || first instanceof Syntax.Num
                    || first instanceof Syntax.Str) {
                throw tokens.error("non executable command in pipeline stage " + (i + 1));
            }
        }
    }

    /** {@code $x :=}, {@code $x =}, and of range {@code $i, $x :=}. True: assigns. */
    private boolean declarations(String context, List<Syntax.Variable> declared) {
        while (tokens.peekNonSpace().kind() == Kind.VARIABLE) {
            int mark = tokens.mark();
            TemplateToken variable = tokens.nextNonSpace();
            TemplateToken after = tokens.peekNonSpace();
            if (after.kind() == Kind.ASSIGN || after.kind() == Kind.DECLARE) {
                tokens.nextNonSpace();
                declared.add(new Syntax.Variable(variable.at(), List.of(variable.text())));
                variables.addLast(variable.text());
                return after.kind() == Kind.ASSIGN;
            }
            if (after.kind() == Kind.CHAR && after.text().equals(",")) {
                tokens.nextNonSpace();
                declared.add(new Syntax.Variable(variable.at(), List.of(variable.text())));
                variables.addLast(variable.text());
                boolean second = context.equals("range") && declared.size() < 2;
                if (!second) {
                    throw tokens.error("too many declarations in " + context);
                }
                if (tokens.peekNonSpace().kind() != Kind.VARIABLE) {
                    throw tokens.error("range can only initialize variables");
                }
                continue;
            }
            tokens.back(mark);
            return false;
        }
        return false;
    }

    private Syntax.Command command() {
        int at = tokens.peekNonSpace().at();
        List<Syntax> words = new ArrayList<>();
        while (true) {
            tokens.peekNonSpace();
            Syntax operand = operand();
            if (operand != null) {
                words.add(operand);
            }
            TemplateToken token = tokens.next();
            switch (token.kind()) {
                case SPACE -> {
                    continue;
                }
                case RIGHT_DELIM, RIGHT_PAREN -> tokens.backup();
                case PIPE -> tokens.peekNonSpace();
                default -> throw tokens.unexpected(token, "operand");
            }
            break;
        }
        if (words.isEmpty()) {
            throw tokens.error("empty command");
        }
        return new Syntax.Command(at, List.copyOf(words));
    }

    private @Nullable Syntax operand() {
        Syntax node = term();
        if (node == null || tokens.peek().kind() != Kind.FIELD) {
            return node;
        }
        int at = tokens.peek().at();
        List<String> names = new ArrayList<>();
        while (tokens.peek().kind() == Kind.FIELD) {
            names.add(tokens.next().text().substring(1));
        }
        if (node instanceof Syntax.Fields fields) {
            return new Syntax.Fields(at, Syntax.joined(fields.names(), names));
        }
        if (node instanceof Syntax.Variable variable) {
            return new Syntax.Variable(at, Syntax.joined(variable.names(), names));
        }
        if (node instanceof Syntax.Bool
                || node instanceof Syntax.Str
                || node instanceof Syntax.Num
                || node instanceof Syntax.Nil
                || node instanceof Syntax.Dot) {
            throw tokens.error("unexpected . after term " + Quoted.of(node.toString()));
        }
        return new Syntax.Chain(at, node, List.copyOf(names));
    }

    private @Nullable Syntax term() {
        TemplateToken token = tokens.nextNonSpace();
        return switch (token.kind()) {
            case IDENTIFIER -> {
                if (!functions.contains(token.text())) {
                    throw tokens.error("function " + Quoted.of(token.text()) + " not defined");
                }
                yield new Syntax.Name(token.at(), token.text());
            }
            case DOT -> new Syntax.Dot(token.at());
            case NIL -> new Syntax.Nil(token.at());
            case VARIABLE -> {
                if (!variables.contains(token.text())) {
                    throw tokens.error("undefined variable " + Quoted.of(token.text()));
                }
                yield new Syntax.Variable(token.at(), List.of(token.text()));
            }
            case FIELD -> new Syntax.Fields(token.at(), List.of(token.text().substring(1)));
            case BOOL -> new Syntax.Bool(token.at(), token.text().equals("true"));
            case CHAR_CONSTANT, NUMBER -> Literals.read(token, tokens);
            case LEFT_PAREN -> pipe("parenthesized pipeline", Kind.RIGHT_PAREN);
            case STRING, RAW_STRING -> new Syntax.Str(token.at(), token.text(), unquote(token));
            default -> {
                tokens.backup();
                yield null;
            }
        };
    }

    private String unquote(TemplateToken token) {
        try {
            return Quoted.read(token.text());
        } catch (IllegalArgumentException e) {
            throw tokens.error("invalid syntax");
        }
    }
}
