package io.minik.server.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside a server on loopback that answers as a test says. */
@Timeout(60)
class ReviewClientTest {
    private static final ObjectNode REVIEW = Json.object().put("kind", "TokenReview");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger asked = new AtomicInteger();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile BiConsumer<Integer, HttpServerRequest> answers =
            (number, request) -> request.response().end("{\"kind\":\"TokenReview\"}");
    private int port;

    @BeforeEach
    void listen() throws Exception {
        port = await(vertx.createHttpServer()
                        .requestHandler(request -> request.body().onSuccess(body -> {
                            heard.add(request.method() + " " + request.path() + " " + request.getHeader("Authorization")
                                    + " " + body);
                            answers.accept(asked.incrementAndGet(), request);
                        }))
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> done) throws Exception {
        return done.toCompletionStage().toCompletableFuture().get(50, TimeUnit.SECONDS);
    }

    private ReviewClient client(String token) {
        return new ReviewClient(vertx, new KubeconfigServer("http://127.0.0.1:" + port + "/review", "", "", "", token));
    }

    private Throwable failure(Duration timeout) {
        try {
            throw new AssertionError(await(client("").post(REVIEW, timeout)));
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void answer(HttpServerRequest request, int code) {
        request.response().setStatusCode(code).end("{}");
    }

    @Test
    void aReviewIsPostedWithItsToken() throws Exception {
        assertThat(await(client("secret").post(REVIEW, LONG))).isEqualTo(REVIEW);
        await(client("").post(REVIEW, LONG));
        assertThat(heard)
                .containsExactly(
                        "POST /review Bearer secret {\"kind\":\"TokenReview\"}",
                        "POST /review null {\"kind\":\"TokenReview\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429})
    void whatMayPassIsAskedAgain(int code) throws Exception {
        answers = (number, request) -> answer(request, number == 1 ? code : 200);
        assertThat(await(client("").post(REVIEW, LONG))).isEqualTo(Json.object());
        assertThat(asked).hasValue(2);
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws Exception {
        answers = (number, request) -> {
            if (number == 1) {
                request.connection().close();
            } else {
                answer(request, 201);
            }
        };
        assertThat(await(client("").post(REVIEW, LONG))).isEqualTo(Json.object());
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404})
    void aRefusalIsOne(int code) {
        answers = (number, request) -> answer(request, code);
        assertThat(failure(LONG)).hasMessage("the server at http://127.0.0.1:" + port + "/review answers " + code);
        assertThat(asked).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[]", "7", "{\"open\":"})
    void anAnswerThatIsNoObjectIsAFailure(String body) {
        answers = (number, request) -> request.response().end(body);
        assertThat(failure(Duration.ofSeconds(2))).isNotNull();
    }

    @Test
    void anAnswerWithoutEndIsAFailure() {
        answers = (number, request) -> request.response().end("{\"a\":\"" + "x".repeat(2 << 20) + "\"}");
        assertThat(failure(Duration.ofSeconds(10))).isNotNull();
    }

    @Test
    void allTriesTogetherHaveTheirTime() {
        answers = (number, request) -> answer(request, 500);
        assertThat(failure(Duration.ofMillis(700))).isInstanceOf(TimeoutException.class);
        assertThat(asked.get()).isLessThan(5);
        answers = (number, request) -> {};
        assertThat(failure(Duration.ofMillis(200))).isInstanceOf(Exception.class);
    }

    @Test
    void whatIsNoAuthorityIsToldAtOnce() {
        assertThatThrownBy(() -> await(new ReviewClient(
                                vertx, new KubeconfigServer("https://127.0.0.1:" + port, "no certificate", "", "", ""))
                        .post(REVIEW, Duration.ofSeconds(2))))
                .isNotNull();
    }
}
