package io.minik.charts.chart;

import io.minik.charts.functions.ChartVersion;
import io.minik.charts.functions.Said;
import io.minik.charts.functions.SprigFunctions;
import io.minik.charts.functions.VersionConstraint;
import io.minik.charts.template.Budget;
import io.minik.charts.template.Function;
import io.minik.charts.template.Function.Kind;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Quoted;
import io.minik.charts.template.Struct;
import io.minik.charts.template.Template;
import io.minik.charts.template.TemplateException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One chart with its values as text: file by file, as {@code helm template} makes it. Blocks while it computes; one thread. */
public final class Rendering {
    /** What charts are told that renders them: the one whose functions and words these are. */
    public static final String HELM_VERSION = "v3.17.0";

    /** Of all that is rendered. */
    private static final int MOST_LETTERS = 8 << 20;

    /** Of texts as templates in each other: each has a set of templates of its own. */
    private static final int MOST_TPL = 100;

    /** Helm's own, of one name. */
    private static final int MOST_NESTED = 1000;

    /** The cluster, as templates ask for it. Blocks. */
    @FunctionalInterface
    public interface Lookup {
        /** An object, a list where no name is given, an empty map where nothing is. */
        Map<String, @Nullable Object> lookup(String apiVersion, String kind, String namespace, String name);
    }

    /** @param served group versions and kinds, for {@code .Capabilities.APIVersions.Has} */
    public record Cluster(
            String kubeVersion, Set<String> served, Lookup lookup, InstantSource clock, RandomGenerator random) {}

    /** @param install and not an upgrade */
    public record ReleaseOf(String name, String namespace, int revision, boolean install) {}

    /** @param files rendered, by name; @param values as the templates saw them */
    public record Rendered(Map<String, String> files, Map<String, @Nullable Object> values, Map<String, byte[]> crds) {}

    private record Source(String text, Map<String, @Nullable Object> context, String folder) {}

    private final Cluster cluster;
    private final Budget budget = Budget.ofOneChart();
    private final Map<String, Integer> including = new HashMap<>();
    private final Map<String, Function> shared;
    private int templatesOfText;
    private final Map<String, Source> sources = new LinkedHashMap<>();

    private Rendering(Cluster cluster) {
        this.cluster = cluster;
        this.shared = SprigFunctions.all(cluster.clock(), cluster.random());
    }

    /** @throws ChartException in words that say where */
    public static Rendered render(
            Chart chart, Map<String, @Nullable Object> given, ReleaseOf release, Cluster cluster) {
        try {
            return DeepStack.call(() -> new Rendering(cluster).run(chart, given, release));
        } catch (TemplateException e) {
            throw new ChartException(Said.sentence(String.valueOf(e.getMessage())));
        } catch (StackOverflowError e) {
            throw new ChartException("chart nests deeper than can be followed");
        }
    }

    private Rendered run(Chart chart, Map<String, @Nullable Object> given, ReleaseOf release) {
        check(chart);
        Dependencies.process(chart, given);
        Map<String, @Nullable Object> values = Coalesce.values(chart, given);
        List<String> wrong = new ArrayList<>();
        validate(chart, values, wrong);
        if (!wrong.isEmpty()) {
            throw new ChartException(
                    "values don't meet the specifications of the schema(s) in the following chart(s):\n"
                            + String.join("\n", wrong));
        }
        Map<String, @Nullable Object> top = new LinkedHashMap<>();
        top.put("Release", release(release));
        top.put("Capabilities", TemplateObjects.capabilities(cluster.kubeVersion(), cluster.served()));
        collect(chart, values, top);
        Map<String, String> files = files();
        return new Rendered(files, values, chart.allCrds());
    }

    private void check(Chart chart) {
        if (chart.isLibrary()) {
            throw new ChartException("library charts are not installable");
        }
        String wanted = chart.text("kubeVersion");
        boolean fits = wanted.isEmpty()
                || ChartVersion.find(cluster.kubeVersion())
                        .filter(VersionConstraint.of(wanted)::takes)
                        .isPresent();
        if (!fits) {
            throw new ChartException("chart requires kubeVersion: " + wanted + " which is incompatible with Kubernetes "
                    + cluster.kubeVersion());
        }
    }

    private void validate(Chart chart, Map<String, @Nullable Object> values, List<String> wrong) {
        if (chart.schema != null) {
            List<String> errors = ValuesSchema.check(chart.schema, values, budget);
            if (!errors.isEmpty()) {
                wrong.add(chart.name() + ":\n" + String.join("\n", errors));
            }
        }
        for (Chart child : chart.dependencies()) {
            if (values.get(child.name()) instanceof Map<?, ?> below) {
                validate(child, GoValues.map(below), wrong);
            }
        }
    }

