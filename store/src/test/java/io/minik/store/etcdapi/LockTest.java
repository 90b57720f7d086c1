package io.minik.store.etcdapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.LockGrpcClient;
import io.minik.store.etcdapi.proto.Locks;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockTest {
    private static final Bytes NAME = Bytes.of("m".getBytes(StandardCharsets.UTF_8));

    private final Vertx vertx = Vertx.vertx();
    private final Member member = Member.named("edge", List.of("http://127.0.0.1:2379"));
    private final LocalStore store = new MemoryStore(vertx);
    private final WaitingLine line = new WaitingLine(store);
    private final Future<Void> stays = Promise.<Void>promise().future();

    @AfterEach
    void stop() {
        Await.get(store.close());
        Await.get(vertx.close());
    }

    private long lease() {
        return Await.get(store.grantLease(0, 60)).id();
    }

    private void unlock(Bytes key) {
        Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(key)), List.of())));
    }

    private Future<Bytes> take(long lease, Future<Void> left) {
        return line.take(NAME, lease, Bytes.EMPTY, left).map(WaitingLine.Place::key);
    }

    /** Until as many stand in the queue. */
    private void standing(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Await.get(store.range(RangeRequest.prefix(NAME))).count() != count) {
            assertThat(System.nanoTime()).as("%d stand in the queue", count).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Test
    void itIsTakenInTheOrderInWhichTheyCame() {
        Bytes first = Await.get(take(lease(), stays));
        Future<Bytes> second = take(lease(), stays);
        standing(2);
        Future<Bytes> third = take(lease(), stays);
        standing(3);
        assertThat(second.isComplete()).isFalse();
        unlock(first);
        Bytes next = Await.get(second);
        assertThat(third.isComplete()).isFalse();
        unlock(next);
        Await.get(third);
    }

    @Test
    void whoHoldsItHoldsItAgain() {
        long lease = lease();
        Bytes key = Await.get(take(lease, stays));
        assertThat(Await.get(take(lease, stays))).isEqualTo(key);
    }

    @Test
    void aLeaseThatEndsGivesThePlaceUp() {
        long holder = lease();
        Await.get(take(holder, stays));
        long waiter = lease();
        Future<Bytes> waiting = take(waiter, stays);
        standing(2);
        Await.get(store.revokeLease(waiter));
        Await.get(store.revokeLease(holder));
        assertThatThrownBy(() -> Await.get(waiting))
                .isInstanceOf(EtcdRefusal.class)
                .hasMessage("mutex: session is expired");
    }

    @Test
    void whoGoesGivesItsPlaceUp() {
        Bytes first = Await.get(take(lease(), stays));
        Promise<Void> left = Promise.promise();
        Future<Bytes> second = take(lease(), left.future());
        standing(2);
        left.complete();
        standing(1);
        assertThat(second.failed()).isTrue();
        unlock(first);
        standing(0);
    }

    @Test
    void overTheWireACallThatIsResetGivesItsPlaceUp() {
        EtcdApi api = new EtcdApi(
                vertx,
                store,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                member,
                SnapshotFiles.in(Path.of("target")));
        SocketAddress address = SocketAddress.inetSocketAddress(Await.get(api.start()), "127.0.0.1");
        Locks.LockRequest request = Locks.LockRequest.newBuilder()
                .setName(ByteString.copyFromUtf8("m"))
                .build();
        GrpcClient stays = GrpcClient.client(vertx);
        ByteString key =
                Await.get(LockGrpcClient.create(stays, address).lock(request)).getKey();
        assertThat(key.toStringUtf8()).startsWith("m/");
        GrpcClient goes = GrpcClient.client(vertx);
        LockGrpcClient.create(goes, address).lock(request).onFailure(gone -> {});
        standing(2);
        Await.get(goes.close());
        standing(1);
        unlock(EtcdMessages.bytes(key));
        Await.get(stays.close());
        Await.get(api.stop());
    }
}
