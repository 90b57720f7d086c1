package io.minik.store.etcdapi;

import io.minik.ground.tls.SecretFile;
import io.minik.store.Store;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Alarms that somebody has raised, which outlive a restart, and that of the store itself, which follows the space that there
 * is. NOSPACE refuses what grows, CORRUPT all writes: to etcd's clients alone, as the API server asks the store itself. On the
 * face's loop.
 */
final class Alarms {
    /** Ids of members are the caller's: etcd takes any. */
    private static final int MOST = 100;

    private final Store store;
    private final Member member;
    private final WorkerExecutor worker;
    private final Path file;
    /** Members by what is raised for them. */
    private Map<Rpc.AlarmType, Set<Long>> raised = new TreeMap<>();

    Alarms(Store store, Member member, WorkerExecutor worker, Path directory) {
        this.store = store;
        this.member = member;
        this.worker = worker;
        this.file = directory.resolve("ALARMS");
    }

    Future<Void> load() {
        return worker.executeBlocking(() -> SecretFile.read(file))
                .onSuccess(text -> raised = parse(text))
                .mapEmpty();
    }

    private static Map<Rpc.AlarmType, Set<Long>> parse(Optional<String> text) {
        TreeMap<Rpc.AlarmType, Set<Long>> found = new TreeMap<>();
        text.orElse("")
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 2)
                .forEach(words -> found.computeIfAbsent(Rpc.AlarmType.valueOf(words[0]), type -> new TreeSet<>())
                        .add(Long.parseLong(words[1])));
        return found;
    }

    private static String text(Map<Rpc.AlarmType, Set<Long>> alarms) {
        return alarms.entrySet().stream()
                .flatMap(each -> each.getValue().stream().map(id -> each.getKey() + " " + id + "\n"))
                .collect(Collectors.joining());
    }

    boolean isRaised(Rpc.AlarmType type) {
        return raised.containsKey(type)
                || (type == Rpc.AlarmType.NOSPACE && store.status().noSpace());
    }

    /** @throws EtcdRefusal if no more may be written */
    void checkSpace() {
        checkSound();
        if (raised.containsKey(Rpc.AlarmType.NOSPACE)) {
            throw new EtcdRefusal(GrpcStatus.RESOURCE_EXHAUSTED, "mvcc: database space exceeded");
        }
    }

    /** @throws EtcdRefusal if nothing may be written any more */
    void checkSound() {
        if (raised.containsKey(Rpc.AlarmType.CORRUPT)) {
            throw new EtcdRefusal(GrpcStatus.DATA_LOSS, "corrupt cluster");
        }
    }

    Future<Rpc.AlarmResponse> alarm(Rpc.AlarmRequest request) {
        return switch (request.getAction()) {
            case GET -> Future.succeededFuture(response(list(request.getAlarm())));
            case ACTIVATE -> activate(request.getAlarm(), request.getMemberId());
            case DEACTIVATE -> deactivate(request.getAlarm(), request.getMemberId());
            case UNRECOGNIZED -> throw new EtcdRefusal(GrpcStatus.INVALID_ARGUMENT, "unknown alarm action");
        };
    }

    /** @param type NONE: of all types */
    private List<Rpc.AlarmMember> list(Rpc.AlarmType type) {
        List<Rpc.AlarmMember> found = new ArrayList<>();
        for (Rpc.AlarmType each : List.of(Rpc.AlarmType.NOSPACE, Rpc.AlarmType.CORRUPT)) {
            if (type == Rpc.AlarmType.NONE || type == each) {
                Set<Long> ids = new TreeSet<>(raised.getOrDefault(each, Set.of()));
                if (each == Rpc.AlarmType.NOSPACE && store.status().noSpace()) {
                    ids.add(member.memberId());
                }
                ids.forEach(id -> found.add(alarm(each, id)));
            }
        }
        return found;
    }

    private static Rpc.AlarmMember alarm(Rpc.AlarmType type, long id) {
        return Rpc.AlarmMember.newBuilder().setMemberId(id).setAlarm(type).build();
    }

    private Rpc.AlarmResponse response(List<Rpc.AlarmMember> alarms) {
        return Rpc.AlarmResponse.newBuilder()
                .setHeader(member.header(store))
                .addAllAlarms(alarms)
                .build();
    }

    private Future<Rpc.AlarmResponse> activate(Rpc.AlarmType type, long id) {
        if (type != Rpc.AlarmType.NOSPACE && type != Rpc.AlarmType.CORRUPT) {
            return Future.succeededFuture(response(List.of()));
        }
        Set<Long> ids = new TreeSet<>(raised.getOrDefault(type, Set.of()));
        if (!ids.add(id)) {
            return Future.succeededFuture(response(List.of(alarm(type, id))));
        }
        if (ids.size() > MOST) {
            throw new EtcdRefusal(GrpcStatus.RESOURCE_EXHAUSTED, "too many requests");
        }
        return change(type, ids).map(done -> response(List.of(alarm(type, id))));
    }

    private Future<Rpc.AlarmResponse> deactivate(Rpc.AlarmType type, long id) {
        Set<Long> ids = new TreeSet<>(raised.getOrDefault(type, Set.of()));
        return ids.remove(id)
                ? change(type, ids).map(done -> response(List.of(alarm(type, id))))
                : Future.succeededFuture(response(List.of()));
    }

    private Future<Void> change(Rpc.AlarmType type, Set<Long> ids) {
        TreeMap<Rpc.AlarmType, Set<Long>> next = new TreeMap<>(raised);
        if (ids.isEmpty()) {
            next.remove(type);
        } else {
            next.put(type, ids);
        }
        // At once, as the next call must find it; the answer waits for the disk.
        raised = next;
        return worker.executeBlocking(() -> {
            SecretFile.write(file, text(next));
            return null;
        });
    }
}
