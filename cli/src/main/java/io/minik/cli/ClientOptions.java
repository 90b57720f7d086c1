package io.minik.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that ask a running server, or read what a minik of this machine keeps. */
final class ClientOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "configuration file that minik was started with (default /etc/minik/config.yaml)")
    Path config = ConfigDefaults.DEFAULT_FILE;

    @Option(
            names = {"-d", "--data-dir"},
            paramLabel = "DIR",
            defaultValue = "/var/lib/minik",
            description = "its state (default ${DEFAULT-VALUE})")
    Path dataDir = Path.of("/var/lib/minik");

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = "/run/minik",
            description = "its sockets and pid file (default ${DEFAULT-VALUE})")
    Path runDir = Path.of("/run/minik");

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            defaultValue = "",
            description = "whom to ask, and as whom (default $KUBECONFIG, else what the server wrote)")
    String kubeconfig = "";

    /** The server's option, so that one configuration file serves both. */
    @Option(names = "--write-kubeconfig", hidden = true, defaultValue = "/etc/minik/minik.yaml")
    Path writeKubeconfig = Path.of("/etc/minik/minik.yaml");

    Path tls() {
        return dataDir.resolve("server/tls");
    }

    /** @param environment of this process */
    Path kubeconfig(String environment) {
        String named = kubeconfig.isEmpty() ? environment : kubeconfig;
        return named.isEmpty() ? writeKubeconfig : Path.of(named);
    }
}
