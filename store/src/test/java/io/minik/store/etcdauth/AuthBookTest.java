package io.minik.store.etcdauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.DrivenClock;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of users, and how long one is believed. */
class AuthBookTest {
    private final Vertx vertx = Vertx.vertx();
    private final WorkerExecutor worker = vertx.createSharedWorkerExecutor("auth", 1);
    private final DrivenClock clock = new DrivenClock();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        Await.get(vertx.close());
    }

    private AuthBook book() {
        AuthBook book = new AuthBook(worker, folder, clock);
        Await.get(book.load());
        return book;
    }

    private AuthBook enabled() {
        AuthBook book = book();
        String hash = Await.get(book.hash("secret"));
        Await.get(book.change(state -> state.addUser("root", hash, false)));
        Await.get(book.change(state -> state.grantRole("root", "root")));
        Await.get(book.change(AuthState::enable));
        return book;
    }

    @Test
    void whatWasSaidHoldsAfterARestart() {
        AuthState state = enabled().state();
        assertThat(book().state()).isEqualTo(state);
        assertThat(AuthRecords.tables(folder))
                .extracting(table -> table.rows().size())
                .containsExactly(2, 1, 0);
    }

    @Test
    void nothingIsWrittenWhereNobodyIsNamed() {
        book();
        assertThat(folder).isEmptyDirectory();
        assertThat(AuthRecords.tables(folder)).isEmpty();
    }

    @Test
    void aTokenLivesAsLongAsItIsUsed() {
        AuthBook book = enabled();
        String token = Await.get(book.authenticate("root", "secret"));
        for (int minute = 0; minute < 20; minute += 4) {
            assertThat(book.userOf(token)).contains("root");
            clock.advance(Duration.ofMinutes(4).toMillis());
        }
        clock.advance(Duration.ofMinutes(2).toMillis());
        assertThat(book.userOf(token)).isEmpty();
        assertThat(book.userOf("guess")).isEmpty();
    }

    @Test
    void anotherPasswordEndsWhatTheOldOneOpened() {
        AuthBook book = enabled();
        String token = Await.get(book.authenticate("root", "secret"));
        String hash = Await.get(book.hash("other"));
        Await.get(book.change(state -> state.changePassword("root", hash)));
        assertThat(book.userOf(token)).isEmpty();
        assertThatThrownBy(() -> Await.get(book.authenticate("root", "secret"))).isInstanceOf(AuthRefusal.class);
        assertThat(Await.get(book.authenticate("root", "other"))).matches("[A-Za-z]{16}\\.[0-9]+");
    }

    @Test
    void aFileThatCantBeReadOpensNothing() throws Exception {
        enabled();
        Files.writeString(folder.resolve("AUTH"), "damaged!");
        assertThatThrownBy(this::book).hasMessageContaining("AUTH");
    }
}
