package io.minik.server.http;

import io.minik.server.admission.Admission;
import io.minik.server.crd.ConversionWebhook;
import io.minik.server.registry.Converter;
import io.minik.server.registry.NameSource;
import io.minik.server.registry.Present;
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

/** Whom the server asks outside of itself: webhooks of admission and of definitions, by one client. */
final class Hooks {
    private final WebhookClient client;
    private final Versions versions;
    private final NameSource names;
    private final HookCalls.Means means;

    Hooks(Vertx vertx, WatchCaches caches, ApiServer.Parts parts, Versions versions, Metrics metrics) {
        this.client =
                new WebhookClient(vertx, new Places(new Present(caches), parts.random()), WebhookClient.Road.DIRECT);
        this.versions = versions;
        this.names = new NameSource(parts.random());
        HookMetrics figures = new HookMetrics();
        metrics.add(figures::text);
        this.means = new HookCalls.Means(client, parts.authorizer(), names::uid, figures);
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
        return client.close();
    }
}
