package io.minik.ground.tls;

import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;

/**
 * What does the TLS of minik's servers: BoringSSL, where its library loads (it needs a folder that may hold programs, by
 * default /tmp); else the JDK with its ciphers in our order. BoringSSL has the processor's AES instructions, which the JVM's
 * first compiler, all that the launcher turns on, has not: see "TLS" in bench/RESULTS.md.
 */
public final class TlsEngine {
    private TlsEngine() {}

    public static SSLEngineOptions forServers() {
        return forServers(new Handshakes(Handshakes.MOST));
    }

    static SSLEngineOptions forServers(Handshakes handshakes) {
        return OpenSSLEngineOptions.isAvailable() ? new Native(handshakes) : new CipherSuites(handshakes);
    }

    private static final class Native extends OpenSSLEngineOptions {
        private final Handshakes handshakes;

        Native(Handshakes handshakes) {
            this.handshakes = handshakes;
        }

        @Override
        public Native copy() {
            return new Native(handshakes);
        }

        @Override
        public SslContextFactory sslContextFactory() {
            return handshakes.counting(super.sslContextFactory());
        }
    }
}
