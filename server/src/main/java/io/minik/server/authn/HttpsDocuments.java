package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.net.HttpCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;

/** By HTTPS. Documents are asked for once in a long time: a client lives for one. */
public final class HttpsDocuments implements IssuerDocuments {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Of keys: a set of hundreds is a few of these bytes. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int SUCCESS = 200;

    private final Vertx vertx;

    public HttpsDocuments(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Future<ObjectNode> get(String url, String certificateAuthority) {
        HttpClientOptions options = new HttpClientOptions().setSsl(true);
        if (!certificateAuthority.isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(certificateAuthority)));
        }
        HttpClientAgent client = vertx.createHttpClient(options);
        RequestOptions request = new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(url);
        return HttpCall.send(client, request, Buffer.buffer(), MOST_BYTES, PATIENCE)
                .map(answer -> {
                    if (answer.code() != SUCCESS) {
                        throw new IllegalArgumentException("Get \"" + url + "\": " + answer.code());
                    }
                    return Json.parseObject(answer.body().getBytes());
                })
                .eventually(client::close);
    }
}
