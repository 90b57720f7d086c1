package io.minik.server.audit;

import io.minik.ground.loop.Loop;
import io.minik.ground.net.HttpCall;
import io.minik.server.outside.KubeconfigServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server elsewhere that gets audit.k8s.io/v1 EventLists, one after the other. On a loop of its own. */
final class AuditWebhook {
    private static final Logger log = LoggerFactory.getLogger(AuditWebhook.class);

    /** As upstream: a batch is sent when it has so many, or when the first of it has waited so long. */
    private static final int BATCH_EVENTS = 400;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** Upstream counts events; these differ a thousandfold in size. */
    static final int MAX_WAITING_BYTES = 4 << 20;

    private static final int BATCH_BYTES = 1 << 20;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    /** Upstream's --audit-webhook-initial-backoff, and how often. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private static final int TRIES = 4;

    /** Nothing is to be said. */
    private static final int MOST_ANSWER_BYTES = 64 << 10;

    private static final byte[] BEGIN =
            "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":["
                    .getBytes(StandardCharsets.UTF_8);

    private final Loop loop;
    private final HttpClientAgent http;
    private final KubeconfigServer config;
    private final LongAdder dropped = new LongAdder();

    // Guarded by this.
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean sending;
    private boolean timed;

    AuditWebhook(Vertx vertx, KubeconfigServer config) {
        this.loop = Loop.on(vertx.getOrCreateContext());
        this.config = config;
        HttpClientOptions options = new HttpClientOptions();
        if (!config.caPem().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(config.caPem())));
        }
        if (!config.certificatePem().isEmpty()) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(config.certificatePem()))
                    .addKeyValue(Buffer.buffer(config.keyPem())));
        }
        this.http = vertx.httpClientBuilder().with(options).build();
    }

    long dropped() {
        return dropped.sum();
    }

    void offer(byte[] event) {
        synchronized (this) {
            if (waitingBytes + event.length > MAX_WAITING_BYTES) {
                dropped.increment();
                return;
            }
            waiting.add(event);
            waitingBytes += event.length;
        }
        wake();
    }

    private void wake() {
        boolean full;
        synchronized (this) {
            if (sending || waiting.isEmpty()) {
                return;
            }
            full = waiting.size() >= BATCH_EVENTS || waitingBytes >= BATCH_BYTES;
            if (!full && timed) {
                return;
            }
            sending = full;
            timed = !full;
        }
        if (full) {
            loop.run(() -> send(batch(), TRIES));
        } else {
            loop.after(LONGEST_WAIT, this::late);
        }
    }

    private void late() {
        synchronized (this) {
            timed = false;
            if (sending || waiting.isEmpty()) {
                return;
            }
            sending = true;
        }
        send(batch(), TRIES);
    }

    private record Batch(Buffer body, int events) {}

    private synchronized Batch batch() {
        Buffer body = Buffer.buffer(BEGIN);
        int events = 0;
        while (!waiting.isEmpty() && events < BATCH_EVENTS && body.length() < BATCH_BYTES) {
            byte[] event = waiting.remove();
            waitingBytes -= event.length;
            if (events++ > 0) {
                body.appendByte((byte) ',');
            }
            body.appendBytes(event);
        }
        return new Batch(body.appendString("]}"), events);
    }

    private void send(Batch batch, int tries) {
        post(batch.body).onComplete(sent -> {
            if (sent.failed() && tries > 1) {
                loop.after(PAUSE, () -> send(batch, tries - 1));
                return;
            }
            if (sent.failed()) {
                dropped.add(batch.events);
                log.atError()
                        .addKeyValue("url", config.url())
                        .addKeyValue("events", batch.events)
                        .addKeyValue("err", String.valueOf(sent.cause().getMessage()))
                        .log("audit events did not reach the webhook");
            }
            synchronized (this) {
                sending = false;
            }
            wake();
        });
    }

    private Future<Void> post(Buffer body) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(config.url())
                .putHeader("Content-Type", "application/json");
        if (!config.token().isEmpty()) {
            request.putHeader("Authorization", "Bearer " + config.token());
        }
        return HttpCall.send(http, request, body, MOST_ANSWER_BYTES, ANSWER_TIMEOUT)
                .compose(answer -> answer.code() / 100 == 2
                        ? Future.succeededFuture()
                        : Future.failedFuture("the webhook answered " + answer.code()));
    }

    /** What waits is sent once, if the webhook answers. */
    Future<Void> close() {
        Batch last = batch();
        Future<Void> sent = last.events == 0 ? Future.succeededFuture() : post(last.body);
        return sent.eventually(http::close);
    }
}
