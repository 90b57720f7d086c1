package io.minik.server.helm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.ManifestText;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The two kinds: there by default, and taken away at a start without, unless there are charts. */
final class ChartDefinitions {
    static final Resource CHARTS = new Resource("helm.cattle.io", "v1", "helmcharts", "HelmChart", true);
    static final Resource CONFIGS = new Resource("helm.cattle.io", "v1", "helmchartconfigs", "HelmChartConfig", true);
    private static final Resource DEFINITIONS =
            new Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    private ChartDefinitions() {}

    static Future<Void> apply(ApiClient client, Loop loop) {
        return loop.inTurns(read(), definition -> client.apply(DEFINITIONS, key(definition), definition)
                .mapEmpty());
    }

    private static ObjectKey key(ObjectNode definition) {
        return ObjectKey.cluster(Json.text(definition, "metadata", "name"));
    }

    /** Who has charts keeps them and their kinds: with the kinds all that they brought would be out of anybody's hands. */
    static Future<Void> remove(ApiClient client, Loop loop) {
        return Outcomes.ignoring(
                client.get(DEFINITIONS, ObjectKey.cluster(CHARTS.plural() + "." + CHARTS.group()))
                        .compose(there -> client.list(CHARTS, "", ListOptions.ALL))
                        .compose(charts -> charts.items().isEmpty()
                                ? loop.inTurns(
                                        List.of(CHARTS, CONFIGS),
                                        kind -> Outcomes.ignoring(
                                                client.delete(
                                                        DEFINITIONS,
                                                        ObjectKey.cluster(kind.plural() + "." + kind.group()),
                                                        DeleteOptions.DEFAULT),
                                                Reason.NotFound))
                                : Future.succeededFuture()),
                Reason.NotFound);
    }

    private static List<ObjectNode> read() {
        try (InputStream in = ChartDefinitions.class.getResourceAsStream("crds.yaml")) {
            return ManifestText.of(
                    Objects.requireNonNull(in, "crds.yaml is in the archive").readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
