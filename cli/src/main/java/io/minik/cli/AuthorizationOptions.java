package io.minik.cli;

import io.minik.api.schema.Durations;
import io.minik.ground.loop.Loop;
import io.minik.server.authz.AuthorizationConfig;
import io.minik.server.authz.ClusterAuthorizer;
import io.minik.server.outside.KubeconfigServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options of the API server that say who is asked whether somebody may. */
final class AuthorizationOptions {
    private static final Logger log = LoggerFactory.getLogger(AuthorizationOptions.class);

    /** As upstream looks at its file. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    /** Of a webhook that flags name: its file has no word for it. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final String CONFIG = "--authorization-config";
    private static final String WEBHOOK = "--authorization-webhook-config-file";
    private static final List<String> USUAL = List.of("Node", "RBAC");

    @Option(
            names = "--authorization-mode",
            paramLabel = "MODE",
            split = ",",
            description =
                    "who is asked, in this order, after system:masters: Node, RBAC, Webhook, AlwaysAllow, AlwaysDeny"
                            + " (default Node,RBAC)")
    List<String> modes = new ArrayList<>();

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            defaultValue = "",
            description =
                    "AuthorizationConfiguration: who is asked, webhooks with conditions among them; followed when it"
                            + " changes, within a minute")
    String configFile = "";

    @Option(
            names = WEBHOOK,
            paramLabel = "FILE",
            defaultValue = "",
            description = "kubeconfig of the server that mode Webhook asks")
    String webhookFile = "";

    @Option(
            names = "--authorization-webhook-version",
            paramLabel = "VERSION",
            defaultValue = "v1beta1",
            description = "of the SubjectAccessReviews that it is sent: v1 or v1beta1 (default ${DEFAULT-VALUE})")
    String webhookVersion = "v1beta1";

    @Option(
            names = "--authorization-webhook-cache-authorized-ttl",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "how long it is remembered that somebody may (default ${DEFAULT-VALUE})")
    String allowedHeld = "5m";

    @Option(
            names = "--authorization-webhook-cache-unauthorized-ttl",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "how long it is remembered that somebody may not (default ${DEFAULT-VALUE})")
    String othersHeld = "30s";

    /** @throws StartFailure naming the option */
    void check() {
        servers(config());
    }

    /** From now on; a file is followed. On the loop. @throws StartFailure naming the option */
    void settle(ClusterAuthorizer authorizer, Vertx vertx, Loop loop, InstantSource clock) {
        AuthorizationConfig first = config();
        authorizer.follow(first, in(servers(first)), vertx, clock);
        if (configFile.isEmpty()) {
            return;
        }
        String[] before = {read()};
        loop.every(LOOK_EVERY, () -> vertx.executeBlocking(this::read)
                .compose(now -> now.equals(before[0])
                        ? Future.succeededFuture(Optional.<Settled>empty())
                        : vertx.executeBlocking(() -> {
                            AuthorizationConfig config = parsed(now);
                            return Optional.of(new Settled(now, config, servers(config)));
                        }))
                .onSuccess(found -> found.ifPresent(settled -> {
                    // Not before: a kubeconfig that it names may come a moment later.
                    before[0] = settled.text();
                    authorizer.follow(settled.config(), in(settled.servers()), vertx, clock);
                    log.atInfo().addKeyValue("file", configFile).log("who is asked for permission has changed");
                }))
                .onFailure(error -> log.atError()
                        .addKeyValue("file", configFile)
                        .addKeyValue("err", String.valueOf(error.getMessage()))
                        .log("who is asked for permission stays as it was")));
    }

    private record Settled(String text, AuthorizationConfig config, Map<String, KubeconfigServer> servers) {}

    private static Function<String, KubeconfigServer> in(Map<String, KubeconfigServer> servers) {
        return file -> Optional.ofNullable(servers.get(file)).orElseThrow();
    }

    private AuthorizationConfig config() {
        if (!configFile.isEmpty()) {
            if (!modes.isEmpty() || !webhookFile.isEmpty()) {
                throw new Flag(CONFIG)
                        .wrong(configFile, "can't be given with --authorization-mode or --authorization-webhook-*");
            }
            return parsed(read());
        }
        Flag flag = new Flag("--authorization-mode");
        Duration allowed = duration("--authorization-webhook-cache-authorized-ttl", allowedHeld);
        Duration others = duration("--authorization-webhook-cache-unauthorized-ttl", othersHeld);
        if (!webhookFile.isEmpty() && !modes.contains("Webhook")) {
            throw new Flag(WEBHOOK).wrong(webhookFile, "is asked by nobody: --authorization-mode has no Webhook");
        }
        if (!List.of("v1", "v1beta1").contains(webhookVersion)) {
            throw new Flag("--authorization-webhook-version").wrong(webhookVersion, "is neither v1 nor v1beta1");
        }
        try {
            return AuthorizationConfig.ofModes(
                    modes.isEmpty() ? USUAL : modes,
                    webhookFile.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new AuthorizationConfig.Webhook(
                                    new Flag(WEBHOOK).file(Path.of(webhookFile)).toString(),
                                    webhookVersion,
                                    TIMEOUT,
                                    false,
                                    allowed,
                                    others,
                                    List.of())));
        } catch (IllegalArgumentException e) {
            throw flag.wrong(String.join(",", modes), String.valueOf(e.getMessage()));
        }
    }

    static Duration duration(String flag, String text) {
        try {
            Duration duration = Durations.parse(text);
            if (!duration.isNegative()) {
                return duration;
            }
            throw new IllegalArgumentException(text);
        } catch (IllegalArgumentException e) {
            throw new Flag(flag).wrong(text, "is no duration such as 30s or 5m");
        }
    }

    private Map<String, KubeconfigServer> servers(AuthorizationConfig config) {
        Map<String, KubeconfigServer> servers = new HashMap<>();
        config.steps().forEach(step -> step.webhook()
                .ifPresent(webhook -> servers.put(
                        webhook.kubeconfig(),
                        new Kubeconfigs(configFile.isEmpty() ? WEBHOOK : CONFIG, Path.of(webhook.kubeconfig()))
                                .server())));
        return servers;
    }

    private static AuthorizationConfig parsed(String text) {
        try {
            return AuthorizationConfig.parse(ConfigFile.parse(text));
        } catch (RuntimeException e) {
            throw new StartFailure(CONFIG + ": " + e.getMessage(), e);
        }
    }

    private String read() {
        try {
            return ConfigFile.text(new Flag(CONFIG).file(Path.of(configFile)));
        } catch (IOException e) {
            throw new StartFailure(CONFIG + ": can't read " + configFile + ": " + e.getMessage(), e);
        }
    }
}
