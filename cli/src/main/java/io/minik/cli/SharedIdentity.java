package io.minik.cli;

import io.minik.api.join.JoinToken;
import io.minik.ground.tls.SecretFile;
import io.minik.server.backup.BackupException;
import io.minik.server.backup.SealedIdentity;
import io.minik.server.encryption.ManagedConfig;
import io.minik.server.join.TokenFile;
import io.minik.server.pki.Pki;
import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.Txn;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the servers of one etcd share: authorities, keys of service accounts and of encrypted Secrets. They lie in etcd below
 * {@code /bootstrap/}, as k3s' do, under a hash of the token and sealed by a key made of it; the files of each server are copies.
 *
 * <pre>
 *   read /bootstrap/ --this token's is there--> files are written, or found to be the same
 *                    --another token's-------> refused
 *                    --nothing---------------> authorities are made, sealed, and put if there is still nothing; else from the start
 * </pre>
 */
final class SharedIdentity {
    private static final Logger log = LoggerFactory.getLogger(SharedIdentity.class);
    private static final Bytes FOLDER = Bytes.utf8("/bootstrap/");
    private static final int HASH_DIGITS = 12;
    private static final String KEYS = "encryption.json";

    private final Vertx vertx;
    private final Store store;
    private final Path server;
    private final ServerOptions options;
    private final SecureRandom random = new SecureRandom();
    private final Opener opener;

    /** Finds or makes keys and certificates. Blocking. */
    interface Opener {
        Pki open(boolean mayBegin);
    }

    SharedIdentity(Vertx vertx, Store store, Path dataDir, ServerOptions options, Opener opener) {
        this.vertx = vertx;
        this.store = store;
        this.server = dataDir.resolve("server");
        this.options = options;
        this.opener = opener;
    }

    /** @param mayBegin nobody knows this server yet */
    Future<Pki> open(boolean mayBegin) {
        return vertx.executeBlocking(this::token).compose(token -> settle(token, mayBegin));
    }

    /** That of --token, else the one that is kept here, else a new one. */
    private JoinToken token() {
        String text = !options.tokens.token.isEmpty()
                ? options.tokens.token
                : SecretFile.read(server.resolve("token")).map(String::strip).orElse("");
        if (text.isEmpty()) {
            text = TokenFile.random();
            options.tokens.token = text;
        }
        return JoinToken.parse(text);
    }

    private Future<Pki> settle(JoinToken token, boolean mayBegin) {
        Bytes key = key(token.password());
        return store.range(RangeRequest.prefix(FOLDER)).compose(found -> {
            Optional<KeyValue> own =
                    found.kvs().stream().filter(kv -> kv.key().equals(key)).findFirst();
            if (own.isPresent()) {
                return vertx.executeBlocking(() -> {
                    take(own.get().value().array(), token.password());
                    return opener.open(false);
                });
            }
            if (!found.kvs().isEmpty()) {
                return Future.failedFuture(new StartFailure("--token: the etcd of --datastore-endpoint holds a cluster"
                        + " with another token: give the one of its servers, which is in DATA-DIR/server/token there"));
            }
            return vertx.executeBlocking(() -> begin(token.password(), mayBegin))
                    .compose(made -> put(key, made, token));
        });
    }

    private record Made(Pki pki, byte[] sealed, boolean fresh) {}

    private Made begin(String password, boolean mayBegin) throws IOException {
        boolean fresh = !Files.exists(server.resolve("tls/server-ca.key"));
        Pki pki = opener.open(mayBegin);
        if (options.security.secretsEncryption && !Files.exists(server.resolve(KEYS))) {
            SecretFile.write(
                    server.resolve(KEYS), ManagedConfig.begun(random).document().toString());
        }
        return new Made(pki, SealedIdentity.seal(SealedIdentity.shared(server), password, random), fresh);
    }

    private Future<Pki> put(Bytes key, Made made, JoinToken token) {
        // One key stands for the folder: who was first has written it, whatever its token.
        Bytes first = Bytes.utf8("/bootstrap");
        return store.txn(Txn.of(
                        List.of(Compare.modRevision(first, Compare.Result.EQUAL, 0)),
                        List.of(Op.put(first, key), Op.put(key, Bytes.of(made.sealed()))),
                        List.of()))
                .compose(result -> {
                    if (result.succeeded()) {
                        log.atInfo().addKeyValue("key", key).log("this server has begun the cluster in etcd");
                        return Future.succeededFuture(made.pki());
                    }
                    return vertx.executeBlocking(() -> {
                                if (made.fresh()) {
                                    forget();
                                }
                                return null;
                            })
                            .compose(unused -> settle(token, false));
                });
    }

    /** What was made here a moment ago, and nobody has seen. */
    private void forget() throws IOException {
        Files.deleteIfExists(server.resolve(KEYS));
        try (Stream<Path> made = Files.walk(server.resolve("tls"))) {
            for (Path file : made.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void take(byte[] sealed, String password) {
        Map<String, String> files;
        try {
            files = SealedIdentity.open(sealed, password);
        } catch (BackupException e) {
            throw new StartFailure(
                    "what etcd holds below /bootstrap/ can't be opened with this token: it is damaged", e);
        }
        files.forEach((name, text) -> {
            Path file = server.resolve(name);
            Optional<String> here = SecretFile.read(file);
            if (here.isEmpty()) {
                SecretFile.write(file, text);
            } else if (!here.get().equals(text)) {
                throw new StartFailure(file + " is not that of the cluster in etcd: this data directory was another"
                        + " server's; remove " + server.resolve("tls") + " if it is of no use any more");
            }
        });
    }

    private static Bytes key(String password) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
            return Bytes.utf8(FOLDER.utf8() + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
