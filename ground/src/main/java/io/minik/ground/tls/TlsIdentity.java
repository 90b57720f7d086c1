package io.minik.ground.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One certificate with its key, as the key manager of a listener or a client; it can be renewed while they run. A key store would first encrypt the key by a
 * password and then decrypt it again, 10,000 rounds each: a third of the CPU time of a start.
 */
public final class TlsIdentity extends X509ExtendedKeyManager {
    /** What is shown under one alias. */
    private record Held(String alias, List<X509Certificate> chain, PrivateKey key) {
        static Held of(int generation, String certificates, String key) {
            return new Held("minik-" + generation, Pem.certificates(certificates), Keys.privateKey(key));
        }
    }

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
        return new TlsIdentity(Held.of(0, certificates, key));
    }

    /** From now on handshakes show this one; connections that are there stay. */
    public synchronized void renew(String certificates, String key) {
        held = List.of(Held.of(++generation, certificates, key), held.get(0));
    }

    private @Nullable String alias(@Nullable String keyType) {
        Held newest = held.get(0);
        return newest.key().getAlgorithm().equals(keyType) ? newest.alias() : null;
    }

    private String @Nullable [] aliases(@Nullable String keyType) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    private @Nullable String alias(String[] keyTypes) {
        return Stream.of(keyTypes)
                .map(this::alias)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return find(alias)
                .map(found -> found.chain().toArray(X509Certificate[]::new))
                .orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return find(alias).map(Held::key).orElse(null);
    }

    private Optional<Held> find(@Nullable String alias) {
        return held.stream().filter(one -> one.alias().equals(alias)).findFirst();
    }
}
