package io.minik.cli;

import io.minik.api.join.JoinToken;
import io.minik.server.join.ServerTokens;
import io.minik.server.join.TokenFile;
import io.minik.server.pki.Pki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options of a server that say what agents join with. */
final class TokenOptions {
    private static final Logger log = LoggerFactory.getLogger(TokenOptions.class);

    @Option(
            names = {"-t", "--token"},
            paramLabel = "TOKEN",
            defaultValue = "",
            description = "secret that agents join with (default: made at first start, in DATA-DIR/server/token)")
    String token = "";

    @Option(names = "--token-file", paramLabel = "FILE", defaultValue = "", description = "file that it is in")
    String tokenFile = "";

    @Option(
            names = "--agent-token",
            paramLabel = "TOKEN",
            defaultValue = "",
            description = "another secret that agents may join with")
    String agentToken = "";

    @Option(names = "--agent-token-file", paramLabel = "FILE", defaultValue = "", description = "file that it is in")
    String agentTokenFile = "";

    /**
     * Reads the files, too.
     *
     * @param resets the token is the snapshot's, whose authorities come with it
     * @throws StartFailure naming the option
     */
    void check(Path dataDir, boolean resets) {
        boolean fresh = !resets && !Files.exists(dataDir.resolve("server/tls"));
        token = read("--token", token, tokenFile);
        agentToken = read("--agent-token", agentToken, agentTokenFile);
        parse("--token", token, fresh);
        parse("--agent-token", agentToken, fresh);
        if (!token.isEmpty() && token.equals(agentToken)) {
            throw new StartFailure("--agent-token: it is that of --token: one of them is enough");
        }
    }

    /**
     * What the server itself has. Blocking.
     *
     * @param mayBegin nobody knows this server yet
     * @throws StartFailure if the given or the kept token is broken, or pins another CA
     */
    ServerTokens open(Path file, Pki pki, boolean mayBegin) {
        if (!mayBegin && token.isEmpty() && !Files.exists(file)) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .log("the join token is missing, a new one is made: agents that are started with the old one are"
                            + " refused, give them the new one, or start the server with the old one by --token");
        }
        try {
            Optional<String> given = token.isEmpty() ? Optional.empty() : Optional.of(token);
            return new ServerTokens(file, pki, TokenFile.open(file, pki, given), agents());
        } catch (IllegalArgumentException e) {
            throw new StartFailure((token.isEmpty() ? "" : "--token: ") + e.getMessage(), e);
        }
    }

    /** For agents alone. */
    private Optional<JoinToken> agents() {
        return agentToken.isEmpty() ? Optional.empty() : Optional.of(JoinToken.parse(agentToken));
    }

    private static String read(String flag, String text, String file) {
        if (file.isEmpty()) {
            return text;
        }
        if (!text.isEmpty()) {
            throw new StartFailure(flag + " and " + flag + "-file are both given: one of them is enough");
        }
        try {
            String kept = Files.readString(Path.of(file)).strip();
            if (kept.isEmpty()) {
                throw new StartFailure(flag + "-file: \"" + file + "\" is empty");
            }
            return kept;
        } catch (IOException e) {
            throw new Flag(flag + "-file").wrong(file, "can't be read: " + e);
        }
    }

    /** One that pins a CA is another cluster's unless this data directory has that CA. */
    private static void parse(String flag, String text, boolean fresh) {
        if (text.isEmpty()) {
            return;
        }
        try {
            if (JoinToken.parse(text).caHash().isPresent() && fresh) {
                throw new StartFailure(
                        flag + ": it pins the CA of another cluster, and this data directory is a new one: give"
                                + " the part behind the last colon alone");
            }
        } catch (IllegalArgumentException e) {
            throw new StartFailure(flag + ": " + e.getMessage(), e);
        }
    }
}
