package io.minik.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import io.minik.server.authn.AuthenticationConfig;
import io.minik.server.authn.HeaderUsers;
import io.minik.server.authn.HttpsDocuments;
import io.minik.server.authn.StaticTokens;
import io.minik.server.authn.Strangers;
import io.minik.server.authn.TokenWebhook;
import io.minik.server.outside.KubeconfigServer;
import io.minik.server.outside.ReviewClient;
import io.minik.server.pki.Pki;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options of the API server that say whom it believes besides the cluster's own certificates and tokens. */
final class AccessOptions {
    private static final Logger log = LoggerFactory.getLogger(AccessOptions.class);

    /** As upstream looks at its file. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final String CONFIG = "--authentication-config";
    private static final String TOKEN_WEBHOOK = "--authentication-token-webhook-config-file";

    @Option(
            names = "--token-auth-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "users by tokens: lines of token,user,uid,\"group,group\"")
    String tokenFile = "";

    @Option(
            names = "--anonymous-auth",
            arity = "0..1",
            defaultValue = "true",
            fallbackValue = "true",
            description = "let requests without credentials in as system:anonymous (default ${DEFAULT-VALUE})")
    boolean anonymous = true;

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            defaultValue = "",
            description =
                    "AuthenticationConfiguration: issuers of tokens, and where anonymous requests are let in; followed"
                            + " when it changes, within a minute")
    String configFile = "";

    @Option(
            names = TOKEN_WEBHOOK,
            paramLabel = "FILE",
            defaultValue = "",
            description = "kubeconfig of a server that knows who holds tokens that nobody here knows")
    String webhookFile = "";

    @Option(
            names = "--authentication-token-webhook-version",
            paramLabel = "VERSION",
            defaultValue = "v1beta1",
            description = "of the TokenReviews that it is sent: v1 or v1beta1 (default ${DEFAULT-VALUE})")
    String webhookVersion = "v1beta1";

    @Option(
            names = "--authentication-token-webhook-cache-ttl",
            paramLabel = "DURATION",
            defaultValue = "2m",
            description = "how long its answers hold (default ${DEFAULT-VALUE})")
    String webhookHeld = "2m";

    @Option(
            names = "--oidc-issuer-url",
            paramLabel = "URL",
            defaultValue = "",
            description = "an OpenID Connect issuer whose tokens are believed, https")
    String oidcIssuer = "";

    @Option(names = "--oidc-client-id", paramLabel = "ID", defaultValue = "", description = "whom its tokens are for")
    String oidcClient = "";

    @Option(
            names = "--oidc-username-claim",
            paramLabel = "CLAIM",
            defaultValue = "sub",
            description = "which claim names the user (default ${DEFAULT-VALUE})")
    String oidcUsername = "sub";

    @Option(
            names = "--oidc-username-prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "before users' names; - for none (default: the issuer's URL and #, but for the claim email)")
    String oidcUsernamePrefix = "";

    @Option(
            names = "--oidc-groups-claim",
            paramLabel = "CLAIM",
            defaultValue = "",
            description = "which claim names groups")
    String oidcGroups = "";

    @Option(
            names = "--oidc-groups-prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "before groups' names")
    String oidcGroupsPrefix = "";

    @Option(
            names = "--oidc-required-claim",
            paramLabel = "CLAIM=VALUE",
            description = "what a token must say; may be given again")
    Map<String, String> oidcRequired = new LinkedHashMap<>();

    @Option(
            names = "--oidc-signing-algs",
            paramLabel = "ALG",
            split = ",",
            description = "by which its tokens may be signed (default RS256)")
    List<String> oidcAlgorithms = new ArrayList<>();

    @Option(
            names = "--oidc-ca-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "who signs its serving certificate (default: whom Java trusts)")
    String oidcAuthority = "";

    @Option(
            names = "--requestheader-client-ca-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "who signs the certificates of proxies whose headers name users")
    String headerAuthority = "";

    @Option(
            names = "--requestheader-allowed-names",
            paramLabel = "NAME",
            split = ",",
            description = "common names of such certificates (default: any)")
    List<String> headerNames = new ArrayList<>();

    @Option(
            names = "--requestheader-username-headers",
            paramLabel = "HEADER",
            split = ",",
            description = "headers with the user's name: X-Remote-User")
    List<String> userHeaders = new ArrayList<>();

    @Option(
            names = "--requestheader-uid-headers",
            paramLabel = "HEADER",
            split = ",",
            description = "headers with the user's uid: X-Remote-Uid")
    List<String> uidHeaders = new ArrayList<>();

    @Option(
            names = "--requestheader-group-headers",
            paramLabel = "HEADER",
            split = ",",
            description = "headers with a group: X-Remote-Group")
    List<String> groupHeaders = new ArrayList<>();

    @Option(
            names = "--requestheader-extra-headers-prefix",
            paramLabel = "PREFIX",
            split = ",",
            description = "beginnings of headers with more about the user: X-Remote-Extra-")
    List<String> extraPrefixes = new ArrayList<>();

    /** @throws StartFailure naming the option */
    void check() {
        headers(InstantSource.system());
        tokenServer();
        tokens();
        config();
    }

