package io.minik.charts.template;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Templates that can call each other by name, as Go's associated templates. One thread at a time.
 *
 * <pre>
 *   Template templates = new Template(Map.of("upper", Function.of(in -&gt; …, Kind.STRING)));
 *   templates.parse("a.yaml", "name: {{ .name | upper }}");
 *   String text = templates.execute("a.yaml", Map.of("name", "x"), Budget.ofOneChart());
 * </pre>
 */
public final class Template {
    private final Map<String, Function> functions;
    private final Map<String, Tree> trees;
    private final Set<String> names;

    /** @param file and text: where it was defined */
    record Tree(String name, String file, String text, Syntax.Many body) {
        boolean isEmpty() {
            return body.nodes().stream()
                    .allMatch(node ->
                            node instanceof Syntax.Text part && part.text().isBlank());
        }
    }

    public Template(Map<String, Function> functions) {
        this(functions, new LinkedHashMap<>());
    }

    private Template(Map<String, Function> functions, Map<String, Tree> trees) {
        this.functions = new HashMap<>(BuiltIns.ALL);
        this.functions.putAll(functions);
        this.names = new HashSet<>(this.functions.keySet());
        this.trees = trees;
    }

    /** The same templates with other functions; what is parsed by it is its own. */
    public Template with(Map<String, Function> others) {
        return new Template(others, new LinkedHashMap<>(trees));
    }

    /** Adds a template, and those that its text defines: the last one of a name counts, but an empty one replaces none. */
    public void parse(String name, String text) {
        TemplateParser.parse(name, text, names).forEach((defined, tree) -> {
            Tree there = trees.get(defined);
            if (there == null || there.isEmpty() || !tree.isEmpty()) {
                trees.put(defined, tree);
            }
        });
    }

    public boolean has(String name) {
        return trees.containsKey(name);
    }

    public int size() {
        return trees.size();
    }

    /** @throws TemplateException where it failed, in Go's words */
    public String execute(String name, @Nullable Object data, Budget budget) {
        Tree tree = trees.get(name);
        if (tree == null) {
            throw new TemplateException(
                    "template: no template " + Quoted.of(name) + " associated with template \"gotpl\"");
        }
        return new TemplateRun(this, tree, budget).run(data);
    }

    @Nullable
    Tree tree(String name) {
        return trees.get(name);
    }

    @Nullable
    Function function(String name) {
        return functions.get(name);
    }
}
