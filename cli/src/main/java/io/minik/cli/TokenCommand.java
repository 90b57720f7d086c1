package io.minik.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.join.JoinToken;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.join.TokenFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code minik token}: tickets for new nodes, kept as Secrets; and the server's own token. Words and output are k3s'. */
@Command(
        name = "token",
        description = "Manage the tokens that agents join with.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "create|list|delete|generate|rotate",
        subcommands = {
            TokenCommand.Create.class,
            TokenCommand.Delete.class,
            TokenCommand.Generate.class,
            TokenCommand.Listing.class,
            TokenCommand.Rotate.class
        })
final class TokenCommand extends WordGroup {
    private static final int LEAST_WIDTH = 10;
    private static final int PADDING = 3;

    private static final SecureRandom RANDOM = new SecureRandom();

    @Command(name = "create", description = "Create bootstrap tokens on the server", mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "TOKEN", arity = "0..1", description = "[a-z0-9]{6}.[a-z0-9]{16} (default: made)")
        String token = "";

        @Option(names = "--description", paramLabel = "TEXT", defaultValue = "", description = "what it is for")
        String description = "";

        @Option(
                names = "--groups",
                paramLabel = "GROUP",
                split = ",",
                description = "extra groups of who shows it (default " + BootstrapTicket.NODES_GROUP + ")")
        List<String> groups = new ArrayList<>();

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                defaultValue = "24h",
                description = "after which it is deleted, such as 1s, 2m, 3h; 0: never (default ${DEFAULT-VALUE})")
        String ttl = "24h";

        @Option(
                names = "--usages",
                paramLabel = "USAGE",
                split = ",",
                description = "what it is good for: signing, authentication (default both)")
        List<String> usages = new ArrayList<>();

        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            Duration life = AuthorizationOptions.duration("--ttl", ttl.equals("0") ? "0s" : ttl);
            BootstrapTicket ticket = ticket(life, InstantSource.system());
            try (ServerSession session = ServerSession.open(client)) {
                session.answer(() -> session.api().create(Resources.SECRETS, ticket.object()));
                System.out.println(joining(session.server().caPem(), ticket.token()));
            }
            return 0;
        }

        BootstrapTicket ticket(Duration life, InstantSource clock) {
            try {
                return BootstrapTicket.of(
                        token.isEmpty() ? BootstrapTicket.generate(RANDOM) : token,
                        description,
                        life.isZero()
                                ? Optional.empty()
                                : Optional.of(clock.instant().plus(life)),
                        usages.isEmpty() ? BootstrapTicket.USAGES : usages,
                        groups.isEmpty() ? List.of(BootstrapTicket.NODES_GROUP) : groups);
            } catch (IllegalArgumentException e) {
                throw new StartFailure(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** The form that pins the server's CA, if it is known. */
    static String joining(String caPem, String token) {
        return caPem.isEmpty() ? token : new JoinToken(Optional.of(JoinToken.hash(caPem)), "", token).text();
    }

    @Command(name = "delete", description = "Delete bootstrap tokens on the server", mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Parameters(paramLabel = "TOKEN", arity = "1..*", description = "its id, or all of it")
        List<String> tokens = new ArrayList<>();

        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            List<String> ids = tokens.stream().map(Delete::id).toList();
            try (ServerSession session = ServerSession.open(client)) {
                for (String id : ids) {
                    session.answer(() ->
                            session.api().delete(Resources.SECRETS, BootstrapTicket.key(id), DeleteOptions.DEFAULT));
                    System.out.println("bootstrap token \"" + id + "\" deleted");
                }
            }
            return 0;
        }

        private static String id(String text) {
            String plain = text.contains("::") ? text.substring(text.indexOf("::") + 2) : text;
            return BootstrapTicket.id(plain)
                    .orElseThrow(() -> new StartFailure("given token didn't match pattern \"[a-z0-9]{6}\" or"
                            + " \"[a-z0-9]{6}.[a-z0-9]{16}\": minik token list shows the ids"));
        }
    }

    @Command(
            name = "generate",
            description = "Generate and print a bootstrap token, but do not create it on the server",
            mixinStandardHelpOptions = true)
    static final class Generate implements Callable<Integer> {
        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            System.out.println(BootstrapTicket.generate(RANDOM));
            return 0;
        }
    }

    @Command(name = "list", description = "List bootstrap tokens on the server", mixinStandardHelpOptions = true)
    static final class Listing implements Callable<Integer> {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORM",
                defaultValue = "text",
                description = "text, json or yaml (default ${DEFAULT-VALUE})")
        String output = "text";

        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            if (!List.of("text", "json", "yaml").contains(output)) {
                throw new Flag("--output").wrong(output, "is none of text, json, yaml");
            }
            List<BootstrapTicket> found = new ArrayList<>();
            try (ServerSession session = ServerSession.open(client)) {
                session.answer(() -> session.api()
                                .list(
                                        Resources.SECRETS,
                                        BootstrapTicket.NAMESPACE,
                                        ListOptions.fields("type=" + BootstrapTicket.TYPE)))
                        .items()
                        .forEach(secret -> BootstrapTicket.of(secret).ifPresent(found::add));
            }
            System.out.print(text(found, output, InstantSource.system().instant()));
            return 0;
        }

        static String text(List<BootstrapTicket> found, String output, Instant now) {
            ArrayNode list = Json.array();
            found.forEach(ticket -> list.add(ticket.tree()));
            return switch (output) {
                case "json" -> list + "\n";
                case "yaml" -> new Yaml().dump(Json.MAPPER.convertValue(list, List.class));
                default -> table(found, now);
            };
        }

        private static String table(List<BootstrapTicket> found, Instant now) {
            TextTable table = new TextTable(LEAST_WIDTH, PADDING)
                    .row("TOKEN", "TTL", "EXPIRES", "USAGES", "DESCRIPTION", "EXTRA GROUPS");
            for (BootstrapTicket ticket : found) {
                table.row(
                        ticket.id(),
                        ticket.expires()
                                .map(end -> Spans.shortest(Duration.between(now, end)))
                                .orElse("<forever>"),
                        ticket.expires().map(Instant::toString).orElse("<never>"),
                        orNone(String.join(",", ticket.usages())),
                        orNone(ticket.description()),
                        orNone(String.join(",", ticket.groups())));
            }
            return table.toString();
        }

        private static String orNone(String text) {
            return text.isEmpty() ? "<none>" : text;
        }
    }

    @Command(
            name = "rotate",
            description = "Give the server another token of its own; nodes that have joined stay.",
            mixinStandardHelpOptions = true)
    static final class Rotate implements Callable<Integer> {
        @Option(
                names = "--new-token",
                paramLabel = "TOKEN",
                defaultValue = "",
                description = "the new one (default: made, and printed)")
        String newToken = "";

        @Option(
                names = {"-t", "--token"},
                paramLabel = "TOKEN",
                hidden = true,
                description = "the old one, as k3s wants it: whoever may rotate it here may read it")
        String token = "";

        @Mixin
        ClientOptions client = new ClientOptions();

        @Override
        public Integer call() {
            String wanted = newToken.isEmpty() ? TokenFile.random() : newToken;
            try (ServerSession session = ServerSession.open(client)) {
                Buffer body = Buffer.buffer(Json.bytes(Json.object().put("newToken", wanted)));
                Buffer answer = session.fetch(HttpMethod.POST, TokenPage.PATH, body);
                System.err.println(
                        "WARNING: Recommended to keep a record of the old token. If restoring from a snapshot,"
                                + " you must use the token associated with that snapshot.");
                System.out.println("Token rotated, restart minik nodes with new token");
                System.out.println(answer.toString(StandardCharsets.UTF_8).strip());
            }
            return 0;
        }
    }
}
