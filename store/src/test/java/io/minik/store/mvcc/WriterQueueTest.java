package io.minik.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriterQueueTest {
    private static final int MOST_CALLS = 10_000;
    private static final int MOST_BYTES = 16 << 20;

    private final WriterQueue queue = new WriterQueue();
    private final List<StoreException> refused = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();

    private void call(String name, int bytes) {
        queue.addCall(() -> ran.add(name), refused::add, bytes);
    }

    private void runAll(List<WriterQueue.Entry> entries) throws Exception {
        for (WriterQueue.Entry entry : entries) {
            entry.command().run();
        }
    }

    @Test
    void whatIsAskedFirstIsDoneFirst() throws Exception {
        call("a", 1);
        queue.add(() -> ran.add("own"));
        call("b", 1);
        runAll(queue.take());
        assertThat(ran).containsExactly("a", "own", "b");
        assertThat(queue.takeIfAny()).isEmpty();
    }

    @Test
    void tooManyCallsAreRefusedInEtcdsWordsUntilSomeAreTaken() throws Exception {
        for (int i = 0; i < MOST_CALLS; i++) {
            call("c", 1);
        }
        assertThat(refused).isEmpty();
        call("one more", 1);
        assertThat(refused)
                .singleElement()
                .isInstanceOf(StoreException.Busy.class)
                .extracting(Throwable::getMessage)
                .isEqualTo("too many requests");
        assertThat(queue.take()).as("one drain is not all of a long queue").hasSize(2048);
        call("fits again", 1);
        assertThat(refused).hasSize(1);
    }

    @Test
    void bytesThatWaitAreBoundedToo() throws Exception {
        call("large", MOST_BYTES - 1);
        call("small", 1);
        call("one more", 1);
        assertThat(refused).hasSize(1);
        runAll(queue.takeIfAny());
        assertThat(ran).containsExactly("large", "small");
        call("large again", MOST_BYTES);
        assertThat(refused).as("what was refused weighs nothing").hasSize(1);
    }

    /** A lease that ends must end, however busy the store is. */
    @Test
    void theStoresOwnIsNeverRefused() {
        call("large", MOST_BYTES);
        queue.add(() -> ran.add("own"));
        assertThat(refused).isEmpty();
        assertThat(queue.takeIfAny()).hasSize(2);
    }

    @Test
    void theEndIsToldToAllThatWaitAndToAllThatCome() {
        call("waits", 1);
        StoreException why = new StoreException.Closed();
        queue.end(why);
        queue.end(new StoreException.Busy("a second reason"));
        call("comes", 1);
        queue.addCommand(() -> ran.add("own"), refused::add);
        assertThat(refused).containsExactly(why, why, why);
        assertThat(queue.ended()).isSameAs(why);
        assertThat(queue.takeIfAny()).isEmpty();
    }
}
