package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.net.HttpCall.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpCallTest {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration LATE = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClientAgent client =
            vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(1).setHttp2MaxSize(1));
    private final Promise<Void> cut = Promise.promise();
    private final HttpServer server =
            await(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        request.connection().closeHandler(unused -> cut.tryComplete());
        switch (request.path()) {
            case "/hang" -> {}
            case "/drip" -> response.setChunked(true).write("a").onFailure(gone -> cut.tryComplete());
            case "/endless" -> endless(response.setChunked(true));
            default -> response.setStatusCode(418).end("short and stout").onFailure(gone -> cut.tryComplete());
        }
    }

    private static void endless(HttpServerResponse response) {
        response.write(Buffer.buffer(new byte[1024])).onSuccess(unused -> endless(response));
    }

    private Future<Answer> call(String path, Duration timeout) {
        RequestOptions to = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(server.actualPort())
                .setURI(path);
        return HttpCall.send(client, to, Buffer.buffer(), 10_000, timeout);
    }

    @Test
    void anAnswerOfAnyCodeIsOne() {
        Answer answer = await(call("/pot", LATE));
        assertThat(answer.code()).isEqualTo(418);
        assertThat(answer.body().toString()).isEqualTo("short and stout");
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        assertThatThrownBy(() -> await(call("/endless", LATE)))
                .hasMessageContaining("the answer is larger than 10000 bytes");
        await(cut.future());
    }

    /** There is one connection: who hung on it must not keep it. */
    @Test
    void whatHungIsAskedAgain() {
        for (String path : new String[] {"/hang", "/drip", "/hang"}) {
            assertThatThrownBy(() -> await(call(path, SOON))).hasCauseInstanceOf(TimeoutException.class);
        }
        assertThat(await(call("/pot", LATE)).code()).isEqualTo(418);
    }

    /** Who waited for the connection in vain does not ask once it is there. */
    @Test
    void whoWaitedInVainIsOutOfTheWay() {
        Future<Answer> hung = call("/hang", SOON.multipliedBy(2));
        Future<Answer> behind = call("/hang", SOON);
        assertThatThrownBy(() -> await(behind)).hasCauseInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> await(hung)).hasCauseInstanceOf(TimeoutException.class);
        assertThat(await(call("/pot", LATE)).code()).isEqualTo(418);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
