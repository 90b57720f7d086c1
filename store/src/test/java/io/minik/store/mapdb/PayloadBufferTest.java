package io.minik.store.mapdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.mvcc.Change;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadBufferTest {
    private final Payload payload = new Payload();

    private ByteBuffer written(int bytes) {
        payload.clear();
        KeyValue kv = new KeyValue(Bytes.utf8("/registry/a"), Bytes.of(new byte[bytes]), 1, 1, 1, 0);
        payload.committed(1, List.of(new Change(kv, 0)));
        return payload.framed();
    }

    @Test
    void theLargestObjectsShareABuffer() {
        ByteBuffer first = written(1_500_000);
        for (int i = 0; i < 10; i++) {
            assertThat(written(1_500_000)).isSameAs(first);
        }
    }

    @Test
    void oneHugeTransactionCostsNoMemoryForEver() {
        written(20_000_000);
        assertThat(written(10).capacity()).isLessThanOrEqualTo(4 << 20);
    }
}
