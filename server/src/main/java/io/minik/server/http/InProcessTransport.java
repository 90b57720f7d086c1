package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ClientFigures;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.minik.server.aggregation.ExtensionClient;
import io.minik.server.authn.User;
import io.minik.server.registry.NameSource;
import io.minik.server.registry.Registry;
import io.minik.server.request.Target;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.server.watchcache.CacheWatcher;
import io.minik.server.watchcache.WatchSink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pipeline from after authentication on, for rooms of the same process: no TLS, no encoding, objects shared. */
final class InProcessTransport implements Transport {
    private final Vertx vertx;
    private final Pipeline pipeline;
    private final Registry registry;
    private final NameSource names;
    private final InstantSource clock;
    private final ClientFigures figures;
    private final User user;
    private final ExtensionClient extensions;

    /** What all of them share. */
    record Means(
            Vertx vertx,
            Pipeline pipeline,
            Registry registry,
            NameSource names,
            InstantSource clock,
            ExtensionClient extensions,
            ClientFigures figures) {}

    InProcessTransport(Means means, User user) {
        this.vertx = means.vertx();
        this.pipeline = means.pipeline();
        this.registry = means.registry();
        this.names = means.names();
        this.clock = means.clock();
        this.extensions = means.extensions();
        this.figures = means.figures();
        this.user = user;
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return run(call).compose(answer -> {
            if (answer instanceof Answer.One one) {
                return Future.succeededFuture(one.result().object());
            }
            if (answer instanceof Answer.Many many && call.verb() == Verb.DELETE_COLLECTION) {
                return Future.succeededFuture(many.listing().object());
            }
            if (answer instanceof Answer.Elsewhere elsewhere) {
                return extensions.transport(elsewhere.to(), user).send(call);
            }
            throw ApiException.internal(call.verb() + " does not answer with one object");
        });
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return run(call).compose(answer -> {
            if (answer instanceof Answer.Many many) {
                return Future.succeededFuture(new KubeList(
                        many.listing().resourceVersion(),
                        many.listing().continueToken(),
                        many.listing().items()));
            }
            if (answer instanceof Answer.Elsewhere elsewhere) {
                return extensions.transport(elsewhere.to(), user).list(call);
            }
            throw ApiException.internal(call.verb() + " does not answer with a list");
        });
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return run(call).compose(answer -> {
            if (answer instanceof Answer.Elsewhere elsewhere) {
                return extensions.transport(elsewhere.to(), user).watch(call, handler);
            }
            if (!(answer instanceof Answer.Watching watching)) {
                return Future.failedFuture(ApiException.internal(call.verb() + " is no watch"));
            }
            Sink sink = new Sink(watching, handler);
            return registry.watch(watching.request(), sink).map(watcher -> {
                sink.begin(watcher, WatchStream.timeoutSeconds(watching.request()));
                // After the caller has the handle.
                watcher.resumeLater();
                return sink;
            });
        });
    }

    private Future<Answer> run(ApiCall call) {
        Target target = target(call);
        long start = System.nanoTime();
        return pipeline.handle(new ApiRequest(
                        names.uid(),
                        clock.instant(),
                        target,
                        call.query(),
                        user,
                        call.contentType(),
                        new Given(call),
                        Optional.empty(),
                        new AuditEntry()))
                .onComplete(
                        answer -> figures.record(call.verb(), answer.code(), System.nanoTime() - start),
                        error -> figures.record(call.verb(), code(error), System.nanoTime() - start));
    }

    private static int code(Throwable error) {
        return error instanceof ApiException refused ? refused.status().code() : Reason.InternalError.code();
    }

    /** A tree as it is, or bytes: patches and what tests write. */
    private record Given(ApiCall call) implements RequestBody {
        @Override
        public Future<Buffer> read(User user) {
            return Future.succeededFuture(Buffer.buffer(call.body()));
        }

        @Override
        public Optional<ObjectNode> tree() {
            return call.tree();
        }
    }

    private static Target target(ApiCall call) {
        var resource = call.resource();
        boolean namespaces =
                resource.plural().equals("namespaces") && resource.group().isEmpty();
        String namespace = namespaces ? call.key().name() : call.key().namespace();
        String verb =
                switch (call.verb()) {
                    case GET -> "get";
                    case LIST -> "list";
                    case WATCH -> "watch";
                    case CREATE -> "create";
                    case UPDATE -> "update";
                    case PATCH -> "patch";
                    case DELETE -> "delete";
                    case DELETE_COLLECTION -> "deletecollection";
                };
        String path = resource.basePath()
                + (namespace.isEmpty() || namespaces ? "" : "/namespaces/" + namespace)
                + "/" + resource.plural()
                + (call.key().name().isEmpty() ? "" : "/" + call.key().name())
                + (call.subresource().isEmpty() ? "" : "/" + call.subresource());
        return new Target(
                        true,
                        verb,
                        resource.group(),
                        resource.version(),
                        resource.plural(),
                        call.subresource(),
                        namespace,
                        call.key().name(),
                        path,
                        "")
                .selecting(call.query());
    }

    /**
     * Hands events to an in-process watcher, converted where its version is not the stored one. One that asked for a timeout
     * ends with it, in peace; others go on for as long as the process. The context that made it.
     */
    private final class Sink implements WatchSink, WatchHandle {
        private final Answer.Watching watching;
        private final WatchHandler handler;
        private Loop.Timer timer = Loop.Timer.NONE;
        private @Nullable CacheWatcher watcher;
        private boolean over;

        Sink(Answer.Watching watching, WatchHandler handler) {
            this.watching = watching;
            this.handler = handler;
        }

        void begin(CacheWatcher begun, long seconds) {
            watcher = begun;
            if (over) {
                begun.close();
            } else if (seconds > 0) {
                timer = Loop.here(vertx).after(Seconds.duration(seconds), () -> {
                    begun.close();
                    onEnd(Optional.empty());
                });
            }
        }

        @Override
        public void onEvents(List<Seen> events) {
            var resource = watching.request().kind().resource();
            for (Seen seen : events) {
                if (seen.type() == WatchEvent.Type.BOOKMARK) {
                    handler.onEvent(new WatchEvent(seen.type(), seen.object()));
                } else {
                    handler.onEvent(new WatchEvent(seen.type(), registry.view(resource, seen.object())));
                }
            }
        }

        /** Once, whatever ends it first. */
        @Override
        public void onEnd(Optional<ApiException> why) {
            if (!over) {
                over = true;
                timer.cancel();
                handler.onEnd(why);
            }
        }

        @Override
        public void close() {
            over = true;
            timer.cancel();
            if (watcher != null) {
                watcher.close();
            }
        }
    }
}