    /** @throws StartFailure naming the option */
    Strangers strangers(Vertx vertx, Loop loop, InstantSource clock) {
        Optional<TokenWebhook> webhook = tokenServer()
                .map(server -> new TokenWebhook(
                        new ReviewClient(vertx, server),
                        webhookVersion,
                        AuthorizationOptions.duration("--authentication-token-webhook-cache-ttl", webhookHeld),
                        clock));
        Strangers strangers = new Strangers(
                headers(clock), tokens(), webhook, config(), new Strangers.Means(new HttpsDocuments(vertx), clock));
        if (!configFile.isEmpty()) {
            follow(vertx, loop, strangers);
        }
        return strangers;
    }

    /**
     * What extension API servers read of whom they may believe: this server's front proxy, whose headers have upstream's names, and the
     * proxies of {@link #headerAuthority}.
     */
    Map<String, String> published(Pki pki) {
        String signers = pki.requestHeaderCa().pem();
        List<String> names = new ArrayList<>(
                List.of(Subject.of(pki.proxyClient().certificate()).commonName()));
        if (!headerAuthority.isEmpty()) {
            signers += read("--requestheader-client-ca-file", headerAuthority);
            if (headerNames.isEmpty()) {
                names.clear();
            }
            names.addAll(headerNames);
        }
        Map<String, String> published = new LinkedHashMap<>();
        published.put("client-ca-file", pki.clientCa().pem());
        published.put("requestheader-client-ca-file", signers);
        published.put("requestheader-allowed-names", list(names, List.of()));
        published.put("requestheader-username-headers", list(List.of("X-Remote-User"), userHeaders));
        published.put("requestheader-uid-headers", list(List.of("X-Remote-Uid"), uidHeaders));
        published.put("requestheader-group-headers", list(List.of("X-Remote-Group"), groupHeaders));
        published.put("requestheader-extra-headers-prefix", list(List.of("X-Remote-Extra-"), extraPrefixes));
        return published;
    }

    private static String list(List<String> own, List<String> more) {
        ArrayNode list = Json.array();
        Stream.concat(own.stream(), more.stream()).distinct().forEach(list::add);
        return list.toString();
    }

    private void follow(Vertx vertx, Loop loop, Strangers strangers) {
        String[] before = {read(CONFIG, configFile)};
        loop.every(LOOK_EVERY, () -> vertx.executeBlocking(() -> read(CONFIG, configFile))
                .map(now -> {
                    if (!now.equals(before[0])) {
                        before[0] = now;
                        strangers.follow(parsed(now));
                        log.atInfo().addKeyValue("file", configFile).log("whom to believe has changed");
                    }
                    return now;
                })
                .onFailure(error -> log.atError()
                        .addKeyValue("file", configFile)
                        .addKeyValue("err", String.valueOf(error.getMessage()))
                        .log("whom to believe stays as it was")));
    }

