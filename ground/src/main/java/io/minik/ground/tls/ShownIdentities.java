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

/** Certificates with their keys, each by an alias of ours, as a key manager; who is shown which is said below. Any thread. */
abstract class ShownIdentities extends X509ExtendedKeyManager {
    /** What is shown under one alias. */
    record Held(String alias, List<X509Certificate> chain, PrivateKey key) {
        static Held of(String alias, String certificates, String key) {
            return new Held(alias, Pem.certificates(certificates), Keys.privateKey(key));
        }

        @Override
        public String toString() {
            return "Held[" + alias + "]";
        }
    }

    /** What this handshake is shown. @param engine if there is one */
    abstract Held held(@Nullable SSLEngine engine);

    /** A handshake that chose just before a change still finds what it chose. */
    abstract Optional<Held> find(@Nullable String alias);

    private @Nullable String alias(@Nullable String keyType, @Nullable SSLEngine engine) {
        Held newest = held(engine);
        return newest.key().getAlgorithm().equals(keyType) ? newest.alias() : null;
    }

    private String @Nullable [] aliases(@Nullable String keyType) {
        String alias = alias(keyType, null);
        return alias == null ? null : new String[] {alias};
    }

    private @Nullable String alias(String[] keyTypes) {
        return Stream.of(keyTypes)
                .map(keyType -> alias(keyType, null))
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
        return alias(keyType, null);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType, engine);
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
}
