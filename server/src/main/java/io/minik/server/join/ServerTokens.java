package io.minik.server.join;

import io.minik.api.join.JoinToken;
import io.minik.server.pki.Pki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/** The tokens that a server itself has, beside those that are Secrets: its own, which may change, and one for agents alone. */
public final class ServerTokens {
    private final Path file;
    private final Pki pki;
    private final Optional<JoinToken> agents;
    private volatile JoinToken own;

    /**
     * @param own from {@link TokenFile#open} on the file
     * @param agents of --agent-token
     */
    public ServerTokens(Path file, Pki pki, JoinToken own, Optional<JoinToken> agents) {
        this.file = file;
        this.pki = pki;
        this.own = own;
        this.agents = agents;
    }

    /** Who shows this password, if it is one of ours. */
    Optional<String> holder(String password) {
        if (same(password, own.password())) {
            return Optional.of(own.user());
        }
        return agents.filter(token -> same(password, token.password())).map(token -> "node");
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** From now on the server's own is this one, which is written first. Blocking. @throws IllegalArgumentException if it is none */
    public synchronized JoinToken rotate(String wanted) {
        JoinToken next = TokenFile.replace(file, pki, wanted);
        own = next;
        return next;
    }
}
