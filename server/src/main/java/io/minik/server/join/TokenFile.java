package io.minik.server.join;

import io.minik.api.join.JoinToken;
import io.minik.ground.tls.SecretFile;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.pki.Pki;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** The server's join token, {@code server/token}: made at first start, in the secure form, readable by the owner only. */
public final class TokenFile {
    /** 128 random bits. */
    private static final int PASSWORD_BYTES = 16;

    private TokenFile() {}

    /**
     * Finds or makes the token, and writes it in the form that pins this server's CA. Blocking.
     *
     * @param given by --token: its password counts from now on
     * @throws IllegalArgumentException if the given or the kept token is broken, or pins another CA
     */
    public static JoinToken open(Path file, Pki pki, Optional<String> given) {
        Optional<String> kept = SecretFile.read(file);
        JoinToken wanted = given.map(JoinToken::parse)
                .or(() -> kept.map(text -> parse(file, text)))
                .orElseGet(() -> new JoinToken(Optional.empty(), JoinToken.SERVER, random()));
        if (given.isPresent()
                && wanted.caHash()
                        .filter(hash -> !hash.equals(pki.serverCaHash()))
                        .isPresent()) {
            throw new IllegalArgumentException(
                    "the token pins another cluster's CA than the one in this data directory: use the token of this"
                            + " cluster, or its password part alone");
        }
        JoinToken token = new JoinToken(Optional.of(pki.serverCaHash()), wanted.user(), wanted.password());
        String text = token.text() + "\n";
        if (!kept.equals(Optional.of(text))) {
            SecretFile.write(file, text);
        }
        return token;
    }

    /** Another password for the token that is kept there. Blocking. @throws IllegalArgumentException if it is none */
    static JoinToken replace(Path file, Pki pki, String wanted) {
        JoinToken parsed = JoinToken.parse(wanted);
        if (BootstrapTokens.looksLikeOne(parsed.password())) {
            throw new IllegalArgumentException(
                    "the server's own token can't have the form of a bootstrap token: minik token create makes such");
        }
        JoinToken token = new JoinToken(Optional.of(pki.serverCaHash()), JoinToken.SERVER, parsed.password());
        SecretFile.write(file, token.text() + "\n");
        return token;
    }

    private static JoinToken parse(Path file, String text) {
        try {
            return JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " holds no token (" + e.getMessage() + "): restore it, or remove it and a new one is made",
                    e);
        }
    }

    /** A password that nobody guesses. */
    public static String random() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
