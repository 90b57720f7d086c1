package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.server.authn.User;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Watches take room from a budget for as long as they run, and no longer. */
class WatchLimitTest {
    private static final String WATCH = "/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=";

    private final TestApi api = new TestApi();
    private final ByteBudget watches = api.server().responses.watches();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + api.server().port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    /** As many users, with a watch each, as find room. */
    private List<ByteBudget.Hold> othersTakeAll() {
        List<ByteBudget.Hold> others = new ArrayList<>();
        while (true) {
            ByteBudget.Hold hold = watches.hold();
            try {
                hold.grow(User.system("other-" + others.size(), User.MASTERS), WatchStream.BYTES);
            } catch (ApiException full) {
                return others;
            }
            others.add(hold);
        }
    }

    @Test
    void aWatchForWhichThereIsNoRoomIsRefusedAndAskedToComeBack() throws Exception {
        List<ByteBudget.Hold> others = othersTakeAll();
        assertThat(others).isNotEmpty();
        HttpResponse<String> refused = get(WATCH + "1");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(refused.body()).contains("Too many requests, please try again later.");
        others.get(0).close();
        others.get(1).close();
        assertThat(get(WATCH + "1").statusCode()).isEqualTo(200);
    }

    @Test
    void aWatchThatIsOverOrNeverBeganHoldsNothing() throws Exception {
        assertThat(get(WATCH + "1").statusCode()).isEqualTo(200);
        assertThat(get(WATCH + "x").statusCode()).isEqualTo(400);
        assertThat(get(WATCH + "1&resourceVersion=nonsense").statusCode()).isEqualTo(400);
        assertThat(watches.held()).isZero();
        URI uri = URI.create("ws://127.0.0.1:" + api.server().port() + WATCH + "60");
        assertThatThrownBy(() -> client.newWebSocketBuilder()
                        .subprotocols("one", "another")
                        .buildAsync(uri, new WebSocket.Listener() {})
                        .join())
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
        assertThat(watches.held()).as("a watch that cannot be opened").isZero();
    }
}
