package io.minik.ground.tls;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * One certificate with its key, as the key manager of a listener or a client; it can be renewed while they run. A key store would first encrypt the key by a
 * password and then decrypt it again, 10,000 rounds each: a third of the CPU time of a start.
 */
public final class TlsIdentity extends ShownIdentities {
    private static final String ALIAS = "minik-";

    // Any thread. Newest first; the one before stays for handshakes that chose it just now.
    private volatile List<Held> held;
    private int generation;

    private TlsIdentity(Held first) {
        held = List.of(first);
    }

    /**
     * @param certificates PEM: the leaf, then those that signed it
     * @param key PEM: PKCS#8, or an EC key as of RFC 5915
     * @throws X509Exception if either cannot be read; that they belong together is the caller's to know
     */
    public static TlsIdentity of(String certificates, String key) {
        return new TlsIdentity(Held.of(ALIAS + 0, certificates, key));
    }

    /** From now on handshakes show this one; connections that are there stay. */
    public synchronized void renew(String certificates, String key) {
        held = List.of(Held.of(ALIAS + ++generation, certificates, key), held.get(0));
    }

    @Override
    Held held(@Nullable SSLEngine engine) {
        return held.get(0);
    }

    @Override
    Optional<Held> find(@Nullable String alias) {
        return held.stream().filter(one -> one.alias().equals(alias)).findFirst();
    }
}
