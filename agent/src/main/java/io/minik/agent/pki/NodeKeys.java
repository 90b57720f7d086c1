package io.minik.agent.pki;

import io.minik.api.join.ClusterConfig;
import io.minik.api.join.JoinAnswer;
import io.minik.api.join.JoinCaller;
import io.minik.api.join.JoinRequest;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.LeafLifetime;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.SecretFile;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's keys and certificates on disk. {@link #obtain} answers with what is there while it serves, else joins.
 *
 * <pre>
 *   nothing --join--> valid --120 d left--> due --join--> valid
 *                                            +--server not reachable--> goes on with what it has, until its end
 * </pre>
 */
public final class NodeKeys {
    /** 128 random bits. */
    private static final int PASSWORD_BYTES = 16;

    private static final Logger log = LoggerFactory.getLogger(NodeKeys.class);

    private final Vertx vertx;
    private final Path folder;
    private final Path passwordFile;
    private final LeafLifetime lifetime;
    private final InstantSource clock;

    /**
     * @param folder {@code <data-dir>/agent/tls}
     * @param passwordFile {@code /etc/minik/node/password}: outlives the data directory, so that a wiped node keeps its name
     * @param lifetime as the server gives it: tells when it is time for new ones
     */
    public NodeKeys(Vertx vertx, Path folder, Path passwordFile, LeafLifetime lifetime, InstantSource clock) {
        this.vertx = vertx;
        this.folder = folder;
        this.passwordFile = passwordFile;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /** The identity on disk if it serves this name and these addresses and is not due, else a new one from the server. */
    public Future<NodeIdentity> obtain(String nodeName, List<String> addresses, JoinCaller caller) {
        return vertx.executeBlocking(() -> read(nodeName, caller), false).compose(found -> {
            if (found.isPresent()
                    && serves(found.get(), addresses)
                    && !lifetime.due(found.get().notAfter(), clock.instant())) {
                return Future.succeededFuture(found.get());
            }
            return join(nodeName, addresses, caller).recover(error -> {
                if (found.isEmpty() || !clock.instant().isBefore(found.get().notAfter())) {
                    return Future.failedFuture(error);
                }
                log.atWarn()
                        .addKeyValue("node", nodeName)
                        .addKeyValue("until", found.get().notAfter())
                        .addKeyValue("err", error.getMessage())
                        .log("could not renew the node's certificates, going on with the present ones");
                return Future.succeededFuture(found.get());
            });
        });
    }

    private record Fresh(KeyPair client, KeyPair serving, JoinRequest request) {}

    private Future<NodeIdentity> join(String nodeName, List<String> addresses, JoinCaller caller) {
        return vertx.executeBlocking(() -> prepare(nodeName, addresses), false)
                .compose(fresh -> caller.join(fresh.request())
                        .compose(answer -> vertx.executeBlocking(() -> keep(nodeName, fresh, answer), false)));
    }

    private Fresh prepare(String nodeName, List<String> addresses) {
        KeyPair client = Keys.generate();
        KeyPair serving = Keys.generate();
        Subject subject = Subject.of("system:node:" + nodeName, "system:nodes");
        return new Fresh(
                client,
                serving,
                new JoinRequest(
                        nodeName,
                        password(),
                        CertificateRequest.create(client, subject, AltNames.NONE),
                        CertificateRequest.create(serving, subject, names(nodeName, addresses)),
                        addresses));
    }

    private static AltNames names(String nodeName, List<String> addresses) {
        List<String> names = new ArrayList<>(List.of(nodeName));
        names.addAll(addresses);
        return AltNames.of(names);
    }

    private String password() {
        Optional<String> kept = SecretFile.read(passwordFile).map(String::strip).filter(text -> !text.isEmpty());
        if (kept.isPresent()) {
            return kept.get();
        }
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        String password = HexFormat.of().formatHex(bytes);
        SecretFile.write(passwordFile, password + "\n");
        return password;
    }

    /** Checks what the server answered and writes it: the certificates last, so that a power cut leaves no half identity. */
    private NodeIdentity keep(String nodeName, Fresh fresh, JoinAnswer answer) {
        NodeIdentity identity = identity(
                nodeName,
                answer,
                Keys.pem(fresh.client().getPrivate()),
                Keys.pem(fresh.serving().getPrivate()));
        write("cluster.json", new String(Json.bytes(answer.cluster().tree()), StandardCharsets.UTF_8));
        write("server-ca.crt", identity.serverCa());
        write("client-ca.crt", identity.clientCa());
        write("serving-kubelet.key", identity.servingKey());
        write("serving-kubelet.crt", identity.servingCertificate());
        write("client-kubelet.key", identity.clientKey());
        write("client-kubelet.crt", identity.clientCertificate());
        log.atInfo()
                .addKeyValue("node", nodeName)
                .addKeyValue("until", identity.notAfter())
                .log("node has certificates");
        return identity;
    }

    /** @throws X509Exception if keys, certificates and authorities do not belong together */
    private static NodeIdentity identity(String nodeName, JoinAnswer answer, String clientKey, String servingKey) {
        X509Certificate client = verified(answer.kubeletClientCertificate(), answer.clientCa(), clientKey);
        X509Certificate serving = verified(answer.kubeletServingCertificate(), answer.serverCa(), servingKey);
        if (!Subject.of(client).commonName().equals("system:node:" + nodeName)) {
            throw new X509Exception("the client certificate is another node's");
        }
        Instant one = client.getNotAfter().toInstant();
        Instant other = serving.getNotAfter().toInstant();
        return new NodeIdentity(
                nodeName,
                answer.kubeletClientCertificate(),
                clientKey,
                answer.kubeletServingCertificate(),
                servingKey,
                answer.serverCa(),
                answer.clientCa(),
                answer.cluster(),
                one.isBefore(other) ? one : other);
    }

    private static X509Certificate verified(String pem, String authority, String keyPem) {
        X509Certificate certificate = Pem.certificates(pem).get(0);
        PrivateKey key = Keys.privateKey(keyPem);
        try {
            certificate.verify(Pem.certificates(authority).get(0).getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new X509Exception("a node certificate is not signed by its authority", e);
        }
        if (!Keys.match(key, certificate.getPublicKey())) {
            throw new X509Exception("a node certificate is not of the node's key");
        }
        return certificate;
    }

    /** What is on disk, if it is whole, of this name and of the caller's cluster. */
    private Optional<NodeIdentity> read(String nodeName, JoinCaller caller) {
        List<String> texts = new ArrayList<>();
        for (String file : List.of(
                "client-ca.crt",
                "server-ca.crt",
                "client-kubelet.crt",
                "serving-kubelet.crt",
                "cluster.json",
                "client-kubelet.key",
                "serving-kubelet.key")) {
            Optional<String> text = SecretFile.read(folder.resolve(file));
            if (text.isEmpty()) {
                return Optional.empty();
            }
            texts.add(text.get());
        }
        if (!caller.isServedBy(texts.get(1))) {
            log.atWarn()
                    .addKeyValue("folder", folder)
                    .log("the node's certificates on disk are another cluster's, joining this one");
            return Optional.empty();
        }
        try {
            ClusterConfig cluster =
                    ClusterConfig.of(Json.parseObject(texts.get(4).getBytes(StandardCharsets.UTF_8)));
            JoinAnswer answer = new JoinAnswer(texts.get(0), texts.get(1), texts.get(2), texts.get(3), cluster);
            return Optional.of(identity(nodeName, answer, texts.get(5), texts.get(6)));
        } catch (X509Exception | IllegalArgumentException e) {
            log.atWarn()
                    .addKeyValue("folder", folder)
                    .addKeyValue("err", e.getMessage())
                    .log("the node's certificates on disk are not usable, joining anew");
            return Optional.empty();
        }
    }

    private static boolean serves(NodeIdentity identity, List<String> addresses) {
        X509Certificate serving =
                Pem.certificates(identity.servingCertificate()).get(0);
        return AltNames.of(serving).containsAll(names(identity.nodeName(), addresses));
    }

    private void write(String file, String text) {
        SecretFile.write(folder.resolve(file), text);
    }
}
