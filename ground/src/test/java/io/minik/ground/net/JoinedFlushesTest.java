package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JoinedFlushesTest {
    private static final int STREAMS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger flushes = new AtomicInteger();
    private final List<HttpServerRequest> open = new ArrayList<>();
    private final Promise<Void> allOpen = Promise.promise();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** What reaches the network: next to it in the pipeline. */
    private final class Counter extends ChannelOutboundHandlerAdapter {
        @Override
        public void flush(ChannelHandlerContext context) throws Exception {
            flushes.incrementAndGet();
            super.flush(context);
        }
    }

    private void opened(HttpConnection connection) {
        ((ConnectionBase) connection).channelHandlerContext().pipeline().addFirst(new Counter());
        JoinedFlushes.of(connection);
    }

    private void serve(HttpServerRequest request) {
        request.response().setChunked(true).writeHead().onFailure(allOpen::tryFail);
        open.add(request);
        if (open.size() == STREAMS) {
            allOpen.complete();
        }
    }

    @Test
    void whatAllStreamsWriteInOneTurnIsFlushedOnce() throws Exception {
        HttpServer server = await(vertx.createHttpServer()
                .connectionHandler(this::opened)
                .requestHandler(this::serve)
                .listen(0, "127.0.0.1"));
        var client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(server.actualPort())
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false),
                new PoolOptions().setHttp2MaxSize(1));
        AtomicInteger heard = new AtomicInteger();
        Promise<Void> all = Promise.promise();
        for (int i = 0; i < STREAMS; i++) {
            await(client.request(HttpMethod.GET, "/")
                    .compose(request -> request.send())
                    .map(response -> response.handler(chunk -> {
                        if (heard.incrementAndGet() == STREAMS) {
                            all.complete();
                        }
                    })));
        }
        await(allOpen.future());
        Promise<Integer> before = Promise.promise();
        ((ConnectionBase) open.get(0).connection()).context().runOnContext(turn -> {
            before.complete(flushes.get());
            open.forEach(request -> request.response().write("event").onFailure(all::tryFail));
        });
        int count = await(before.future());
        await(all.future());
        assertThat(flushes.get() - count).isEqualTo(1);
        // Vert.x ends a client that nobody refers to any more, with its requests: it is referred to until here.
        await(client.close());
    }
}
