package io.minik.server.authz;

import io.minik.server.authn.User;
import io.minik.server.outside.KubeconfigServer;
import io.minik.server.outside.ReviewClient;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several authorizers, one after the other: the first that allows or denies decides. Any thread. */
final class AuthorizerChain implements Authorizer {
    private static final Logger log = LoggerFactory.getLogger(AuthorizerChain.class);

    private final List<Authorizer> steps;
    private final List<ReviewClient> clients;

    private AuthorizerChain(List<Authorizer> steps, List<ReviewClient> clients) {
        this.steps = steps;
        this.clients = clients;
    }

    /** @param servers what a kubeconfig file names; @param own the authorizers of this server, by type */
    static AuthorizerChain of(
            AuthorizationConfig config,
            Function<String, KubeconfigServer> servers,
            Function<String, Authorizer> own,
            Vertx vertx,
            InstantSource clock) {
        List<Authorizer> steps = new ArrayList<>();
        List<ReviewClient> clients = new ArrayList<>();
        for (AuthorizationConfig.Step step : config.steps()) {
            step.webhook()
                    .ifPresentOrElse(
                            webhook -> {
                                ReviewClient client = new ReviewClient(vertx, servers.apply(webhook.kubeconfig()));
                                clients.add(client);
                                steps.add(new AccessWebhook(webhook, client, clock));
                            },
                            () -> steps.add(own.apply(step.type())));
        }
        return new AuthorizerChain(List.copyOf(steps), List.copyOf(clients));
    }

    /** Nobody asks it any more. */
    void end() {
        clients.forEach(client -> client.close().onFailure(error -> log.atDebug()
                .addKeyValue("err", String.valueOf(error.getMessage()))
                .log("a connection to an authorizer broke off")));
    }

    @Override
    public Future<Decision> authorize(User user, Target asked) {
        return ask(0, user, asked, new Decision(Outcome.NO_OPINION, ""));
    }

    private Future<Decision> ask(int at, User user, Target asked, Decision before) {
        if (at == steps.size()) {
            return Future.succeededFuture(before);
        }
        return steps.get(at)
                .authorize(user, asked)
                .compose(decision -> decision.outcome() == Outcome.NO_OPINION
                        ? ask(at + 1, user, asked, joined(before, decision))
                        : Future.succeededFuture(decision));
    }

    private static Decision joined(Decision first, Decision second) {
        return new Decision(
                Outcome.NO_OPINION, joined(first.reason(), second.reason()), joined(first.error(), second.error()));
    }

    private static String joined(String first, String second) {
        return String.join(
                ", ", Stream.of(first, second).filter(text -> !text.isEmpty()).toList());
    }
}
