package io.minik.server.webhook;

import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.X509Exception;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client believes to be a server: who has a certificate for this name, of one of these authorities. Says why not in the words of Go's
 * crypto/x509, which users search for. Equal ones share their connections.
 *
 * @param caBundle PEM; empty: the system's authorities
 * @param serverName a host name, or an address
 */
public record ServerTrust(String caBundle, String serverName) implements TrustOptions {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";

    /** The JDK's check of the chain knows no other. */
    private static final InstantSource CLOCK = InstantSource.system();

    /** A certificate that is not believed. */
    static final class Refused extends CertificateException {
        Refused(String why) {
            super("tls: failed to verify certificate: x509: " + why);
        }
    }

    @Override
    public TrustOptions copy() {
        return this;
    }

    @Override
    public TrustManagerFactory getTrustManagerFactory(Vertx vertx) throws GeneralSecurityException, IOException {
        return new Factory(manager());
    }

    @Override
    public @Nullable Function<String, TrustManager[]> trustManagerMapper(Vertx vertx) {
        return null;
    }

    /** @throws X509Exception if the bundle has no certificates */
    X509ExtendedTrustManager manager() throws GeneralSecurityException, IOException {
        TrustManagerFactory pkix = TrustManagerFactory.getInstance("PKIX");
        pkix.init(caBundle.isEmpty() ? null : store(Pem.certificates(caBundle)));
        X509TrustManager chains = (X509TrustManager) Stream.of(pkix.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .findFirst()
                .orElseThrow();
        return new Named(chains, serverName);
    }

    private static KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int at = 0; at < authorities.size(); at++) {
            store.setCertificateEntry("ca-" + at, authorities.get(at));
        }
        return store;
    }

    /** In the order in which Go looks: the time, the name, the chain. */
    private static final class Named extends X509ExtendedTrustManager {
        private final X509TrustManager chains;
        private final String name;

        Named(X509TrustManager chains, String name) {
            this.chains = chains;
            this.name = name;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            X509Certificate leaf = chain[0];
            checkTime(leaf);
            checkName(leaf);
            List<String> usages = leaf.getExtendedKeyUsage();
            boolean serves = usages == null || usages.contains(SERVER_AUTH) || usages.contains(ANY_USAGE);
            try {
                chains.checkServerTrusted(chain, type);
            } catch (CertificateException e) {
                throw new Refused(
                        serves
                                ? "certificate signed by unknown authority"
                                : "certificate specifies an incompatible key usage");
            }
        }

        private static void checkTime(X509Certificate leaf) throws Refused {
            Instant now = CLOCK.instant().truncatedTo(ChronoUnit.SECONDS);
            Instant from = leaf.getNotBefore().toInstant();
            Instant to = leaf.getNotAfter().toInstant();
            if (now.isBefore(from) || now.isAfter(to)) {
                throw new Refused("certificate has expired or is not yet valid: current time " + now
                        + (now.isBefore(from) ? " is before " + from : " is after " + to));
            }
        }

        private void checkName(X509Certificate leaf) throws Refused {
            AltNames has = AltNames.of(leaf);
            AltNames wanted = AltNames.of(List.of(name));
            if (!wanted.ips().isEmpty()) {
                if (has.ips().containsAll(wanted.ips())) {
                    return;
                }
                throw new Refused(
                        has.ips().isEmpty()
                                ? "cannot validate certificate for " + name + " because it doesn't contain any IP SANs"
                                : "certificate is valid for " + String.join(", ", has.ips()) + ", not " + name);
            }
            if (has.dns().stream().anyMatch(this::covers)) {
                return;
            }
            boolean old =
                    has.isEmpty() && leaf.getSubjectX500Principal().getName().contains("CN=");
            throw new Refused(
                    old
                            ? "certificate relies on legacy Common Name field, use SANs instead"
                            : has.dns().isEmpty()
                                    ? "certificate is not valid for any names, but wanted to match " + name
                                    : "certificate is valid for " + String.join(", ", has.dns()) + ", not " + name);
        }

        /** A star stands for one whole first label. */
        private boolean covers(String pattern) {
            String wanted = name.toLowerCase(Locale.ROOT);
            String said = pattern.toLowerCase(Locale.ROOT);
            int dot = wanted.indexOf('.');
            return said.equals(wanted)
                    || (said.startsWith("*.") && dot > 0 && said.substring(1).equals(wanted.substring(dot)));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chains.getAcceptedIssuers();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("these authorities sign servers, not clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }
    }

    private static final class Factory extends TrustManagerFactory {
        Factory(X509ExtendedTrustManager manager) {
            super(new Spi(manager), null, "minik");
        }
    }

    private static final class Spi extends TrustManagerFactorySpi {
        private final X509ExtendedTrustManager manager;

        Spi(X509ExtendedTrustManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(@Nullable KeyStore store) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {manager};
        }
    }
}
