package io.minik.ground.tls;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Certificates by the name that a client asks for (RFC 6066, 3), as a listener's key manager. They change while it runs: the next
 * handshake is shown the new one, connections that are there stay. Who asks for no name, or one that nobody has, is shown the
 * fallback. Any thread.
 */
public final class NamedIdentities extends ShownIdentities {
    private static final String ALIAS = "minik-";

    /** A certificate that fits its key. */
    public static final class Identity {
        private final Held held;

        private Identity(Held held) {
            this.held = held;
        }

        /**
         * @param certificates PEM: the leaf, then those that signed it
         * @param key PEM, unencrypted
         * @throws X509Exception if one can't be read, or they don't belong together
         */
        public static Identity of(String certificates, String key) {
            Held held = Held.of(ALIAS, certificates, key);
            if (held.chain().isEmpty()) {
                throw new X509Exception("there is no certificate");
            }
            if (!Keys.match(held.key(), held.chain().get(0).getPublicKey())) {
                throw new X509Exception("the private key is not the certificate's");
            }
            return new Identity(held);
        }

        private Held under(String alias) {
            return new Held(alias, held.chain(), held.key());
        }
    }

    /** By name, and all by alias: those before the last change, too. */
    private record Shown(Map<String, Held> byName, Map<String, Held> byAlias) {}

    private final Held fallback;
    private volatile Shown shown = new Shown(Map.of(), Map.of());
    private int generation;

    public NamedIdentities(Identity fallback) {
        this.fallback = fallback.under(ALIAS + "fallback");
    }

    /** @param identities all of them, by host name or {@code *.example.com} */
    public synchronized void show(Map<String, Identity> identities) {
        Map<String, Held> byName = new HashMap<>();
        Map<String, Held> byAlias = new HashMap<>();
        shown.byName().values().forEach(before -> byAlias.put(before.alias(), before));
        generation++;
        int[] number = {0};
        identities.forEach((name, identity) -> {
            Held held = identity.under(ALIAS + generation + "-" + number[0]++);
            byName.put(name.toLowerCase(Locale.ROOT), held);
            byAlias.put(held.alias(), held);
        });
        shown = new Shown(Map.copyOf(byName), Map.copyOf(byAlias));
    }

    @Override
    Held held(@Nullable SSLEngine engine) {
        String name = engine == null ? "" : name(engine);
        Map<String, Held> byName = shown.byName();
        Held exact = byName.get(name);
        int dot = name.indexOf('.');
        if (exact != null || dot < 0) {
            return exact == null ? fallback : exact;
        }
        return byName.getOrDefault("*" + name.substring(dot), fallback);
    }

    private static String name(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            List<SNIServerName> names = session.getRequestedServerNames();
            if (!names.isEmpty()) {
                String name = new String(names.get(0).getEncoded(), StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
                return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
            }
        }
        return "";
    }

    @Override
    Optional<Held> find(@Nullable String alias) {
        if (fallback.alias().equals(alias)) {
            return Optional.of(fallback);
        }
        return alias == null
                ? Optional.empty()
                : Optional.ofNullable(shown.byAlias().get(alias));
    }
}
