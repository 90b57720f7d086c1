package io.minik.cli;

import io.minik.api.join.JoinToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code minik agent}: a node that joins a server. */
@Command(
        name = "agent",
        description = "Run a node that joins a server.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AgentCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"--join", "-s", "--server", "--url"},
            paramLabel = "URL",
            defaultValue = "",
            description = "the server to join: https://HOST:6443")
    String join = "";

    @Option(
            names = {"-t", "--token"},
            paramLabel = "TOKEN",
            defaultValue = "",
            description = "the secret to join with: DATA-DIR/server/token on the server")
    String token = "";

    @Option(names = "--token-file", paramLabel = "FILE", defaultValue = "", description = "file that the token is in")
    String tokenFile = "";

    @Mixin
    NodeOptions node = new NodeOptions();

    @Override
    public Integer call() {
        node.openLog();
        ConfigKeys.check(spec);
        Preflight preflight = Preflight.ofThisMachine();
        preflight.root();
        URI server = server();
        JoinToken secret = secret();
        node.check();
        node.findAddress();
        Daemon.refuseSecond(node.runDir);
        preflight.node();
        if (node.protectKernelDefaults) {
            preflight.kernelDefaults();
        }
        Preflight.nodePorts(node);
        String name = node.resolvedNodeName();
        try (Daemon daemon = Daemon.open(node.runDir, node.dataDir)) {
            return daemon.run(
                    AgentRooms.alone(daemon, node, name, server, secret),
                    "minik ready in %d ms: node " + name + " of " + server,
                    Daemon.Patience.ENDLESS,
                    false);
        }
    }

    URI server() {
        Flag flag = new Flag("--join");
        if (join.isBlank()) {
            throw new StartFailure(
                    "--join is required: the server's URL, https://HOST:6443 (or MINIK_URL, or the key join)");
        }
        URI uri;
        try {
            uri = URI.create(join);
        } catch (IllegalArgumentException e) {
            throw flag.wrong(join, "is not a URL: " + e.getMessage());
        }
        boolean plain = Set.of("", "/").contains(String.valueOf(uri.getPath()))
                && uri.getQuery() == null
                && uri.getFragment() == null
                && uri.getUserInfo() == null;
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null || !plain) {
            throw flag.wrong(join, "must be https://HOST:PORT");
        }
        // Without a port https means 443, where a balancer in front of servers may well listen.
        if (uri.getPort() != -1) {
            flag.port(uri.getPort());
        }
        return uri;
    }

    JoinToken secret() {
        if (!token.isBlank() && !tokenFile.isBlank()) {
            throw new StartFailure("--token and --token-file are both given: one of them is enough");
        }
        String from = tokenFile.isBlank() ? "--token" : "--token-file";
        try {
            String text = tokenFile.isBlank() ? token : Files.readString(Path.of(tokenFile));
            if (text.isBlank()) {
                throw new StartFailure(
                        from.equals("--token")
                                ? "--token is required: it is in DATA-DIR/server/token on the server (or MINIK_TOKEN, or the key"
                                        + " token)"
                                : "--token-file: \"" + tokenFile + "\" is empty");
            }
            return JoinToken.parse(text);
        } catch (IOException e) {
            throw new Flag("--token-file").wrong(tokenFile, "can't be read: " + e);
        } catch (IllegalArgumentException e) {
            throw new StartFailure(from + ": " + e.getMessage(), e);
        }
    }
}
