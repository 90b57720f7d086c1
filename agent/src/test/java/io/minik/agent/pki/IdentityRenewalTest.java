package io.minik.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.join.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdentityRenewalTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<NodeIdentity> heard = new ArrayList<>();
    private Future<NodeIdentity> obtained = Future.succeededFuture(identity("first"));
    private final IdentityRenewal renewal =
            new IdentityRenewal(vertx, Duration.ofDays(1), identity("first"), () -> obtained, heard::add);

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static NodeIdentity identity(String certificate) {
        ClusterConfig cluster = new ClusterConfig("", "", "", "", 24, List.of(), List.of());
        return new NodeIdentity("n1", certificate, "", "", "", "", "", cluster, Instant.EPOCH);
    }

    @Test
    void whoShowsCertificatesHearsOfEachNewOneOnce() {
        assertThat(renewal.check().result()).isFalse();
        obtained = Future.succeededFuture(identity("second"));
        assertThat(renewal.check().result()).isTrue();
        assertThat(renewal.check().result()).isFalse();
        assertThat(heard).containsExactly(identity("second"));
    }

    @Test
    void aFailureIsNoNewIdentity() {
        obtained = Future.failedFuture("no server");
        assertThat(renewal.check().failed()).isTrue();
        assertThat(heard).isEmpty();
    }
}
