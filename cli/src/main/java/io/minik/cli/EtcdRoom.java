package io.minik.cli;

import io.minik.ground.room.Room;
import io.minik.ground.tls.TlsEngine;
import io.minik.ground.tls.TlsIdentity;
import io.minik.server.pki.Pki;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.EtcdApi;
import io.minik.store.etcdapi.Member;
import io.minik.store.etcdapi.SnapshotFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.List;

/** The etcd face as a room. */
record EtcdRoom(EtcdApi api) implements Room {
    private static final String ADDRESS = "127.0.0.1";

    /** etcd's clients talk to the store itself, on loopback, with a certificate of the etcd client CA. */
    static HttpServerOptions transport(int port, TlsIdentity serving, Pki pki) {
        return new HttpServerOptions()
                .setHost(ADDRESS)
                .setPort(port)
                .setSsl(true)
                .setSslEngineOptions(TlsEngine.forServers())
                .setKeyCertOptions(KeyCertOptions.wrap(serving))
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(pki.etcdClientCa().pem())))
                .setClientAuth(ClientAuth.REQUIRED);
    }

    /** Where it listens, and as whom. */
    record Face(HttpServerOptions transport, String nodeName) {}

    static EtcdRoom of(Vertx vertx, LocalStore store, Face face, SnapshotFiles files) {
        Member member = Member.named(
                face.nodeName(),
                List.of("https://" + ADDRESS + ":" + face.transport().getPort()));
        return new EtcdRoom(new EtcdApi(vertx, store, face.transport(), member, files));
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public Future<Void> start() {
        return api.start().mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        return api.stop();
    }

    @Override
    public Health health() {
        return Health.READY;
    }
}
