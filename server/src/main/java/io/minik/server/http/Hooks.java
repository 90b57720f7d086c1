package io.minik.server.http;

import io.minik.server.admission.Admission;
import io.minik.server.aggregation.ExtensionClient;
import io.minik.server.crd.ConversionWebhook;
import io.minik.server.registry.Converter;
import io.minik.server.registry.NameSource;
import io.minik.server.registry.Present;
import io.minik.server.registry.Registry;
import io.minik.server.registry.Versions;
import io.minik.server.watchcache.WatchCaches;
import io.minik.server.webhook.Places;
import io.minik.server.webhook.WebhookClient;
import io.minik.server.webhook.admission.HookCalls;
import io.minik.server.webhook.admission.HookMetrics;
import io.minik.server.webhook.admission.MutatingWebhooks;
import io.minik.server.webhook.admission.ValidatingWebhooks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Whom the server asks outside of itself: webhooks of admission and of definitions, by one client. */
final class Hooks {
    private final Vertx vertx;
    private final RandomGenerator random;
    private final Places places;
    private final WebhookClient client;
    private final Versions versions;
    private final NameSource names;
    /** How pods are reached; set while the server is wired. */
    private volatile Optional<PodRoad> road = Optional.empty();

    private final HookCalls.Means means;

    Hooks(Vertx vertx, WatchCaches caches, ApiServer.Parts parts, Versions versions, Metrics metrics) {
        this.vertx = vertx;
        this.random = parts.random();
        this.places = new Places(new Present(caches), parts.random());
        this.client = new WebhookClient(vertx, places, this::to);
        this.versions = versions;
        this.names = new NameSource(parts.random());
        HookMetrics figures = new HookMetrics();
        metrics.add(figures::text);
        this.means = new HookCalls.Means(client, parts.authorizer(), names::uid, figures);
    }

    private Future<SocketAddress> to(Places.Place place) {
        WebhookClient.Road way = road.<WebhookClient.Road>map(found -> found).orElse(WebhookClient.Road.DIRECT);
        return way.to(place);
    }

    /** Extension servers are found and reached as webhooks are. */
    ExtensionClient.Means toExtensions(Optional<KeyCertOptions> identity) {
        return new ExtensionClient.Means(places, this::to, identity);
    }

    /** While the server is wired. */
    void reachPods(Optional<ApiServerConfig.KubeletTls> kubelets, Registry registry) {
        road = kubelets.filter(ApiServerConfig.KubeletTls::roundabout)
                .map(tls -> new PodRoad(vertx, new ProxyPlaces(registry, random), tls));
    }

    Versions versions() {
        return versions;
    }

    Admission mutating() {
        return new MutatingWebhooks(means, versions);
    }

    Admission validating() {
        return new ValidatingWebhooks(means, versions);
    }

    Converter converter() {
        return new ConversionWebhook(client, names::uid);
    }

    /** Ends its connections. */
    Future<Void> close() {
        return client.close().eventually(() -> road.map(PodRoad::close).orElse(Future.succeededFuture()));
    }
}
