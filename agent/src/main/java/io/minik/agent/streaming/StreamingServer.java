package io.minik.agent.streaming;

import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Uuids;
import io.minik.ground.net.UpgradeByPost;
import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.StreamingUrls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of CRI's clients: on loopback, without TLS, as other runtimes have theirs. Its URLs hold a secret of 122 bits, are good
 * for one use and for a minute; whoever has one was let through the runtime's socket. Listens from the first URL on. On the agent's
 * context.
 */
public final class StreamingServer implements StreamingUrls {
    private static final String HOST = "127.0.0.1";
    private static final Duration LIFE = Duration.ofMinutes(1);
    /** As upstream's: who asks for more does not come for them. */
    private static final int MOST_WAITING = 1_000;

    private static final int MOST_MESSAGE_BYTES = 1 << 20;
    private static final int IDLE_SECONDS = 4 * 3600;

    private final Vertx vertx;
    private final Context context;
    private final RuntimeService runtime;
    /** By secret, oldest first. */
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    private final SecureRandom random = new SecureRandom();
    private @Nullable Future<HttpServer> server;

    private record Waiting(Consumer<HttpServerRequest> serve, Loop.Timer end) {}

    public StreamingServer(Vertx vertx, Context context, RuntimeService runtime) {
        this.vertx = vertx;
        this.context = context;
        this.runtime = runtime;
    }

    @Override
    public Future<String> exec(ExecRequest request, Streams streams) {
        return url("exec", http -> Upgrades.join(http, request.containerId(), streams, () -> runtime.exec(request)));
    }

    @Override
    public Future<String> attach(AttachRequest request, Streams streams) {
        return url(
                "attach", http -> Upgrades.join(http, request.containerId(), streams, () -> runtime.attach(request)));
    }

    @Override
    public Future<String> portForward(String podSandboxId) {
        PortForward forward = new PortForward(podSandboxId, port -> runtime.portForward(podSandboxId, port));
        return url("portforward", http -> Upgrades.wire(http)
                .onSuccess(forward::serve)
                .onFailure(error -> KubeletServer.refuse(http, 400, String.valueOf(error.getMessage()))));
    }

    private Future<String> url(String what, Consumer<HttpServerRequest> serve) {
        Promise<String> done = Promise.promise();
        context.runOnContext(unused -> {
            if (waiting.size() >= MOST_WAITING) {
                done.fail(new CriException(Code.UNKNOWN, "too many streams wait for their clients: " + MOST_WAITING));
                return;
            }
            String secret = Uuids.next(random).toString();
            waiting.put(secret, new Waiting(serve, Loop.on(context).after(LIFE, () -> waiting.remove(secret))));
            listening()
                    .map(http -> "http://" + HOST + ":" + http.actualPort() + "/" + what + "/" + secret)
                    .onComplete(done);
        });
        return done.future();
    }

    private Future<HttpServer> listening() {
        Future<HttpServer> present = server;
        if (present == null || present.failed()) {
            HttpServerOptions options = new HttpServerOptions()
                    .setHost(HOST)
                    .setPort(0)
                    // The upgrades that are served are of HTTP/1.1, whose pipeline is there at once without this one.
                    .setHttp2ClearTextEnabled(false)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setMaxWebSocketMessageSize(MOST_MESSAGE_BYTES)
                    .setMaxWebSocketFrameSize(MOST_MESSAGE_BYTES);
            WebSocketStreams.PROTOCOLS.forEach(options::addWebSocketSubProtocol);
            options.addWebSocketSubProtocol(Upgrades.TUNNELLED_PORT_FORWARD);
            present = vertx.createHttpServer(options)
                    .connectionHandler(UpgradeByPost::allow)
                    .requestHandler(this::serve)
                    .listen();
            server = present;
        }
        return present;
    }

    private void serve(HttpServerRequest request) {
        String[] path = request.path().split("/");
        Waiting found = path.length == 3 ? waiting.remove(path[2]) : null;
        if (found == null) {
            KubeletServer.refuse(request, 404, "404 page not found");
            return;
        }
        found.end().cancel();
        found.serve().accept(request);
    }

    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(unused -> {
            waiting.values().forEach(each -> each.end().cancel());
            waiting.clear();
            Future<HttpServer> present = server;
            if (present == null) {
                done.complete();
            } else {
                present.compose(HttpServer::close).onComplete(done);
            }
        });
        return done.future();
    }
}
