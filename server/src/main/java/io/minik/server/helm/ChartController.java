package io.minik.server.helm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.QueueFigures;
import io.minik.api.client.Queued;
import io.minik.api.client.WorkQueue;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.ChartException;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes releases of HelmCharts. While there is none, it is two definitions and two watches on nothing.
 *
 * <pre>
 *   HelmChart, HelmChartConfig -- key --&gt; deleted? uninstall, finalizer away
 *                                   '--&gt; hash of all that it says = that of the newest release? done : install or upgrade
 * </pre>
 */
public final class ChartController implements Room, Queued {
    private static final Logger log = LoggerFactory.getLogger(ChartController.class);
    private static final String FINALIZER = "wrangler.cattle.io/on-helm-chart-remove";
    private static final String UNMANAGED = "helmcharts.helm.cattle.io/unmanaged";

    /** Releases under way at a time: they wait for hooks and for the API, hardly ever for each other. */
    private static final int CONCURRENCY = 4;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);

    /** Five minutes and some. */
    private static final int MOST_DOUBLED = 5;

    /** Letters of a message in a condition: what a person reads. */
    private static final int LONGEST_MESSAGE = 2000;

    private final Vertx vertx;
    private final ControllerContext context;
    private final Kinds kinds;
    private final Config config;
    private final EventRecorder events;
    private final WorkQueue<ObjectKey> queue;

    // The loop.
    private Optional<Informer> charts = Optional.empty();
    private Optional<Informer> configs = Optional.empty();
    private Optional<ReleaseMaker> maker = Optional.empty();

    /** Of charts that failed: what they said then, and how often in a row. */
    private final Map<ObjectKey, Failure> failures = new LinkedHashMap<>();

    private record Failure(String hash, int count) {}

    /** @param statics the folder server/static; @param enabled otherwise the definitions are taken away */
    public record Config(Path statics, String kubeVersion, boolean enabled) {}

    /** @param context whose client is allowed all that a chart may bring, as manager {@code helm} */
    public ChartController(Vertx vertx, ControllerContext context, Kinds kinds, Config config) {
        this.vertx = vertx;
        this.context = context;
        this.kinds = kinds;
        this.config = config;
        this.events = context.events("helm-controller");
        this.queue = new WorkQueue<>(name(), context.loop(), CONCURRENCY, this::reconcile);
        if (config.enabled()) {
            kinds.onChange(change -> context.loop().run(this::follow));
        }
    }

    @Override
    public String name() {
        return "helm-controller";
    }

    @Override
    public Future<Void> start() {
        ApiClient client = context.client();
        context.loop().run(() -> {
            queue.open();
            Future<Void> definitions = config.enabled()
                    ? ChartDefinitions.apply(client, context.loop())
                    : ChartDefinitions.remove(client, context.loop());
            definitions.onSuccess(done -> follow()).onFailure(error -> log.atError()
                    .addKeyValue("err", error.getMessage())
                    .log("the kinds of charts could not be brought up to date; the next start tries again"));
        });
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        context.loop().run(() -> {
            queue.stop();
            charts.ifPresent(Informer::stop);
            configs.ifPresent(Informer::stop);
            maker.ifPresent(ReleaseMaker::stop);
        });
        return Future.succeededFuture();
    }

    @Override
    public List<QueueFigures> queues() {
        return List.of(queue.figures());
    }

    @Override
    public Health health() {
        return Health.READY;
    }

    /** Watches begin when the kinds are served. */
    private void follow() {
        boolean served = kinds.find("helm.cattle.io/v1", "helmcharts").isPresent()
                && kinds.find("helm.cattle.io/v1", "helmchartconfigs").isPresent();
        if (!config.enabled() || charts.isPresent() || !served) {
            return;
        }
        Informer configs = context.informer(ChartDefinitions.CONFIGS);
        Informer charts = context.informer(ChartDefinitions.CHARTS);
        this.configs = Optional.of(configs);
        this.charts = Optional.of(charts);
        configs.onChange((before, now) -> {
            before.ifPresent(object -> queue.add(object.key()));
            now.ifPresent(object -> queue.add(object.key()));
        });
        charts.onChange((before, now) -> {
            before.ifPresent(object -> queue.add(object.key()));
            now.ifPresent(object -> queue.add(object.key()));
        });
        configs.start();
        charts.start();
    }

    private ReleaseMaker maker() {
        if (maker.isEmpty()) {
            maker = Optional.of(new ReleaseMaker(vertx, context, kinds, config));
        }
        return maker.get();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = charts.flatMap(informer -> informer.get(key));
        if (found.isEmpty() || !configs.map(Informer::isSynced).orElse(false)) {
            failures.remove(key);
            return found.isEmpty() ? Outcomes.done() : Outcomes.again(Duration.ofSeconds(1));
        }
        KubeObject chart = found.get();
        boolean none = chart.text("spec", "chart").isEmpty()
                && chart.text("spec", "chartContent").isEmpty();
        if (chart.annotations().containsKey(UNMANAGED) || none) {
            return Outcomes.done();
        }
        List<String> finalizers = Json.stringList(chart.tree(), "metadata", "finalizers");
        if (!chart.text("metadata", "deletionTimestamp").isEmpty()) {
            return finalizers.contains(FINALIZER) ? removed(chart) : Outcomes.done();
        }
        if (!finalizers.contains(FINALIZER)) {
            return Outcomes.done(finalizers(chart, true));
        }
        return released(chart);
    }

    private Future<KubeObject> finalizers(KubeObject chart, boolean add) {
        ObjectNode patch = Json.object();
        ObjectNode metadata =
                patch.putObject("metadata").put("resourceVersion", chart.meta().resourceVersion());
        ArrayNode all = metadata.putArray("finalizers");
        Json.stringList(chart.tree(), "metadata", "finalizers").stream()
                .filter(one -> !one.equals(FINALIZER))
                .forEach(all::add);
        if (add) {
            all.add(FINALIZER);
        }
        return context.client().patch(ChartDefinitions.CHARTS, chart.key(), "", PatchType.MERGE, patch);
    }

    private Future<Optional<Duration>> removed(KubeObject chart) {
        ChartRequest request = ChartRequest.of(chart, Optional.empty());
        return maker().uninstall(request)
                .compose(done -> {
                    events.normal(chart, "Uninstalled", "Uninstalled release " + request.name());
                    return Outcomes.ignoring(finalizers(chart, false), Reason.NotFound);
                })
                .recover(error -> status(chart, error, "UninstallFailed").compose(told -> Future.failedFuture(error)))
                .map(done -> Optional.empty());
    }

    private Future<Optional<Duration>> released(KubeObject chart) {
        ChartRequest request = ChartRequest.of(chart, configs.flatMap(informer -> informer.get(chart.key())));
        String version = request.text("helmVersion");
        if (!version.isEmpty() && !version.equals("v3")) {
            return Outcomes.done(
                    status(chart, new ChartException("Only Helm v3 charts are supported"), "Unsupported version"));
        }
        return files(request)
                .compose(whole -> {
                    String hash = ChartWork.hash(whole);
                    boolean stays = isFailed(chart, hash) && !whole.reinstalls();
                    return stays
                            ? Future.succeededFuture(Optional.<String>empty())
                            : maker().release(whole, hash).onFailure(error -> failed(chart, hash));
                })
                .<Optional<Duration>>compose(done -> {
                    done.ifPresent(message -> failures.remove(chart.key()));
                    Future<?> told = done.isPresent() ? status(chart, done.get()) : Future.succeededFuture();
                    return told.map(unused -> Optional.empty());
                })
                .recover(error -> status(chart, error, "Failed")
                        .map(told -> request.reinstalls() ? Optional.of(wait(chart)) : Optional.empty()));
    }

    private boolean isFailed(KubeObject chart, String hash) {
        Failure failure = failures.get(chart.key());
        return failure != null && failure.hash().equals(hash);
    }

    private void failed(KubeObject chart, String hash) {
        Failure before = failures.get(chart.key());
        boolean again = before != null && before.hash().equals(hash);
        failures.put(chart.key(), new Failure(hash, again && before != null ? before.count() + 1 : 1));
    }

    /** Until it is tried again: what failed may be the chart itself, which will not mend by being asked. */
    private Duration wait(KubeObject chart) {
        Failure failure = failures.get(chart.key());
        int doubled = failure == null ? 0 : Math.min(MOST_DOUBLED, failure.count() - 1);
        return FIRST_WAIT.multipliedBy(1L << doubled);
    }

    /** What the objects hold that it names: values, credentials, authorities. */
    private Future<ChartRequest> files(ChartRequest request) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> files = new LinkedHashMap<>();
        if (!request.text("repoCA").isEmpty()) {
            files.put(ChartRequest.CA, request.text("repoCA"));
        }
        String namespace = request.chart().namespace();
        return context.loop()
                .inTurns(request.secrets(), secret -> context.client()
                        .get(Resources.SECRETS, ObjectKey.of(namespace, secret.name()))
                        .<Void>map(object -> {
                            for (String key : secret.keys()) {
                                values.put(secret.name() + "/" + key, ChartWork.decoded(object.text("data", key)));
                            }
                            return null;
                        })
                        .recover(error -> secret.optional() && ApiException.is(error, Reason.NotFound)
                                ? Future.succeededFuture()
                                : Future.failedFuture(error)))
                .compose(done -> secret(
                        request,
                        "authSecret",
                        Map.of("username", ChartRequest.USER, "password", ChartRequest.PASSWORD),
                        files))
                .compose(done -> secret(
                        request, "dockerRegistrySecret", Map.of(".dockerconfigjson", ChartRequest.DOCKER), files))
                .compose(done -> authorities(request, files))
                .map(done -> request.with(values, files));
    }

    private Future<Void> secret(
            ChartRequest request, String field, Map<String, String> keys, Map<String, String> files) {
        String name = request.chart().text("spec", field, "name");
        if (name.isEmpty()) {
            return Future.succeededFuture();
        }
        return context.client()
                .get(Resources.SECRETS, ObjectKey.of(request.chart().namespace(), name))
                .map(object -> {
                    keys.forEach((key, file) -> files.put(file, ChartWork.decoded(object.text("data", key))));
                    return null;
                });
    }

    private Future<Void> authorities(ChartRequest request, Map<String, String> files) {
        String name = request.chart().text("spec", "repoCAConfigMap", "name");
        if (name.isEmpty()) {
            return Future.succeededFuture();
        }
        return context.client()
                .get(Resources.CONFIG_MAPS, ObjectKey.of(request.chart().namespace(), name))
                .map(map -> {
                    StringBuilder all = new StringBuilder(files.getOrDefault(ChartRequest.CA, ""));
                    Json.strings(map.tree(), "data").values().forEach(pem -> all.append('\n')
                            .append(pem));
                    files.put(ChartRequest.CA, all.toString());
                    return null;
                });
    }

    private Future<Void> status(KubeObject chart, Throwable error, String reason) {
        String message = String.valueOf(Objects.requireNonNullElse(error.getMessage(), error.toString()));
        String told = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message;
        boolean known = chart.at("status", "conditions")
                .toString()
                .contains(Json.NODES.textNode(told).toString());
        if (!known) {
            log.atWarn()
                    .addKeyValue("chart", chart.key())
                    .addKeyValue("err", told)
                    .log("a chart could not be released as it says");
        }
        events.warning(chart, reason.replace(" ", ""), told);
        return conditions(chart, "True", reason, told);
    }

    private Future<Void> status(KubeObject chart, String message) {
        boolean known = chart.at("status", "conditions")
                .toString()
                .contains(Json.NODES.textNode(message).toString());
        if (!known) {
            events.normal(chart, "Deployed", message);
        }
        return conditions(chart, "False", "Deployed", message);
    }

    private Future<Void> conditions(KubeObject chart, String failed, String reason, String message) {
        ObjectNode patch = Json.object();
        ArrayNode all = patch.putObject("status").putArray("conditions");
        all.addObject()
                .put("type", "JobCreated")
                .put("status", "False")
                .put("reason", "InProcess")
                .put("message", "There is no job: charts are rendered and applied by the server itself");
        all.addObject()
                .put("type", "Failed")
                .put("status", failed)
                .put("reason", reason)
                .put("message", message);
        if (patch.at("/status/conditions").equals(chart.at("status", "conditions"))) {
            return Future.succeededFuture();
        }
        return Outcomes.ignoring(
                context.client().patch(ChartDefinitions.CHARTS, chart.key(), "status", PatchType.MERGE, patch),
                Reason.NotFound);
    }
}
