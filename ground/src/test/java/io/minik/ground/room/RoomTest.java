package io.minik.ground.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class RoomTest {
    private static final class Plain implements Room {
        @Override
        public String name() {
            return "plain";
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
            return Health.notReady("still reading");
        }
    }

    @Test
    void aRoomThatRecoversFromAllNeverTellsThatItFailed() {
        Room room = new Plain();
        assertThat(room.failed().isComplete()).isFalse();
        room.stop();
        assertThat(room.failed().isComplete()).isFalse();
    }

    @Test
    void whoIsNotReadySaysWhy() {
        assertThat(new Plain().health()).isEqualTo(new Room.Health(false, "still reading"));
        assertThat(Room.Health.READY).isEqualTo(new Room.Health(true, ""));
    }
}
