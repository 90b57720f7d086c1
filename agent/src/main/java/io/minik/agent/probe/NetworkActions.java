package io.minik.agent.probe;

import io.minik.api.core.LifecycleHandler;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Probes and hooks for real: HTTP, TCP and gRPC from the node's network, commands through the runtime. */
public final class NetworkActions implements Actions {
    /** As much of a command's or an answer's text as fits an event. */
    private static final int MOST_TEXT = 512;

    private static final int MOST_PORT = 65_535;

    private final Loop loop;
    private final RuntimeService runtime;
    private final HttpClientAgent http;
    private final HttpClientAgent http2;
    private final NetClient tcp;
    private final HttpAction httpAction;
    private final GrpcHealth grpcHealth;

    /** @param version of Kubernetes, for the user agent: {@code 1.36} */
    public NetworkActions(Vertx vertx, Loop loop, RuntimeService runtime, String version) {
        this.loop = loop;
        this.runtime = runtime;
        // A probe must see the program as it is now: no connection is kept.
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(false).setTrustAll(true).setVerifyHost(false));
        this.http2 = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2KeepAliveTimeout(1));
        this.tcp = vertx.createNetClient(new NetClientOptions());
        this.httpAction = new HttpAction(http, version);
        this.grpcHealth = new GrpcHealth(http2, Purpose.PROBE.agent() + "/" + version);
    }

    /** Gives the sockets back. */
    public Future<Void> close() {
        return Future.join(http.close(), http2.close(), tcp.close()).mapEmpty();
    }

    @Override
    public Future<Outcome> run(Purpose purpose, LifecycleHandler handler, Target target, long timeoutMillis) {
        if (handler instanceof LifecycleHandler.Exec exec) {
            return exec(exec, target, timeoutMillis);
        } else if (handler instanceof LifecycleHandler.HttpGet get) {
            return httpGet(purpose, get, target, timeoutMillis);
        } else if (handler instanceof LifecycleHandler.TcpSocket socket) {
            return tcpSocket(socket, target, timeoutMillis);
        } else if (handler instanceof LifecycleHandler.Grpc grpc) {
            return grpc(grpc, target, timeoutMillis);
        } else if (handler instanceof LifecycleHandler.Sleep sleep) {
            Promise<Outcome> done = Promise.promise();
            loop.after(Seconds.duration(sleep.seconds()), () -> done.complete(Outcome.success("")));
            return done.future();
        }
        return Future.succeededFuture(Outcome.unknown("no action is given"));
    }

    private Future<Outcome> exec(LifecycleHandler.Exec exec, Target target, long timeoutMillis) {
        return runtime.execSync(target.containerId(), exec.command(), Duration.ofMillis(timeoutMillis))
                .transform(result -> {
                    if (result.failed()) {
                        return Future.succeededFuture(execFailed(exec, result.cause(), timeoutMillis));
                    }
                    Cri.ExecSyncResponse ended = result.result();
                    String text = cut(ended.stdout().toString() + ended.stderr());
                    return Future.succeededFuture(
                            ended.exitCode() == 0 ? Outcome.success(text) : Outcome.failure(text));
                });
    }

    private static Outcome execFailed(LifecycleHandler.Exec exec, Throwable error, long timeoutMillis) {
        if (CriException.is(error, CriException.Code.DEADLINE_EXCEEDED)) {
            return Outcome.failure("command timed out: \"" + String.join(" ", exec.command()) + "\" timed out after "
                    + timeoutMillis / 1000 + "s");
        }
        String text = String.valueOf(error.getMessage());
        // A program that is not there is the container's fault.
        return CriException.is(error, CriException.Code.FAILED_PRECONDITION)
                ? Outcome.failure(text)
                : Outcome.unknown(text);
    }

    private Future<Outcome> httpGet(Purpose purpose, LifecycleHandler.HttpGet get, Target target, long timeoutMillis) {
        Optional<Integer> port = port(get.port(), target);
        if (port.isEmpty()) {
            return Future.succeededFuture(Outcome.unknown("no port " + get.port()));
        }
        String host = get.host().isEmpty() ? target.address() : get.host();
        boolean tls = get.scheme().equalsIgnoreCase("HTTPS");
        HttpAction.Place place = new HttpAction.Place(tls, host, port.get(), HttpAction.escaped(get.path()));
        Future<Outcome> answer = httpAction.get(purpose, place, get.headers(), timeoutMillis);
        return within(answer, timeoutMillis, "Get \"" + place.url() + "\": ", join(host, port.get()));
    }

    private Future<Outcome> tcpSocket(LifecycleHandler.TcpSocket socket, Target target, long timeoutMillis) {
        Optional<Integer> port = port(socket.port(), target);
        if (port.isEmpty()) {
            return Future.succeededFuture(Outcome.unknown("no port " + socket.port()));
        }
        String host = socket.host().isEmpty() ? target.address() : socket.host();
        Future<Outcome> answer = tcp.connect(port.get(), host)
                .compose(connection ->
                        connection.close().transform(closed -> Future.succeededFuture(Outcome.success(""))));
        return within(answer, timeoutMillis, "", join(host, port.get()));
    }

    private Future<Outcome> grpc(LifecycleHandler.Grpc grpc, Target target, long timeoutMillis) {
        String address = join(target.address(), grpc.port());
        return within(
                grpcHealth.check(target.address(), grpc.port(), grpc.service(), timeoutMillis),
                timeoutMillis,
                "timeout: failed to connect service \"" + address + "\" within " + timeoutMillis / 1000 + "s: ",
                address);
    }

    private Future<Outcome> within(Future<Outcome> answer, long timeoutMillis, String prefix, String address) {
        Promise<Outcome> done = Promise.promise();
        var limit = loop.after(
                Duration.ofMillis(timeoutMillis),
                () -> done.tryComplete(Outcome.failure(prefix
                        + (prefix.isEmpty()
                                ? "dial tcp " + address + ": i/o timeout"
                                : prefix.startsWith("Get ")
                                        ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                                        : "context deadline exceeded"))));
        answer.onComplete(result -> {
            limit.cancel();
            done.tryComplete(
                    result.succeeded() ? result.result() : Outcome.failure(prefix + words(result.cause(), address)));
        });
        return done.future();
    }

    private static String words(Throwable error, String address) {
        if (error instanceof ConnectException) {
            String text = String.valueOf(error.getMessage());
            return "dial tcp " + address + ": connect: "
                    + (text.contains("refused")
                            ? "connection refused"
                            : text.contains("timed out") ? "i/o timeout" : "no route to host");
        }
        return error instanceof TimeoutException ? "i/o timeout" : String.valueOf(error.getMessage());
    }

    private static Optional<Integer> port(String port, Target target) {
        Integer named = target.ports().get(port);
        if (named != null) {
            return Optional.of(named);
        }
        try {
            int number = Integer.parseInt(port);
            return number > 0 && number <= MOST_PORT ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static String join(String host, int port) {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }

    static String cut(String text) {
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) : text;
    }
}
