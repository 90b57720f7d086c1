package io.minik.store.etcdapi;

import com.google.protobuf.UnsafeByteOperations;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdauth.AuthRecords;
import io.minik.store.etcdfile.SnapshotWriting;
import io.minik.store.etcdfile.Table;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcd's Maintenance.Snapshot. The file is written beside the store first, as its first pages tell where its last ones are,
 * and has no name any more once it is sent.
 */
final class SnapshotCalls {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCalls.class);

    /** One that is sent, and one that is made: each takes as much of the disk as the store. */
    private static final int MOST = 2;

    /** How much of the file a message carries, as etcd has it. */
    private static final int CHUNK_BYTES = 32 << 10;

    /** What stays free on the disk for the store itself. */
    private static final long FREE_BYTES = 64L << 20;

    private final Vertx vertx;
    private final LocalStore store;
    private final WorkerExecutor worker;
    private final SnapshotFiles files;
    private final AtomicLong names = new AtomicLong();
    private int running;

    SnapshotCalls(Vertx vertx, LocalStore store, WorkerExecutor worker, SnapshotFiles files) {
        this.vertx = vertx;
        this.store = store;
        this.worker = worker;
        this.files = files;
    }

    void snapshot(GrpcServerRequest<Rpc.SnapshotRequest, Rpc.SnapshotResponse> call) {
        call.handler(request -> {
            if (running >= MOST) {
                Failures.answer(call.response(), new EtcdRefusal(GrpcStatus.RESOURCE_EXHAUSTED, "too many requests"));
                return;
            }
            running++;
            Sending sending = new Sending(call.response());
            call.exceptionHandler(gone -> sending.stop());
            call.response().exceptionHandler(gone -> sending.stop());
            Path file = files.directory().resolve("etcd-snapshot-" + names.incrementAndGet() + ".tmp");
            worker.executeBlocking(this::beside)
                    .compose(tables -> SnapshotWriting.write(store, worker, file, tables))
                    .compose(written -> open(file).compose(opened -> sending.send(opened, written.bytes())))
                    .onComplete(sent -> running--, why -> {
                        running--;
                        Failures.answer(call.response(), why);
                    });
        });
    }

    private List<Table> beside() throws Exception {
        long needed = 2 * store.status().sizeInUseBytes() + FREE_BYTES;
        if (files.directory().toFile().getUsableSpace() < needed) {
            throw new EtcdRefusal(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "no room for a snapshot in " + files.directory() + ": it needs " + needed + " bytes");
        }
        List<Table> tables = new ArrayList<>(files.tables().call());
        tables.addAll(AuthRecords.tables(files.directory()));
        return tables;
    }

    private Future<AsyncFile> open(Path file) {
        return vertx.fileSystem()
                .open(file.toString(), new OpenOptions().setWrite(false).setDeleteOnClose(true));
    }

    /** One file to one client, at the client's pace. */
    private static final class Sending {
        private final GrpcServerResponse<Rpc.SnapshotRequest, Rpc.SnapshotResponse> response;
        private long left;
        private boolean stopped;
        private Runnable close = () -> {};

        Sending(GrpcServerResponse<Rpc.SnapshotRequest, Rpc.SnapshotResponse> response) {
            this.response = response;
        }

        Future<Void> send(AsyncFile file, long bytes) {
            Promise<Void> sent = Promise.promise();
            left = bytes;
            close = () -> file.close().onComplete(closed -> sent.tryComplete(), why -> sent.tryComplete());
            if (stopped) {
                close.run();
                return sent.future();
            }
            response.drainHandler(drained -> file.resume());
            file.setReadBufferSize(CHUNK_BYTES)
                    .exceptionHandler(why -> {
                        close.run();
                        sent.tryFail(why);
                    })
                    .endHandler(end -> response.end().onComplete(ended -> close.run(), gone -> close.run()))
                    .handler(chunk -> send(file, chunk));
            return sent.future();
        }

        private void send(AsyncFile file, Buffer chunk) {
            left -= chunk.length();
            response.write(Rpc.SnapshotResponse.newBuilder()
                            .setRemainingBytes(left)
                            .setBlob(UnsafeByteOperations.unsafeWrap(chunk.getBytes()))
                            .build())
                    .onFailure(gone -> LOG.atDebug().setCause(gone).log("client left its snapshot"));
            if (response.writeQueueFull()) {
                file.pause();
            }
        }

        void stop() {
            stopped = true;
            close.run();
        }
    }
}
