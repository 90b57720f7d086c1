package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.proto.ElectionGrpcService;
import io.minik.store.etcdapi.proto.Elections;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** etcd's Election service: the leader is the first in the line of a name, and what it proclaims is the value of its key. */
final class ElectionCalls {
    private final Store store;
    private final Member member;
    private final WaitingLine line;

    ElectionCalls(Store store, Member member, WaitingLine line) {
        this.store = store;
        this.member = member;
        this.line = line;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(
                new Unary<>(
                        ElectionGrpcService.Proclaim,
                        "/v3/election/proclaim",
                        Elections.ProclaimRequest.getDefaultInstance(),
                        (caller, request) -> writes(access, caller, request.getLeader()),
                        this::proclaim),
                new Unary<>(
                        ElectionGrpcService.Leader,
                        "/v3/election/leader",
                        Elections.LeaderRequest.getDefaultInstance(),
                        (caller, request) -> reads(access, caller, request),
                        this::leader),
                new Unary<>(
                        ElectionGrpcService.Resign,
                        "/v3/election/resign",
                        Elections.ResignRequest.getDefaultInstance(),
                        (caller, request) -> writes(access, caller, request.getLeader()),
                        this::resign));
    }

    Waited<Elections.CampaignRequest, Elections.CampaignResponse> campaign(Access access) {
        return new Waited<>(
                ElectionGrpcService.Campaign,
                "/v3/election/campaign",
                Elections.CampaignRequest.getDefaultInstance(),
                (caller, request) -> {
                    Bytes queue = WaitingLine.of(EtcdMessages.bytes(request.getName()));
                    access.reads(caller, queue, queue.prefixEnd());
                    access.writes(caller, queue, queue.prefixEnd());
                    return Future.succeededFuture();
                },
                this::campaign);
    }

    static Future<Void> reads(Access access, EtcdCaller caller, Elections.LeaderRequest request) {
        Bytes queue = WaitingLine.of(EtcdMessages.bytes(request.getName()));
        access.reads(caller, queue, queue.prefixEnd());
        return Future.succeededFuture();
    }

    private static Future<Void> writes(Access access, EtcdCaller caller, Elections.LeaderKey leader) {
        access.writes(caller, EtcdMessages.bytes(leader.getKey()), Bytes.EMPTY);
        return Future.succeededFuture();
    }

    private Future<Elections.CampaignResponse> campaign(Elections.CampaignRequest request, Future<Void> left) {
        return line.take(
                        EtcdMessages.bytes(request.getName()),
                        request.getLease(),
                        EtcdMessages.bytes(request.getValue()),
                        left)
                .map(place -> Elections.CampaignResponse.newBuilder()
                        .setHeader(member.header(place.asked()))
                        .setLeader(Elections.LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(EtcdMessages.bytes(place.key()))
                                .setRev(place.created())
                                .setLease(place.lease()))
                        .build());
    }

    /** With the lease of who leads: without one the key would outlive its leader. */
    private Future<Elections.ProclaimResponse> proclaim(Elections.ProclaimRequest request) {
        if (!request.hasLeader()) {
            throw EtcdRefusal.plain("\"leader\" field must be provided");
        }
        Elections.LeaderKey leader = request.getLeader();
        Bytes key = EtcdMessages.bytes(leader.getKey());
        Op put = new Op.Put(key, EtcdMessages.bytes(request.getValue()), leader.getLease(), false, false, false);
        return store.txn(Txn.of(List.of(WaitingLine.madeAt(key, leader.getRev())), List.of(put), List.of()))
                .map(result -> {
                    if (!result.succeeded()) {
                        throw EtcdRefusal.plain("election: not leader");
                    }
                    return Elections.ProclaimResponse.newBuilder()
                            .setHeader(member.header(result.revision()))
                            .build();
                });
    }

    private Future<Elections.LeaderResponse> leader(Elections.LeaderRequest request) {
        return first(EtcdMessages.bytes(request.getName()))
                .map(found -> response(
                        found.kv().orElseThrow(() -> EtcdRefusal.plain("election: no leader")), found.revision()));
    }

    /** Who does not lead any more has nothing to give up. */
    private Future<Elections.ResignResponse> resign(Elections.ResignRequest request) {
        if (!request.hasLeader()) {
            throw EtcdRefusal.plain("\"leader\" field must be provided");
        }
        Bytes key = EtcdMessages.bytes(request.getLeader().getKey());
        return store.txn(Txn.of(
                        List.of(WaitingLine.madeAt(key, request.getLeader().getRev())),
                        List.of(Op.delete(key)),
                        List.of()))
                .map(result -> Elections.ResignResponse.newBuilder()
                        .setHeader(member.header(result.revision()))
                        .build());
    }

    private Elections.LeaderResponse response(KeyValue leader, long revision) {
        return Elections.LeaderResponse.newBuilder()
                .setHeader(member.header(revision))
                .setKv(EtcdMessages.kv(leader))
                .build();
    }

    private record First(Optional<KeyValue> kv, long revision) {}

    private Future<First> first(Bytes name) {
        Bytes queue = WaitingLine.of(name);
        return store.range(new RangeRequest(queue, queue.prefixEnd(), 0, 0, true, false))
                .compose(all -> all.kvs().stream()
                        .min(Comparator.comparingLong(KeyValue::createRevision))
                        .map(first -> store.range(RangeRequest.key(first.key()))
                                .map(found -> new First(found.kvs().stream().findFirst(), found.revision())))
                        .orElseGet(() -> Future.succeededFuture(new First(Optional.empty(), all.revision()))));
    }

    /** Tells the leader now, and each that comes or proclaims something else, until it is closed. */
    Observing observe(Bytes name, Consumer<Elections.LeaderResponse> each, Consumer<Throwable> end) {
        Observing observing = new Observing(name, each, end);
        observing.look();
        return observing;
    }

    final class Observing implements Store.WatchListener {
        private final Bytes name;
        private final Consumer<Elections.LeaderResponse> each;
        private final Consumer<Throwable> end;
        private Store.@Nullable Watch watch;
        private long told;
        private boolean closed;

        private Observing(Bytes name, Consumer<Elections.LeaderResponse> each, Consumer<Throwable> end) {
            this.name = name;
            this.each = each;
            this.end = end;
        }

        private void look() {
            first(name).onComplete(this::tell, end::accept);
        }

        private void tell(First first) {
            if (closed) {
                return;
            }
            first.kv().filter(kv -> kv.modRevision() != told).ifPresent(kv -> {
                told = kv.modRevision();
                each.accept(response(kv, first.revision()));
            });
            Bytes queue = WaitingLine.of(name);
            watch = store.watch(new WatchRequest(queue, queue.prefixEnd(), first.revision() + 1, false), this);
        }

        void close() {
            closed = true;
            stop();
        }

        private void stop() {
            if (watch != null) {
                watch.close();
                watch = null;
            }
        }

        @Override
        public void onEvents(List<Event> events, long revision) {
            if (!events.isEmpty() && watch != null) {
                stop();
                look();
            }
        }

        @Override
        public void onEnd(StoreException why) {
            watch = null;
            if (why instanceof StoreException.Compacted || why instanceof StoreException.Lagging) {
                look();
            } else {
                end.accept(why);
            }
        }
    }
}
