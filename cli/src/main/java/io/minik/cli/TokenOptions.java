package io.minik.cli;

import io.minik.api.join.JoinToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of a server that say what agents join with. */
final class TokenOptions {
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

    /** Reads the files, too. @throws StartFailure naming the option */
    void check(Path dataDir) {
        boolean fresh = !Files.exists(dataDir.resolve("server/tls"));
        token = read("--token", token, tokenFile);
        agentToken = read("--agent-token", agentToken, agentTokenFile);
        parse("--token", token, fresh);
        parse("--agent-token", agentToken, fresh);
        if (!token.isEmpty() && token.equals(agentToken)) {
            throw new StartFailure("--agent-token: it is that of --token: one of them is enough");
        }
    }

    /** For agents alone. */
    Optional<JoinToken> agents() {
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
