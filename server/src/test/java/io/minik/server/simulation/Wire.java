package io.minik.server.simulation;

import io.minik.api.client.ApiCall;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The network between one process and the API server: questions and answers take their time and are lost, watches are late
 * and break. Who lost an answer does not know whether the server did what was asked.
 */
final class Wire implements Transport {
    private static final int MOST_MILLIS = 40;

    private final Loop loop;
    private final Supplier<Optional<Transport>> server;
    private final RandomGenerator random;
    private final Set<Stream> streams = new LinkedHashSet<>();
    private int lossPerMille;

    /** @param loop whose death ends what is under way; @param server the one that runs now, if one does */
    Wire(Loop loop, Supplier<Optional<Transport>> server, RandomGenerator random) {
        this.loop = loop;
        this.server = server;
        this.random = random;
    }

    void lose(int perMille) {
        lossPerMille = perMille;
    }

    /** As when connections are reset. */
    void breakWatches() {
        List<Stream> all = new ArrayList<>(streams);
        all.forEach(stream -> stream.end(Optional.of(ApiException.unavailable("the connection was reset"))));
    }

    int watches() {
        return streams.size();
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return across(transport -> transport.send(call));
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return across(transport -> transport.list(call));
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        Stream stream = new Stream(handler);
        return this.<WatchHandle>across(transport -> {
                    streams.add(stream);
                    return transport.watch(call, stream).map(inner -> {
                        stream.inner = inner;
                        return stream;
                    });
                })
                // Whose answer is lost has no connection, and so no watch.
                .onFailure(lost -> stream.close());
    }

    private Duration delay() {
        return Duration.ofMillis(1 + random.nextInt(MOST_MILLIS));
    }

    private boolean lost() {
        return random.nextInt(1000) < lossPerMille;
    }

    private <T> Future<T> across(Function<Transport, Future<T>> call) {
        Promise<T> answer = Promise.promise();
        boolean questionLost = lost();
        boolean answerLost = lost();
        loop.after(delay(), () -> {
            Optional<Transport> running = server.get();
            if (questionLost || running.isEmpty()) {
                answer.fail(ApiException.unavailable("the server can't be reached"));
                return;
            }
            call.apply(running.get())
                    .onComplete(done -> loop.after(delay(), () -> {
                        if (answerLost) {
                            answer.fail(ApiException.unavailable("the connection was reset"));
                        } else {
                            answer.handle(done);
                        }
                    }));
        });
        return answer.future();
    }

    /** Late, but in order, and nothing after its end. */
    private final class Stream implements WatchHandler, WatchHandle {
        private final WatchHandler handler;
        private WatchHandle inner = () -> {};
        private long lastMillis;
        private boolean over;

        Stream(WatchHandler handler) {
            this.handler = handler;
        }

        private void later(Runnable what) {
            lastMillis = Math.max(lastMillis, loop.millis() + delay().toMillis());
            loop.after(Duration.ofMillis(lastMillis - loop.millis()), what);
        }

        @Override
        public void onEvent(WatchEvent event) {
            later(() -> {
                if (!over) {
                    handler.onEvent(event);
                }
            });
        }

        @Override
        public void onEnd(Optional<ApiException> why) {
            later(() -> end(why));
        }

        void end(Optional<ApiException> why) {
            if (!over) {
                close();
                loop.run(() -> handler.onEnd(why));
            }
        }

        @Override
        public void close() {
            over = true;
            streams.remove(this);
            inner.close();
        }
    }
}
