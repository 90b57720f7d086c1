package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.ground.room.Room;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthPagesTest {
    private final HealthPages pages = new HealthPages(
            () -> List.of(new Fake("store", Room.Health.READY), new Fake("rbac", Room.Health.notReady("loading"))));

    private record Fake(String name, Room.Health health) implements Room {
        @Override
        public Future<Void> start() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> stop() {
            return Future.succeededFuture();
        }
    }

    private static ApiRequest request(String path, Map<String, String> query) {
        Target target = Target.ofPath("get", path);
        return new ApiRequest(
                "id",
                Instant.EPOCH,
                target,
                query,
                User.system("tester", User.MASTERS),
                "",
                reader -> Future.succeededFuture(Buffer.buffer()),
                Optional.empty(),
                new AuditEntry());
    }

    private String ready(String path, Map<String, String> query) {
        Answer.Raw answer = (Answer.Raw) pages.ready(request(path, query)).result();
        return answer.code() + " " + answer.body();
    }

    /** Not ready is no reason to be started anew; not going on by itself is. */
    @Test
    void onlyARoomThatCannotGoOnIsDead() {
        Answer.Raw alive = (Answer.Raw) pages.live(request("/livez", Map.of())).result();
        assertThat(alive.code()).isEqualTo(200);
        Room halted = new Room() {
            @Override
            public String name() {
                return "store";
            }

            @Override
            public Future<Void> start() {
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> stop() {
                return Future.succeededFuture();
            }

            @Override
            public Health health() {
                return Health.notReady("the store has halted");
            }

            @Override
            public Future<Void> failed() {
                return Future.failedFuture("EIO");
            }
        };
        Answer.Raw dead = (Answer.Raw) new HealthPages(() -> List.of(halted))
                .live(request("/livez", Map.of()))
                .result();
        assertThat(dead.code()).isEqualTo(500);
        assertThat(dead.body().toString()).contains("[-]store failed: the store has halted");
    }

    @Test
    void aRoomThatIsNotReadyIsToldUnlessItIsLeftOut() {
        assertThat(ready("/readyz", Map.of())).isEqualTo("""
                        500 [+]ping ok
                        [+]store ok
                        [-]rbac failed: loading
                        readyz check failed
                        """);
        assertThat(ready("/readyz", Map.of("exclude", "rbac"))).isEqualTo("200 ok");
        assertThat(ready("/readyz", Map.of("exclude", "rbac,none", "verbose", "")))
                .isEqualTo("""
                        200 [+]ping ok
                        [+]store ok
                        [+]rbac excluded: ok
                        warn: some health checks cannot be excluded: no matches for "none"
                        readyz check passed
                        """);
    }

    @Test
    void oneCheckHasAPageOfItsOwn() {
        assertThat(ready("/readyz/store", Map.of())).isEqualTo("200 ok");
        assertThat(ready("/readyz/rbac", Map.of())).startsWith("500 ");
        assertThatThrownBy(() -> pages.ready(request("/readyz/none", Map.of()))).isInstanceOf(ApiException.class);
    }
}