    private static Map<String, @Nullable Object> release(ReleaseOf release) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("Name", release.name());
        map.put("Namespace", release.namespace());
        map.put("IsUpgrade", !release.install());
        map.put("IsInstall", release.install());
        map.put("Revision", (long) release.revision());
        map.put("Service", "Helm");
        return map;
    }

    private Map<String, @Nullable Object> collect(
            Chart chart, Map<String, @Nullable Object> values, Map<String, @Nullable Object> above) {
        Map<String, @Nullable Object> context = new LinkedHashMap<>();
        Struct described = TemplateObjects.chart(chart);
        context.put("Chart", described);
        context.put("Files", new TemplateObjects.Files(chart.files, budget));
        context.put("Release", above.get("Release"));
        context.put("Capabilities", above.get("Capabilities"));
        context.put("Values", values);
        Map<String, @Nullable Object> below = new LinkedHashMap<>();
        context.put("Subcharts", below);
        for (Chart child : chart.dependencies()) {
            Map<String, @Nullable Object> own =
                    values.get(child.name()) instanceof Map<?, ?> map ? GoValues.map(map) : new LinkedHashMap<>();
            below.put(child.name(), collect(child, own, context));
        }
        chart.templates.forEach((name, bytes) -> {
            String file = name.substring(name.lastIndexOf('/') + 1);
            if (!chart.isLibrary() || file.startsWith("_")) {
                sources.put(
                        chart.path() + "/" + name,
                        new Source(GoStrings.of(bytes), context, chart.path() + "/templates"));
            }
        });
        return context;
    }

    /** Deep ones first, so that those above may define anew what they define. */
    private List<String> order() {
        Comparator<String> depth = Comparator.comparingLong(
                name -> name.chars().filter(letter -> letter == '/').count());
        return sources.keySet().stream()
                .sorted(depth.thenComparing(Comparator.naturalOrder()).reversed())
                .toList();
    }

    private Map<String, String> files() {
        Template[] all = new Template[1];
        all[0] = new Template(functions(all));
        for (String name : order()) {
            parse(all[0], name, source(name).text());
        }
        Map<String, String> files = new LinkedHashMap<>();
        long letters = 0;
        for (String name : order()) {
            if (name.substring(name.lastIndexOf('/') + 1).startsWith("_")) {
                continue;
            }
            String text = one(all[0], name, source(name));
            letters += text.length();
            if (letters > MOST_LETTERS) {
                throw new ChartException("chart renders to more than " + MOST_LETTERS + " letters");
            }
            files.put(name, text);
        }
        return files;
    }

    private Source source(String name) {
        Source source = sources.get(name);
        if (source == null) {
            throw new IllegalStateException(name + " is no template");
        }
        return source;
    }

    private static void parse(Template templates, String name, String text) {
        try {
            templates.parse(name, text);
        } catch (TemplateException e) {
            String[] parts = String.valueOf(e.getMessage()).split(": ");
            throw new ChartException(
                    parts.length < 3
                            ? "parse error in (" + name + "): " + e.getMessage()
                            : "parse error at (" + parts[1] + "): " + parts[parts.length - 1]);
        }
    }

    private String one(Template templates, String name, Source source) {
        Map<String, @Nullable Object> template = new LinkedHashMap<>();
        template.put("Name", name);
        template.put("BasePath", source.folder());
        source.context().put("Template", template);
        return templates.execute(name, source.context(), budget).replace("<no value>", "");
    }

    private Map<String, Function> functions(Template[] templates) {
        Map<String, Function> functions = new HashMap<>(shared);
        functions.put(
                "include", Function.of(in -> include(templates[0], in.string(0), in.get(1)), Kind.STRING, Kind.ANY));
        functions.put("tpl", Function.of(in -> tpl(templates[0], in.string(0), in.get(1)), Kind.STRING, Kind.ANY));
        functions.put(
                "lookup",
                Function.of(
                        in -> {
                            // A call of the API: dear, and never endless.
                            in.budget().spend(100_000);
                            Map<String, @Nullable Object> found =
                                    cluster.lookup().lookup(in.string(0), in.string(1), in.string(2), in.string(3));
                            pay(in.budget(), found);
                            return found;
                        },
                        Kind.STRING,
                        Kind.STRING,
                        Kind.STRING,
                        Kind.STRING));
        return functions;
    }

    /** What the cluster has is kept like what a template makes. */
    private static void pay(Budget budget, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            budget.items(map.size());
            map.forEach((key, each) -> {
                pay(budget, key);
                pay(budget, each);
            });
        } else if (value instanceof Collection<?> list) {
            budget.items(list.size());
            list.forEach(each -> pay(budget, each));
        } else if (value instanceof String text) {
            budget.letters(text.length());
        }
    }

    private String include(Template templates, String name, @Nullable Object data) {
        int depth = including.merge(name, 1, Integer::sum);
        try {
            if (depth > MOST_NESTED) {
                throw new TemplateException(
                        "rendering template has a nested reference name: " + name + ": unable to execute template");
            }
            return templates.execute(name, data, budget);
        } finally {
            including.merge(name, -1, Integer::sum);
        }
    }

    /** A text as a template of its own: it sees all others, and they do not see what it defines. */
    private String tpl(Template templates, String text, @Nullable Object data) {
        // The set of all templates and functions is copied.
        budget.spend(500 + templates.size() + text.length());
        if (templatesOfText >= MOST_TPL) {
            throw new TemplateException("tpl nests deeper than " + MOST_TPL);
        }
        String name = data instanceof Map && GoValues.map(data).get("Template") instanceof Map<?, ?> template
                ? String.valueOf(template.get("Name"))
                : "gotpl";
        Template[] own = new Template[1];
        Template inner = templates.with(functions(own));
        own[0] = inner;
        templatesOfText++;
        try {
            // Not by the name of the file: that one is there already, and may be called from here.
            inner.parse("gotpl", text);
            return inner.execute("gotpl", data, budget).replace("<no value>", "");
        } catch (TemplateException e) {
            throw new TemplateException("error during tpl function execution for "
                    + Quoted.of(text.length() > 200 ? text.substring(0, 200) + "…" : text)
                    + " in " + name
                    + ": " + e.getMessage());
        } finally {
            templatesOfText--;
        }
    }
}
