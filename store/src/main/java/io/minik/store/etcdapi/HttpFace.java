package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What etcd answers to plain HTTP on the port of its API: /health, /livez, /readyz, /version and /metrics. */
final class HttpFace {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFace.class);

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int UNAVAILABLE = 503;

    private final Store store;
    private final Member member;

    private final Alarms alarms;

    HttpFace(Store store, Member member, Alarms alarms) {
        this.store = store;
        this.member = member;
        this.alarms = alarms;
    }

    void handle(HttpServerRequest request) {
        switch (Objects.requireNonNullElse(request.path(), "")) { // CONNECT has none
            case "/health" -> reading(request, () -> health(request));
            case "/livez" -> reading(request, () -> alive(request.response()));
            case "/readyz" -> reading(request, () -> ready(request.response()));
            case "/version" ->
                reading(
                        request,
                        () -> end(request.response().putHeader("content-type", "application/json"), versions()));
            case "/metrics" ->
                reading(request, () -> end(request.response().putHeader("content-type", METRICS), metrics()));
            default ->
                end(request.response().setStatusCode(404).putHeader("content-type", TEXT), "404 page not found\n");
        }
    }

    private static void reading(HttpServerRequest request, Runnable answer) {
        if (request.method().equals(HttpMethod.GET)) {
            answer.run();
        } else {
            end(
                    request.response()
                            .setStatusCode(405)
                            .putHeader("allow", "GET")
                            .putHeader("content-type", TEXT),
                    "Method Not Allowed\n");
        }
    }

    private static void end(HttpServerResponse response, String body) {
        response.end(body).onFailure(gone -> LOG.atDebug().setCause(gone).log("client left before its answer"));
    }

    private boolean isEnded() {
        return store.ended().isComplete();
    }

    /** Alarms that are named by exclude do not make it unhealthy, as with etcd. */
    private void health(HttpServerRequest request) {
        String reason = "";
        if (isEnded()) {
            reason = "RAFT NO LEADER";
        } else {
            List<String> excluded = excluded(request);
            reason = Stream.of(Rpc.AlarmType.NOSPACE, Rpc.AlarmType.CORRUPT)
                    .filter(alarm -> alarms.isRaised(alarm) && !excluded.contains(alarm.name()))
                    .map(alarm -> "ALARM " + alarm)
                    .findFirst()
                    .orElse("");
        }
        HttpServerResponse response = request.response().putHeader("content-type", TEXT);
        if (!reason.isEmpty()) {
            response.setStatusCode(UNAVAILABLE);
        }
        end(
                response,
                "{\"health\":\"" + reason.isEmpty() + "\",\"reason\":\"" + reason + "\"}"
                        + (reason.isEmpty() ? "" : "\n"));
    }

    private static List<String> excluded(HttpServerRequest request) {
        try {
            return request.params().getAll("exclude").stream()
                    .map(name -> name.toUpperCase(Locale.ROOT))
                    .toList();
        } catch (IllegalArgumentException malformed) {
            return List.of(); // As in Go, where pairs that can't be decoded are not there.
        }
    }

    private static void alive(HttpServerResponse response) {
        end(response.putHeader("content-type", TEXT), "ok\n");
    }

    private void ready(HttpServerResponse response) {
        if (isEnded()) {
            end(response.setStatusCode(UNAVAILABLE).putHeader("content-type", TEXT), "[-]data_corruption failed\n");
        } else {
            alive(response);
        }
    }

    private static String versions() {
        String minor = EtcdApi.ETCD_VERSION.substring(0, EtcdApi.ETCD_VERSION.lastIndexOf('.'));
        return "{\"etcdserver\":\"" + EtcdApi.ETCD_VERSION + "\",\"etcdcluster\":\"" + minor + ".0\"}";
    }

    /** Those of etcd's that there is something to tell of, under etcd's names. */
    private String metrics() {
        Store.StoreStatus status = store.status();
        int leads = isEnded() ? 0 : 1;
        StringBuilder text = new StringBuilder();
        gauge(text, "etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.", leads);
        gauge(text, "etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.", leads);
        gauge(text, "etcd_mvcc_db_total_size_in_bytes", "Bytes of the store's files.", status.sizeBytes());
        gauge(text, "etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of what is retained.", status.sizeInUseBytes());
        gauge(text, "etcd_debugging_mvcc_current_revision", "The current revision of store.", status.revision());
        gauge(
                text,
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                MaintenanceCalls.compactRevision(status));
        gauge(text, "etcd_server_version{server_version=\"" + EtcdApi.ETCD_VERSION + "\"}", "Which version.", 1);
        gauge(
                text,
                "etcd_server_id{server_id=\"" + Long.toHexString(member.memberId()) + "\"}",
                "Server or member ID in hexadecimal format.",
                1);
        return text.toString();
    }

    private static void gauge(StringBuilder text, String series, String help, long value) {
        int labels = series.indexOf('{');
        String name = labels < 0 ? series : series.substring(0, labels);
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
        text.append(series).append(' ').append(value).append('\n');
    }
}
