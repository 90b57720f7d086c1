package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdauth.AuthBook;
import io.minik.store.etcdauth.AuthRefusal;
import io.minik.store.etcdauth.AuthRefusal.Why;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Whether who calls may do what he asks, as etcd has it. Costs nothing as long as authentication is not enabled. */
final class Access {
    private final AuthBook book;
    private final Store store;

    Access(AuthBook book, Store store) {
        this.book = book;
        this.store = store;
    }

    /** What a call must pass. Fails, or throws, with who is refused. */
    interface Check<Q> {
        Future<Void> check(EtcdCaller caller, Q request);
    }

    boolean isEnabled() {
        return book.state().enabled();
    }

    /** By token; where none is shown, by the name in the client's certificate. */
    EtcdCaller caller(MultiMap headers, HttpConnection connection) {
        if (!isEnabled()) {
            return EtcdCaller.UNKNOWN;
        }
        EtcdCaller shown = caller(headers);
        return shown.user() == null ? new EtcdCaller(commonName(connection)) : shown;
    }

    /** By token alone. */
    EtcdCaller caller(MultiMap headers) {
        String token = headers.get("token") != null ? headers.get("token") : headers.get("authorization");
        if (!isEnabled() || token == null) {
            return EtcdCaller.UNKNOWN;
        }
        return new EtcdCaller(book.userOf(token).orElseThrow(() -> new AuthRefusal(Why.INVALID_AUTH_TOKEN)));
    }

    private static @Nullable String commonName(HttpConnection connection) {
        if (!connection.isSsl()) {
            return null;
        }
        try {
            if (connection.sslSession().getPeerCertificates()[0] instanceof X509Certificate certificate) {
                for (Rdn rdn :
                        new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                    if (rdn.getType().equalsIgnoreCase("CN")) {
                        return String.valueOf(rdn.getValue());
                    }
                }
            }
        } catch (SSLPeerUnverifiedException | InvalidNameException nobody) {
            return null;
        }
        return null;
    }

    static <Q> Future<Void> anybody(EtcdCaller caller, Q request) {
        return Future.succeededFuture();
    }

    <Q> Future<Void> admin(EtcdCaller caller, Q request) {
        book.state().checkAdmin(caller.user());
        return Future.succeededFuture();
    }

    /** etcd's Maintenance service passes the words on as they are in the server. */
    <Q> Future<Void> maintainer(EtcdCaller caller, Q request) {
        try {
            return admin(caller, request);
        } catch (AuthRefusal refused) {
            throw EtcdRefusal.plain(
                    refused.why() == Why.USER_EMPTY ? "auth: user name is empty" : "auth: permission denied");
        }
    }

    // ---- keys ----

    Future<Void> range(EtcdCaller caller, Rpc.RangeRequest request) {
        reads(caller, EtcdMessages.bytes(request.getKey()), EtcdMessages.bytes(request.getRangeEnd()));
        return Future.succeededFuture();
    }

    Future<Void> put(EtcdCaller caller, Rpc.PutRequest request) {
        puts(caller, request);
        return leasePuts(caller, request.getLease());
    }

    Future<Void> deleteRange(EtcdCaller caller, Rpc.DeleteRangeRequest request) {
        deletes(caller, request);
        return Future.succeededFuture();
    }

    Future<Void> txn(EtcdCaller caller, Rpc.TxnRequest request) {
        Future<Void> allowed = Future.succeededFuture();
        for (Rpc.Compare compare : request.getCompareList()) {
            reads(caller, EtcdMessages.bytes(compare.getKey()), EtcdMessages.bytes(compare.getRangeEnd()));
        }
        for (Rpc.RequestOp op : request.getSuccessList()) {
            allowed = allowed.compose(before -> op(caller, op));
        }
        for (Rpc.RequestOp op : request.getFailureList()) {
            allowed = allowed.compose(before -> op(caller, op));
        }
        return allowed;
    }

    /** Those within txns that are within, too: etcd 3.5 lets them pass unseen. */
    private Future<Void> op(EtcdCaller caller, Rpc.RequestOp op) {
        return switch (op.getRequestCase()) {
            case REQUEST_RANGE -> range(caller, op.getRequestRange());
            case REQUEST_PUT -> put(caller, op.getRequestPut());
            case REQUEST_DELETE_RANGE -> deleteRange(caller, op.getRequestDeleteRange());
            case REQUEST_TXN -> txn(caller, op.getRequestTxn());
            case REQUEST_NOT_SET -> Future.succeededFuture();
        };
    }

    void reads(EtcdCaller caller, Bytes key, Bytes end) {
        book.state().checkRead(caller.user(), key, end);
    }

    private void puts(EtcdCaller caller, Rpc.PutRequest request) {
        Bytes key = EtcdMessages.bytes(request.getKey());
        book.state().checkWrite(caller.user(), key, Bytes.EMPTY);
        if (request.getPrevKv()) {
            reads(caller, key, Bytes.EMPTY);
        }
    }

    private void deletes(EtcdCaller caller, Rpc.DeleteRangeRequest request) {
        Bytes key = EtcdMessages.bytes(request.getKey());
        Bytes end = EtcdMessages.bytes(request.getRangeEnd());
        book.state().checkWrite(caller.user(), key, end);
        if (request.getPrevKv()) {
            reads(caller, key, end);
        }
    }

    void writes(EtcdCaller caller, Bytes key, Bytes end) {
        book.state().checkWrite(caller.user(), key, end);
    }

    // ---- leases: who ends one ends all its keys ----

    Future<Void> leaseRevoke(EtcdCaller caller, Rpc.LeaseRevokeRequest request) {
        return leasePuts(caller, request.getId());
    }

    Future<Void> leaseKeys(EtcdCaller caller, Rpc.LeaseTimeToLiveRequest request) {
        return request.getKeys()
                ? keysOf(request.getId(), key -> reads(caller, key, Bytes.EMPTY))
                : Future.succeededFuture();
    }

    private Future<Void> leasePuts(EtcdCaller caller, long lease) {
        return lease == 0 ? Future.succeededFuture() : keysOf(lease, key -> writes(caller, key, Bytes.EMPTY));
    }

    private Future<Void> keysOf(long lease, Consumer<Bytes> check) {
        return store.leaseStatus(lease)
                .recover(why -> why instanceof StoreException.LeaseNotFound
                        ? Future.succeededFuture()
                        : Future.failedFuture(why))
                .map(status -> {
                    if (status != null) {
                        status.keys().forEach(check);
                    }
                    return null;
                });
    }
}
