package io.minik.server.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.tls.LeafLifetime;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateRenewalTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private volatile Instant now = Instant.parse("2026-11-21T04:00:00Z");

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void serversHearOfNewCertificatesOnlyWhenThereAreSome() throws Exception {
        Pki pki = Pki.open(folder, new PkiConfig("cluster.local", List.of(), "h", List.of(), List.of(), () -> now));
        List<List<String>> heard = new ArrayList<>();
        CertificateRenewal renewal = new CertificateRenewal(vertx, pki, () -> now, heard::add);

        assertThat(await(renewal.check())).isEmpty();
        assertThat(heard).isEmpty();
        now = now.plus(Duration.ofDays(300));
        assertThat(await(renewal.check())).contains("serving-kube-apiserver");

        assertThat(heard).hasSize(1);
        assertThat(pki.apiServer().certificate().getNotAfter().toInstant())
                .isEqualTo(now.plus(LeafLifetime.YEAR.length()));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
