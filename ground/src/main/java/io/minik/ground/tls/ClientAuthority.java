package io.minik.ground.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Who may sign client certificates. A server that lets TLS refuse a certificate can only break the connection off; Kubernetes
 * answers 401 instead. So {@link #trustManager} lets every chain pass, with which TLS has still proven that the client holds
 * the leaf's key, and {@link #vouchesFor} must be asked before a name in a certificate means anything. Any thread.
 */
public final class ClientAuthority {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";

    /** Chains whose signatures are not checked again with every request: more than clients that are connected at once. */
    private static final int MAX_REMEMBERED = 1000;

    private final List<X509Certificate> authorities;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final InstantSource clock;
    /** Good chains and their ends. */
    private final Map<List<X509Certificate>, Instant> remembered = new ConcurrentHashMap<>();

    public ClientAuthority(List<X509Certificate> authorities, InstantSource clock) {
        this.authorities = List.copyOf(authorities);
        this.clock = clock;
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    }

    /** The authorities' certificates. */
    public String pem() {
        return authorities.stream().map(Pem::encode).collect(Collectors.joining());
    }

    /** The chain as the client showed it, leaf first; empty: none. Says nothing about who signed it. */
    public static List<X509Certificate> shown(@Nullable SSLSession session) {
        if (session == null) {
            return List.of();
        }
        try {
            List<X509Certificate> chain = new ArrayList<>(2);
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    /** The leaf that the client showed, if it is good. */
    public Optional<X509Certificate> client(@Nullable SSLSession session) {
        List<X509Certificate> chain = shown(session);
        return vouchesFor(chain) ? Optional.of(chain.get(0)) : Optional.empty();
    }

    /** Signed by one of ours, now valid, and meant for clients. @param chain leaf first */
    public boolean vouchesFor(List<X509Certificate> chain) {
        Instant now = clock.instant();
        Instant end = remembered.get(chain);
        if (end != null && now.isBefore(end)) {
            return true;
        }
        if (chain.isEmpty() || !forClients(chain.get(0)) || !leadsToUs(chain, now)) {
            return false;
        }
        if (remembered.size() >= MAX_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(List.copyOf(chain), firstEnd(chain));
        return true;
    }

    private static boolean forClients(X509Certificate leaf) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            return usages == null || usages.contains(CLIENT_AUTH) || usages.contains(ANY_USAGE);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private boolean leadsToUs(List<X509Certificate> chain, Instant now) {
        X509CertSelector leaf = new X509CertSelector();
        leaf.setCertificate(chain.get(0));
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, leaf);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            parameters.setDate(Date.from(now));
            parameters.setRevocationEnabled(false);
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Of all that was shown: what does not belong to the path makes the answer forgotten early, no more. */
    private static Instant firstEnd(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** For a server that requests client certificates; it names the authorities, by which clients choose theirs. */
    public TrustManager trustManager() {
        return new LetsPass(authorities.toArray(X509Certificate[]::new));
    }

    /** For servers alone: as a client it trusts nobody. */
    private static final class LetsPass extends X509ExtendedTrustManager {
        private final X509Certificate[] issuers;

        LetsPass(X509Certificate[] issuers) {
            this.issuers = issuers;
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return issuers.clone();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new X509Exception("these authorities sign clients, not servers");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            checkServerTrusted(chain, type);
        }
    }
}