    private Optional<KubeconfigServer> tokenServer() {
        AuthorizationOptions.duration("--authentication-token-webhook-cache-ttl", webhookHeld);
        if (!List.of("v1", "v1beta1").contains(webhookVersion)) {
            throw new Flag("--authentication-token-webhook-version").wrong(webhookVersion, "is neither v1 nor v1beta1");
        }
        return webhookFile.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Kubeconfigs(TOKEN_WEBHOOK, new Flag(TOKEN_WEBHOOK).file(Path.of(webhookFile))).server());
    }

    private Optional<HeaderUsers> headers(InstantSource clock) {
        if (headerAuthority.isEmpty()) {
            return Optional.empty();
        }
        Flag flag = new Flag("--requestheader-client-ca-file");
        if (userHeaders.isEmpty()) {
            throw flag.wrong(headerAuthority, "needs --requestheader-username-headers, too");
        }
        try {
            List<X509Certificate> signers = Pem.certificates(read("--requestheader-client-ca-file", headerAuthority));
            if (signers.isEmpty()) {
                throw flag.wrong(headerAuthority, "holds no certificates");
            }
            return Optional.of(new HeaderUsers(
                    new ClientAuthority(signers, clock),
                    List.copyOf(headerNames),
                    List.copyOf(userHeaders),
                    List.copyOf(uidHeaders),
                    List.copyOf(groupHeaders),
                    List.copyOf(extraPrefixes)));
        } catch (X509Exception e) {
            throw flag.wrong(headerAuthority, "holds no certificates: " + e.getMessage());
        }
    }

    private StaticTokens tokens() {
        if (tokenFile.isEmpty()) {
            return StaticTokens.NONE;
        }
        try {
            return StaticTokens.parse(tokenFile, read("--token-auth-file", tokenFile));
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--token-auth-file: " + e.getMessage(), e);
        }
    }

    private AuthenticationConfig config() {
        if (!configFile.isEmpty() && !oidcIssuer.isEmpty()) {
            throw new Flag(CONFIG).wrong(configFile, "and --oidc-issuer-url exclude one another");
        }
        if (!configFile.isEmpty()) {
            return parsed(read(CONFIG, configFile));
        }
        if (oidcIssuer.isEmpty()) {
            return new AuthenticationConfig(List.of(), anonymous, List.of());
        }
        try {
            Set<String> algorithms = oidcAlgorithms.isEmpty() ? Set.of("RS256") : Set.copyOf(oidcAlgorithms);
            return AuthenticationConfig.ofFlags(oidc(), algorithms, anonymous);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--oidc-issuer-url: " + e.getMessage(), e);
        }
    }

    private ObjectNode oidc() {
        ObjectNode said = Json.object();
        ObjectNode issuer = said.putObject("issuer").put("url", oidcIssuer);
        issuer.putArray("audiences").add(oidcClient);
        if (oidcClient.isEmpty()) {
            throw new Flag("--oidc-issuer-url").wrong(oidcIssuer, "needs --oidc-client-id, too");
        }
        if (!oidcAuthority.isEmpty()) {
            issuer.put("certificateAuthority", read("--oidc-ca-file", oidcAuthority));
        }
        ObjectNode mappings = said.putObject("claimMappings");
        String usual = oidcUsername.equals("email") ? "" : oidcIssuer + "#";
        String prefix = oidcUsernamePrefix.isEmpty() ? usual : oidcUsernamePrefix;
        mappings.putObject("username").put("claim", oidcUsername).put("prefix", prefix.equals("-") ? "" : prefix);
        if (!oidcGroups.isEmpty()) {
            mappings.putObject("groups").put("claim", oidcGroups).put("prefix", oidcGroupsPrefix);
        }
        oidcRequired.forEach((claim, value) -> said.withArray("claimValidationRules")
                .addObject()
                .put("claim", claim)
                .put("requiredValue", value));
        return said;
    }

    private AuthenticationConfig parsed(String text) {
        try {
            return AuthenticationConfig.parse(ConfigFile.parse(text), anonymous);
        } catch (RuntimeException e) {
            throw new StartFailure(CONFIG + ": " + e.getMessage(), e);
        }
    }

    private static String read(String flag, String file) {
        try {
            return ConfigFile.text(new Flag(flag).file(Path.of(file)));
        } catch (IOException e) {
            throw new StartFailure(flag + ": can't read " + file + ": " + e.getMessage(), e);
        }
    }
}
