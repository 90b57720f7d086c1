package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.authn.User;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Tokens as {@code minik token} makes, keeps and shows them. */
class TokenCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private static TokenCommand.Create create(String... arguments) {
        TokenCommand.Create command = new TokenCommand.Create();
        new CommandLine(command).parseArgs(arguments);
        return command;
    }

    @Test
    void whatIsCreatedLetsInUntilItIsOver() {
        BootstrapTicket ticket = create("--groups", "system:bootstrappers:room-3", "--description", "the attic")
                .ticket(Duration.ofHours(2), () -> NOW);
        KubeObject secret = ticket.object();
        assertThat(secret.name()).isEqualTo("bootstrap-token-" + ticket.id());
        assertThat(secret.namespace()).isEqualTo("kube-system");
        assertThat(secret.text("type")).isEqualTo("bootstrap.kubernetes.io/token");
        assertThat(BootstrapTicket.of(secret)).contains(ticket);
        assertThat(user(secret, ticket.token(), NOW.plusSeconds(7199)).orElseThrow())
                .isEqualTo(new User(
                        "system:bootstrap:" + ticket.id(),
                        "",
                        List.of("system:bootstrappers", "system:bootstrappers:room-3", "system:authenticated"),
                        Map.of()));
        assertThat(user(secret, ticket.token(), NOW.plusSeconds(7200))).isEmpty();
        assertThat(ticket.toString()).doesNotContain(ticket.secret());
    }

    private static Optional<User> user(KubeObject secret, String token, Instant at) {
        BootstrapTokens tokens = new BootstrapTokens(
                (resource, key) ->
                        Future.succeededFuture(key.equals(secret.key()) ? Optional.of(secret) : Optional.empty()),
                () -> at);
        return tokens.verify(token).result();
    }

    @Test
    void oneForSigningAloneLetsNobodyIn() {
        BootstrapTicket ticket = create("--usages", "signing").ticket(Duration.ZERO, () -> NOW);
        assertThat(ticket.expires()).isEmpty();
        assertThat(user(ticket.object(), ticket.token(), NOW)).isEmpty();
    }

    @Test
    void ofOnesOwnWordsTheTokenIsWhatWasGiven() {
        BootstrapTicket ticket = create("abcdef.0123456789abcdef").ticket(Duration.ZERO, () -> NOW);
        assertThat(ticket.token()).isEqualTo("abcdef.0123456789abcdef");
        assertThat(ticket.groups()).containsExactly("system:bootstrappers:minik:default-node-token");
        assertThat(ticket.usages()).containsExactly("signing", "authentication");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ABCDEF.0123456789abcdef                      | the token must be of the form
            abcdef.0123456789abcdef --usages=all         | invalid bootstrap token usage string: all, valid usage options: signing, authentication
            abcdef.0123456789abcdef --groups=admins      | bootstrap group "admins" is invalid
            abcdef.0123456789abcdef --groups=system:bootstrappers:A | is invalid (must match
            """)
    void whatCantBeIsSaid(String arguments, String words) {
        assertThatThrownBy(() -> create(arguments.split(" ")).ticket(Duration.ZERO, () -> NOW))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(words);
    }

    @Test
    void generatedTokensDiffer() {
        SecureRandom random = new SecureRandom();
        String one = BootstrapTicket.generate(random);
        assertThat(one).matches("[a-z0-9]{6}\\.[a-z0-9]{16}").isNotEqualTo(BootstrapTicket.generate(random));
    }

    @Test
    void theJoiningFormPinsTheAuthority() {
        CertificateAuthority authority =
                CertificateAuthority.create("ca", Validity.of(Instant.EPOCH, NOW, Duration.ofDays(1)));
        assertThat(TokenCommand.joining(authority.pem(), "abcdef.0123456789abcdef"))
                .matches("K10[0-9a-f]{64}::abcdef\\.0123456789abcdef");
        assertThat(TokenCommand.joining("", "abcdef.0123456789abcdef")).isEqualTo("abcdef.0123456789abcdef");
    }

    @Test
    void aListLooksLikeK3s() {
        List<BootstrapTicket> found = List.of(
                BootstrapTicket.of(
                        "abcdef.0123456789abcdef",
                        "the attic",
                        Optional.of(NOW.plus(Duration.ofMinutes(90))),
                        BootstrapTicket.USAGES,
                        List.of(BootstrapTicket.NODES_GROUP)),
                BootstrapTicket.of("fedcba.0123456789abcdef", "", Optional.empty(), List.of("signing"), List.of()));
        assertThat(TokenCommand.Listing.text(found, "text", NOW)).isEqualTo("""
                TOKEN     TTL         EXPIRES                USAGES                   DESCRIPTION   EXTRA GROUPS
                abcdef    1h          2026-11-30T13:30:00Z   signing,authentication   the attic     system:bootstrappers:minik:default-node-token
                fedcba    <forever>   <never>                signing                  <none>        <none>
                """);
        assertThat(TokenCommand.Listing.text(found.subList(1, 2), "json", NOW))
                .isEqualTo("[{\"token\":\"fedcba.0123456789abcdef\",\"usages\":[\"signing\"],\"groups\":[]}]\n");
        assertThat(TokenCommand.Listing.text(found.subList(1, 2), "yaml", NOW))
                .contains("token: fedcba.0123456789abcdef");
    }

    @Test
    void aSecretThatIsNoTokenIsNotShown() {
        assertThat(BootstrapTicket.of(KubeObject.named(
                        "v1",
                        "Secret",
                        ObjectKey.of("kube-system", "x"),
                        tree -> tree.put("type", BootstrapTicket.TYPE))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-1, <invalid>", "0, 0s", "59, 59s", "60, 1m", "3599, 59m", "3600, 1h", "86399, 23h", "86400, 1d"})
    void spansHaveOneUnit(long seconds, String words) {
        assertThat(Spans.shortest(Duration.ofSeconds(seconds))).isEqualTo(words);
    }

    @Test
    void longSpansAreYears() {
        assertThat(Spans.shortest(Duration.ofDays(364))).isEqualTo("364d");
        assertThat(Spans.shortest(Duration.ofDays(3650))).isEqualTo("10y");
    }
}
