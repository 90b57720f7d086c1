package io.minik.server.authn;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.tls.ClientAuthority;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeaderUsersTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void whatWasSaidOfAUserIsForgotten(HttpVersion version) {
        HeaderUsers users = new HeaderUsers(
                new ClientAuthority(List.of(), () -> Instant.EPOCH),
                List.of(),
                List.of("X-My-User"),
                List.of("X-My-Uid"),
                List.of("X-My-Group"),
                List.of("X-My-Extra-"));
        int port = await(vertx.createHttpServer()
                        .requestHandler(request -> {
                            MultiMap headers = request.headers();
                            users.forget(headers);
                            request.response()
                                    .end(new TreeSet<>(headers.names())
                                            .toString()
                                            .toLowerCase(Locale.ROOT))
                                    .onFailure(error -> {});
                        })
                        .listen(0))
                .actualPort();
        RequestOptions asked = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(port)
                .putHeader("x-my-user", "admin")
                .putHeader("X-MY-UID", "0")
                .putHeader("X-My-Group", List.of("system:masters", "b"))
                .putHeader("x-MY-extra-scopes", "all")
                .putHeader("X-My-Hat", "red");

        HttpClientAgent client = vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(version));
        String left = await(client.request(asked)
                .compose(request -> request.send())
                .compose(response -> response.body())
                .map(body -> body.toString()));

        // Vert.x ends a client that nobody refers to any more, with its requests: it is referred to until here.
        await(client.close());
        assertThat(left).contains("x-my-hat").doesNotContain("x-my-user", "x-my-uid", "x-my-group", "x-my-extra");
    }
}
