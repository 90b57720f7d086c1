package io.minik.api.x509;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One certificate with its key, as the key manager of a listener or a client. A key store would first encrypt the key by a
 * password and then decrypt it again, 10,000 rounds each: a third of the CPU time of a start.
 */
public final class TlsIdentity extends X509ExtendedKeyManager {
    private static final String ALIAS = "minik";

    private final X509Certificate[] chain;
    private final PrivateKey key;

    private TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain.toArray(X509Certificate[]::new);
        this.key = key;
    }

    /**
     * @param certificates PEM: the leaf, then those that signed it
     * @param key PEM: PKCS#8, or an EC key as of RFC 5915
     * @throws X509Exception if either cannot be read; that they belong together is the caller's to know
     */
    public static TlsIdentity of(String certificates, String key) {
        return new TlsIdentity(Pem.certificates(certificates), Keys.privateKey(key));
    }

    private @Nullable String alias(@Nullable String keyType) {
        return key.getAlgorithm().equals(keyType) ? ALIAS : null;
    }

    private String @Nullable [] aliases(@Nullable String keyType) {
        return alias(keyType) == null ? null : new String[] {ALIAS};
    }

    private @Nullable String alias(String[] keyTypes) {
        return List.of(keyTypes).contains(key.getAlgorithm()) ? ALIAS : null;
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
        return ALIAS.equals(alias) ? chain.clone() : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return ALIAS.equals(alias) ? key : null;
    }
}
