package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.charts.chart.Chart;
import io.minik.charts.chart.ChartException;
import io.minik.charts.chart.Coalesce;
import io.minik.charts.chart.Manifests;
import io.minik.charts.chart.Manifests.Hook;
import io.minik.charts.chart.Manifests.Item;
import io.minik.charts.chart.Rendering;
import io.minik.charts.chart.Rendering.Cluster;
import io.minik.charts.chart.Rendering.ReleaseOf;
import io.minik.charts.chart.Rendering.Rendered;
import io.minik.charts.chart.SetPath;
import io.minik.charts.functions.GoYaml;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a release is computed: it blocks, on the worker of charts. */
final class ChartWork {
    private static final String DELIMITED = "HelmChart valuesContent";

    private final ChartFetch fetch;

    ChartWork(ChartFetch fetch) {
        this.fetch = fetch;
    }

    /** A chart that was fetched and unpacked. @param given its values as the HelmChart has them */
    record Opened(ChartRequest request, Chart chart, Map<String, @Nullable Object> given) {}

    Opened open(ChartRequest request) {
        Map<String, @Nullable Object> given = given(request);
        return new Opened(request, Chart.of(fetch.fetch(request)), given);
    }

    List<Item> crds(Opened opened) {
        return opened.chart().allCrds().entrySet().stream()
                .flatMap(file -> Manifests.items(file.getKey(), GoStrings.of(file.getValue())).stream())
                .toList();
    }

    private static Map<String, @Nullable Object> given(ChartRequest request) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (String text : request.values()) {
            try {
                Object value = GoYaml.read(text);
                if (value != null && !(value instanceof Map)) {
                    throw new ChartException(DELIMITED + ": it is no map");
                }
                all = value == null ? all : Coalesce.over(all, GoValues.map(value));
            } catch (TemplateException e) {
                throw new ChartException(DELIMITED + ": " + e.getMessage());
            }
        }
        Map<String, @Nullable Object> values = all;
        request.chart()
                .at("spec", "set")
                .properties()
                .forEach(entry -> SetPath.set(values, entry.getKey(), set(entry.getValue())));
        return values;
    }

    /** As helm-controller takes them: numbers, true, false and null are what they look like, all else is a text. */
    private static @Nullable Object set(JsonNode said) {
        if (said.isNumber()) {
            return said.longValue();
        }
        return switch (said.asText("").toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> said.asText("");
        };
    }

    /** A release that is to be applied. */
    record Planned(HelmRelease release, List<Item> objects, List<Hook> hooks) {}

    Planned render(Opened opened, ReleaseOf release, Cluster cluster) {
        Rendered rendered = Rendering.render(opened.chart(), opened.given(), release, cluster);
        Manifests manifests = Manifests.of(rendered.files(), opened.chart().name());
        ObjectNode body = Json.object().put("name", release.name());
        body.putObject("info")
                .put("first_deployed", "")
                .put("last_deployed", "")
                .put("deleted", "")
                .put("notes", manifests.notes());
        body.set("chart", opened.chart().described());
        body.set("config", Json.MAPPER.valueToTree(opened.given()));
        body.put("manifest", Manifests.text(manifests.objects()));
        ArrayNode hooks = body.putArray("hooks");
        manifests.hooks().forEach(hook -> hooks.add(hook(hook)));
        body.put("version", release.revision()).put("namespace", release.namespace());
        return new Planned(new HelmRelease(body, hash(opened.request())), manifests.objects(), manifests.hooks());
    }

    private static ObjectNode hook(Hook hook) {
        ObjectNode tree = Json.object()
                .put("name", hook.item().name())
                .put("kind", hook.item().kind())
                .put("path", hook.item().file())
                .put("manifest", hook.item().text());
        hook.events().forEach(tree.putArray("events")::add);
        tree.putObject("last_run").put("started_at", "").put("completed_at", "").put("phase", "");
        tree.put("weight", hook.weight());
        hook.policies().forEach(tree.putArray("delete_policies")::add);
        return tree;
    }

    static String hash(ChartRequest request) {
        try {
            byte[] all = request.identity().getBytes(StandardCharsets.UTF_8);
            return "SHA256="
                    + HexFormat.of()
                            .withUpperCase()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(all));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String decoded(String base64) {
        return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
