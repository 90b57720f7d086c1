package io.minik.runtime.nft;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.loop.ManualLoop;
import io.minik.runtime.nft.Transactions.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Beside a program that notes what it is told, refuses while a file says so, and hangs while another does. */
@Timeout(60)
class TransactionsTest {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final ManualLoop loop = new ManualLoop();
    private final WorkerExecutor worker = vertx.createSharedWorkerExecutor("nft-test", 1);
    /** What is asked for next: a word for the whole table, one for a change; what became of each. */
    private final List<String> events = new ArrayList<>();

    private boolean nothing;
    private boolean broken;
    private Transactions transactions;

    @BeforeEach
    void start() throws IOException {
        Path nft = Files.writeString(
                dir.resolve("nft"),
                "#!/bin/sh\nwhile [ -e " + dir.resolve("hang") + " ]; do read -r -t 1 x < /dev/zero || true; done\n"
                        + "read -r words; if [ -e " + dir.resolve("refuse") + " ]; then echo no >&2; exit 1; fi\n"
                        + "echo \"$words\" >> " + dir.resolve("told") + "\n");
        Files.setPosixFilePermissions(nft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(dir.resolve("told"));
        transactions = new Transactions(loop, new Nft(nft.toString()), worker, "Services", this::next);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Optional<Transaction> next(boolean whole) {
        if (broken) {
            throw new IllegalStateException("a rule that nobody can read");
        }
        String words = whole ? "whole" : "change";
        events.add(words);
        return nothing && !whole
                ? Optional.empty()
                : Optional.of(new Transaction(
                        Future.succeededFuture(words + "\n"), () -> events.add("done"), () -> events.add("refused")));
    }

    private List<String> told() throws IOException {
        return Files.readAllLines(dir.resolve("told"));
    }

    /** The loop goes on by hand, while the program runs for real. */
    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            loop.advance(Duration.ofMillis(1));
            Thread.onSpinWait();
        }
    }

    private void begun() {
        transactions.begin();
        until(transactions::areDone);
        events.clear();
    }

    @Test
    void nothingIsToldBeforeAllIsKnownAndTheFirstIsTheWholeTable() throws IOException {
        transactions.changed();
        transactions.renew();
        loop.advance(Duration.ofMinutes(1));
        assertThat(events).isEmpty();
        transactions.begin();
        until(transactions::areDone);
        assertThat(told()).containsExactly("whole");
        assertThat(events).containsExactly("whole", "done");
        assertThat(loop.timers()).as("idle means no timer").isZero();
    }

    @Test
    void aBurstIsOneTransaction() throws IOException {
        begun();
        for (int i = 0; i < 100; i++) {
            transactions.changed();
        }
        until(transactions::areDone);
        assertThat(told()).containsExactly("whole", "change");
    }

    @Test
    void whatComesWhileNftIsAtWorkFollows() throws IOException {
        begun();
        Path hang = Files.createFile(dir.resolve("hang"));
        transactions.changed();
        loop.advance(Duration.ofMillis(20));
        assertThat(events).containsExactly("change");
        transactions.changed();
        loop.advance(Duration.ofSeconds(5));
        assertThat(events).as("one at a time").containsExactly("change");
        assertThat(transactions.health().ready()).isTrue();
        loop.advance(Duration.ofSeconds(6));
        assertThat(transactions.health().message())
                .startsWith("nft has been at work since ")
                .endsWith(": Services stand still");
        Files.delete(hang);
        until(transactions::areDone);
        assertThat(events).containsExactly("change", "done", "change", "done");
        assertThat(transactions.health().ready()).isTrue();
    }

    @Test
    void aChangeThatIsRefusedIsFollowedByTheWholeTableAtOnceAndThenMoreAndMoreSeldom() throws IOException {
        begun();
        Path refuse = Files.createFile(dir.resolve("refuse"));
        transactions.changed();
        loop.advance(Duration.ofMillis(20));
        until(() -> events.size() == 4);
        assertThat(events).containsExactly("change", "refused", "whole", "refused");
        assertThat(transactions.health().message()).startsWith("nft refused the rules of Services: ");
        events.clear();
        int tries = 0;
        for (int second = 0; second < 300; second++) {
            loop.advance(Duration.ofSeconds(1));
            if (events.contains("whole")) {
                tries++;
                until(() -> events.contains("refused"));
                events.clear();
            }
        }
        // After 1, 2, 4, 8 and 16 seconds, and then each 30.
        assertThat(tries).isBetween(10, 15);
        Files.delete(refuse);
        until(transactions::areDone);
        assertThat(transactions.health().ready()).isTrue();
        assertThat(told()).containsExactly("whole", "whole");
    }

    @Test
    void aSourceThatFailsIsToldAndAskedAgain() throws IOException {
        broken = true;
        transactions.begin();
        loop.advance(Duration.ofMillis(20));
        assertThat(transactions.health().message()).endsWith("a rule that nobody can read");
        broken = false;
        until(transactions::areDone);
        assertThat(told()).containsExactly("whole");
        assertThat(transactions.health().ready()).isTrue();
    }

    @Test
    void aChangeThatIsNoneTellsNothing() throws IOException {
        begun();
        nothing = true;
        transactions.changed();
        until(transactions::areDone);
        assertThat(told()).containsExactly("whole");
        transactions.renew();
        until(() -> events.contains("done"));
        assertThat(told()).containsExactly("whole", "whole");
    }

    @Test
    void aSourceThatLearnsAnewHoldsItsTransactions() throws IOException {
        begun();
        transactions.hold();
        transactions.changed();
        loop.advance(Duration.ofMinutes(1));
        assertThat(events).isEmpty();
        begun();
        assertThat(told()).containsExactly("whole", "change");
    }

    @Test
    void afterItsStopNothingBegins() {
        begun();
        transactions.changed();
        Future<Void> stopped = transactions.stop();
        loop.settle();
        assertThat(stopped.succeeded()).isTrue();
        loop.settle();
        loop.advance(Duration.ofMinutes(1));
        assertThat(events).isEmpty();
    }
}
