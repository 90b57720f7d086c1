package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.Rendering.Cluster;
import io.minik.charts.functions.GoJson;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What charts may know of the cluster: its version, its kinds, and single objects by {@code lookup}. Of the worker's thread; the client is asked on its loop. */
record ClusterFacts(ApiClient client, Executor loop, Kinds kinds, String kubeVersion) {
    private static final int MOST_SECONDS = 10;

    /** Of a list that a template asks for. */
    private static final int MOST_LISTED = 500;

    /** Of these at a time: each may be a mebibyte and a half. */
    private static final int PAGE = 20;

    /** Of one answer, as JSON: it is held whole, and ten times as large as maps. */
    static final long MOST_BYTES = 4L << 20;

    Cluster cluster() {
        Set<String> served = new HashSet<>();
        for (KindRow row : kinds.all()) {
            served.add(row.resource().apiVersion());
            served.add(row.resource().apiVersion() + "/" + row.resource().kind());
        }
        return new Cluster(kubeVersion, served, this::lookup, InstantSource.system(), new SecureRandom());
    }

    private Map<String, @Nullable Object> lookup(String apiVersion, String kind, String namespace, String name) {
        Optional<KindRow> row = kinds.now().findKind(apiVersion, kind);
        if (row.isEmpty()) {
            return new LinkedHashMap<>();
        }
        CompletableFuture<Map<String, @Nullable Object>> answer = new CompletableFuture<>();
        loop.execute(() ->
                asked(row.get(), namespace, name).onSuccess(answer::complete).onFailure(answer::completeExceptionally));
        try {
            return answer.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TemplateException("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw new TemplateException("lookup of " + kind + " " + namespace + "/" + name + ": "
                    + (e.getCause() == null ? "no answer" : e.getCause().getMessage()));
        }
    }

    private Future<Map<String, @Nullable Object>> asked(KindRow row, String namespace, String name) {
        String of = row.resource().namespaced() ? namespace : "";
        if (name.isEmpty()) {
            return listed(row, of, "", List.of()).map(found -> {
                var tree = Json.object()
                        .put("apiVersion", row.resource().apiVersion())
                        .put("kind", row.listKind());
                var items = tree.putArray("items");
                found.forEach(item -> items.add(item.tree()));
                return values(tree);
            });
        }
        return client.get(
                        row.resource(), row.resource().namespaced() ? ObjectKey.of(of, name) : ObjectKey.cluster(name))
                .map(KubeObject::tree)
                .map(ClusterFacts::values)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(new LinkedHashMap<>())
                        : Future.failedFuture(error));
    }

    private Future<List<KubeObject>> listed(KindRow row, String namespace, String from, List<KubeObject> before) {
        return client.list(row.resource(), namespace, new ListOptions("", "", "", PAGE, from, false, 0))
                .compose(page -> {
                    List<KubeObject> all = new ArrayList<>(before);
                    all.addAll(page.items());
                    if (all.stream().mapToLong(KubeObject::length).sum() > MOST_BYTES) {
                        throw new TemplateException(
                                "more than " + MOST_BYTES + " bytes are there: name the object that is wanted");
                    }
                    return page.continueToken().isEmpty() || all.size() >= MOST_LISTED
                            ? Future.succeededFuture(all)
                            : listed(row, namespace, page.continueToken(), all);
                });
    }

    private static Map<String, @Nullable Object> values(JsonNode tree) {
        Object value = GoJson.value(tree);
        return value == null ? new LinkedHashMap<>() : GoValues.map(value);
    }
}
