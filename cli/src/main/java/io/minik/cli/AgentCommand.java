package io.minik.cli;

import io.minik.api.join.JoinToken;
import io.minik.cli.log.LogSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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
            names = {"--join", "-s", "--server"},
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
        LogSettings.set(node.level(), node.jsonLog());
        Daemon.warnOfUnknownKeys(spec);
        URI server = server();
        JoinToken secret = secret();
        Preflight preflight = new Preflight(Path.of("/"));
        preflight.root();
        preflight.node();
        Preflight.port("0.0.0.0", node.kubeletPort, "--kubelet-port");
        String nodeIp = node.nodeIp.isEmpty() ? NodeAddress.find(node.bridge) : node.nodeIp;
        String name = node.resolvedNodeName();
        try (Daemon daemon = Daemon.open(node.runDir, node.dataDir)) {
            return daemon.run(
                    AgentRooms.alone(daemon, node, name, nodeIp, server, secret),
                    "minik ready in %d ms: node " + name + " of " + server,
                    false);
        }
    }

    private URI server() {
        if (join.isEmpty()) {
            throw new StartFailure("--join is required: the server's URL, https://HOST:6443");
        }
        URI uri;
        try {
            uri = URI.create(join);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--join: \"" + join + "\" is not a URL: " + e.getMessage(), e);
        }
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new StartFailure("--join: \"" + join + "\" must be https://HOST:PORT");
        }
        return uri;
    }

    private JoinToken secret() {
        try {
            String text = token.isEmpty() && !tokenFile.isEmpty() ? Files.readString(Path.of(tokenFile)) : token;
            if (text.isBlank()) {
                throw new StartFailure("--token is required: it is in DATA-DIR/server/token on the server");
            }
            return JoinToken.parse(text);
        } catch (IOException e) {
            throw new StartFailure("--token-file: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--token: " + e.getMessage(), e);
        }
    }
}
