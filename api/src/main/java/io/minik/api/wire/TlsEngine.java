package io.minik.api.wire;

import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;

/**
 * What does the TLS of minik's servers: BoringSSL, where its library loads (it needs a folder that may hold programs, by
 * default /tmp); else the JDK with its ciphers in our order. BoringSSL has the processor's AES instructions, which the JVM's
 * first compiler, all that the launcher turns on, has not: see "TLS" in bench/RESULTS.md.
 */
public final class TlsEngine {
    private TlsEngine() {}

    public static SSLEngineOptions forServers() {
        return OpenSSLEngineOptions.isAvailable() ? new OpenSSLEngineOptions() : new CipherSuites();
    }
}
