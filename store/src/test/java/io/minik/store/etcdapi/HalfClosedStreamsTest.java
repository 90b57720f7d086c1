package io.minik.store.etcdapi;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.minik.store.Await;
import io.minik.store.LocalStore;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.LeaseGrpcClient;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdapi.proto.WatchGrpcClient;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send, end their own side, and go on reading, as grpcurl does and as gRPC allows of any stream. */
class HalfClosedStreamsTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final LocalStore store = new MemoryStore(vertx);
    private final GrpcClient client = GrpcClient.client(vertx);

    @SuppressWarnings("NullAway.Init") // Before each test.
    private EtcdApi api;

    @SuppressWarnings("NullAway.Init") // Before each test.
    private SocketAddress address;

    @BeforeEach
    void start() {
        api = new EtcdApi(
                vertx,
                store,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                Member.named("edge", List.of("http://127.0.0.1:2379")),
                SnapshotFiles.in(folder));
        address = SocketAddress.inetSocketAddress(Await.get(api.start()), "127.0.0.1");
    }

    @AfterEach
    void stop() {
        Await.get(client.close());
        Await.get(api.stop());
        Await.get(store.close());
        Await.get(vertx.close());
    }

    /** What a stream has answered so far, and how it ended. */
    private static final class Heard<R> {
        final LinkedBlockingQueue<R> answers = new LinkedBlockingQueue<>();
        final Promise<GrpcStatus> end = Promise.promise();

        R next() throws InterruptedException {
            R answer = answers.poll(30, TimeUnit.SECONDS);
            assertThat(answer).as("one more answer").isNotNull();
            return answer;
        }
    }

    /** Sends all and ends its side at once, before anything was answered. */
    private <Q, R> Heard<R> say(ServiceMethod<R, Q> method, Stream<Q> requests) {
        Heard<R> heard = new Heard<>();
        GrpcClientRequest<Q, R> call = Await.get(client.request(address, method));
        call.response()
                .onSuccess(response -> {
                    response.handler(heard.answers::add);
                    response.endHandler(end -> heard.end.complete(response.status()));
                    response.exceptionHandler(heard.end::tryFail);
                })
                .onFailure(heard.end::tryFail);
        List<Future<Void>> sent = requests.map(call::write).toList();
        Await.get(Future.all(sent).compose(all -> call.end()));
        return heard;
    }

    private static Rpc.LeaseKeepAliveRequest renewal(long lease) {
        return Rpc.LeaseKeepAliveRequest.newBuilder().setId(lease).build();
    }

    private static Rpc.WatchRequest watchOf(String key) {
        return Rpc.WatchRequest.newBuilder()
                .setCreateRequest(Rpc.WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
    }

    @Test
    void aLeaseIsRenewedForWhoAsksOnceAndEndsItsSide() throws InterruptedException {
        Await.get(store.grantLease(7, 100));
        Heard<Rpc.LeaseKeepAliveResponse> heard = say(LeaseGrpcClient.LeaseKeepAlive, Stream.of(renewal(7)));
        assertThat(heard.next().getTtl()).isEqualTo(100);
        assertThat(Await.get(heard.end.future())).isEqualTo(GrpcStatus.OK);
    }

    @Test
    void renewalsAreAnsweredInTheOrderInWhichTheyWereAsked() throws InterruptedException {
        Await.get(store.grantLease(7, 100));
        Await.get(store.grantLease(8, 200));
        long[] asked = LongStream.range(0, 300).map(i -> 7 + i % 3).toArray();
        Heard<Rpc.LeaseKeepAliveResponse> heard =
                say(LeaseGrpcClient.LeaseKeepAlive, LongStream.of(asked).mapToObj(HalfClosedStreamsTest::renewal));
        for (long lease : asked) {
            Rpc.LeaseKeepAliveResponse answer = heard.next();
            assertThat(answer.getId()).isEqualTo(lease);
            // 9 was never granted: that is no error of the stream, as api/rpc.proto has it, but a TTL of 0.
            assertThat(answer.getTtl()).isEqualTo(lease == 9 ? 0 : (lease - 6) * 100);
        }
        assertThat(Await.get(heard.end.future())).isEqualTo(GrpcStatus.OK);
        assertThat(heard.answers).isEmpty();
    }

    @Test
    void aWatchGoesOnForWhoHasEndedItsSide() throws InterruptedException {
        Heard<Rpc.WatchResponse> heard = say(WatchGrpcClient.Watch, Stream.of(watchOf("k"), watchOf("j")));
        assertThat(heard.next().getCreated()).isTrue();
        assertThat(heard.next().getWatchId()).isEqualTo(1);
        for (int i = 1; i <= 3; i++) {
            Await.get(store.txn(Txn.put(utf8("k"), utf8("v" + i))));
            Rpc.WatchResponse told = heard.next();
            assertThat(told.getWatchId()).isZero();
            assertThat(told.getEvents(0).getKv().getValue().toStringUtf8()).isEqualTo("v" + i);
        }
        assertThat(heard.end.future().isComplete()).isFalse();
    }
}
