/**
 * Calls from the API server to webhooks: a review goes out as JSON, one comes back, or a failure in upstream's words.
 *
 * <p>{@link io.minik.server.webhook.WebhookClient} owns the connections (kept, a bounded number to one place) and bounds what an
 * answer may take in bytes and in time. A place is a URL, or a Service whose ready endpoints are asked for with each call. Servers are
 * believed that their configuration's bundle vouches for ({@link io.minik.server.webhook.ServerTrust}). Callable on any loop, answers
 * come on it. Follows Kubernetes' "Dynamic Admission Control", "Contacting the webhook".
 */
@NullMarked
package io.minik.server.webhook;

import org.jspecify.annotations.NullMarked;
