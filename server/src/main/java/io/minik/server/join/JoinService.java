package io.minik.server.join;

import io.minik.api.client.ApiClient;
import io.minik.api.join.ClusterConfig;
import io.minik.api.join.JoinAnswer;
import io.minik.api.join.JoinCaller;
import io.minik.api.join.JoinRequest;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Names;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import io.minik.server.pki.Lifetimes;
import io.minik.server.pki.Pki;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Issues a node's certificates to whoever was let in. Any context may call. */
public final class JoinService {
    /** A node name is an object name. */
    private static final int NODE_NAME_MAX = 253;
    /** Addresses of one machine, each costs bytes in every handshake. */
    private static final int ADDRESSES_MAX = 32;

    private static final Logger log = LoggerFactory.getLogger(JoinService.class);

    private final Vertx vertx;
    private final Pki pki;
    private final NodePasswords passwords;
    private final ClusterConfig cluster;
    private final Optional<String> ownNode;
    private final InstantSource clock;

    /**
     * @param client with system:masters' rights: keeps node passwords
     * @param ownNode name of the node in this process
     */
    public JoinService(
            Vertx vertx,
            Pki pki,
            ApiClient client,
            ClusterConfig cluster,
            Optional<String> ownNode,
            InstantSource clock) {
        this.vertx = vertx;
        this.pki = pki;
        this.passwords = new NodePasswords(client);
        this.cluster = cluster;
        this.ownNode = ownNode;
        this.clock = clock;
    }

    /** For the agent in this process: it may carry this server's own names and addresses. */
    public JoinCaller local() {
        return new JoinCaller() {
            @Override
            public Future<JoinAnswer> join(JoinRequest request) {
                return issue(request, true);
            }

            @Override
            public boolean isServedBy(String serverCa) {
                return serverCa.equals(pki.serverCa().pem());
            }
        };
    }

    /** @param sameMachine false: names and addresses of the API server are refused */
    public Future<JoinAnswer> join(JoinRequest request, boolean sameMachine) {
        return ownNode.filter(request.nodeName()::equals).isPresent()
                ? refuse("node \"" + request.nodeName()
                        + "\" is the server's own: give this machine another --node-name")
                : issue(request, sameMachine);
    }

    private Future<JoinAnswer> issue(JoinRequest request, boolean sameMachine) {
        if (request.nodeName().length() > NODE_NAME_MAX || !Names.isSubdomain(request.nodeName())) {
            return refuse("node name \"" + request.nodeName()
                    + "\" must be lower case letters, digits, '-' and '.', like a host name");
        }
        if (request.addresses().size() > ADDRESSES_MAX) {
            return refuse("a node with " + request.addresses().size() + " addresses, the limit is " + ADDRESSES_MAX);
        }
        return vertx.executeBlocking(() -> new Checked(request, sameMachine), false)
                .recover(error -> error instanceof X509Exception
                        ? Future.failedFuture(ApiException.badRequest("certificate request: " + error.getMessage()))
                        : Future.failedFuture(error))
                .compose(checked -> passwords
                        .check(request.nodeName(), request.nodePassword())
                        .compose(known -> vertx.executeBlocking(checked::answer, false)))
                .onSuccess(answer -> log.atInfo()
                        .addKeyValue("node", request.nodeName())
                        .addKeyValue("addresses", request.addresses())
                        .log("node certificates issued"));
    }

    private static <T> Future<T> refuse(String why) {
        return Future.failedFuture(ApiException.badRequest(why));
    }

    public ClusterConfig cluster() {
        return cluster;
    }

    Pki pki() {
        return pki;
    }

    /** A request whose two CSRs are what they must be. */
    private final class Checked {
        private final CertificateRequest client;
        private final CertificateRequest serving;

        Checked(JoinRequest request, boolean sameMachine) {
            Subject node = Subject.of("system:node:" + request.nodeName(), "system:nodes");
            this.client = CertificateRequest.parsePem(request.kubeletClientCsr());
            this.serving = CertificateRequest.parsePem(request.kubeletServingCsr());
            require(client.subject().sameAs(node), "the client request's subject is not that of the node");
            require(client.altNames().isEmpty(), "the client request has alternative names");
            require(serving.subject().sameAs(node), "the serving request's subject is not that of the node");
            require(serving.altNames().others() == 0, "the serving request has names that are no host or address");
            List<String> own = new ArrayList<>(request.addresses());
            own.add(request.nodeName());
            require(
                    AltNames.of(own).containsAll(serving.altNames()),
                    "the serving request has names that are not the node's");
            if (!sameMachine) {
                // Kubelets' certificates come from the CA that clients trust for the API server: a node must not be
                // able to
                // stand in for it.
                AltNames servers = AltNames.of(pki.apiServer().certificate());
                for (String name : serving.altNames().dns()) {
                    require(!servers.dns().contains(name), "\"" + name + "\" is a name of the API server");
                }
                for (String ip : serving.altNames().ips()) {
                    require(!servers.ips().contains(ip), ip + " is an address of the API server");
                }
            }
        }

        private void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new X509Exception(otherwise);
            }
        }

        JoinAnswer answer() {
            return new JoinAnswer(
                    pki.clientCa().pem(),
                    pki.serverCa().pem(),
                    sign(pki.clientCa(), client, AltNames.NONE, Purpose.CLIENT),
                    sign(pki.serverCa(), serving, serving.altNames(), Purpose.SERVER),
                    cluster);
        }

        private String sign(
                CertificateAuthority authority, CertificateRequest request, AltNames names, Purpose purpose) {
            return Pem.encode(authority.sign(new Leaf(
                    request.subject(),
                    names,
                    request.publicKey(),
                    List.of(purpose),
                    Lifetimes.leaf(pki.lifetime(), clock.instant(), authority.certificate()))));
        }
    }
}
