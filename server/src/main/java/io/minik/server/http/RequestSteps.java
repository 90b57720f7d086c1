package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Loop;
import io.minik.server.authn.Authenticator;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Forbidden;
import io.minik.server.authz.NodeUser;
import io.minik.server.flowcontrol.FlowControl;
import io.minik.server.flowcontrol.RequestFlow;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that every request takes, in the order of {@link ApiServer}'s list. */
final class RequestSteps {
    private static final Logger log = LoggerFactory.getLogger(RequestSteps.class);

    /** kube-apiserver's --request-timeout: for all but watches, logs and proxies. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** What a request takes beside its body, until its answer is taken: a stream, headers, a small answer's objects. */
    private static final int REQUEST_BYTES = 4 * 1024;

    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final AtomicInteger reading = new AtomicInteger();
    private final AtomicInteger mutating = new AtomicInteger();
    private final FlowControl flows;
    private final ToIntFunction<Target> widths;

    /** @param widths how many seats a request takes */
    RequestSteps(Authenticator authenticator, Authorizer authorizer, FlowControl flows, ToIntFunction<Target> widths) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.flows = flows;
        this.widths = widths;
    }

    /** How much is worked on, by upstream's names. */
    void measure(Metrics metrics) {
        String name = "apiserver_current_inflight_requests{request_kind=";
        metrics.gauge(name + "\"readOnly\"}", reading::get);
        metrics.gauge(name + "\"mutating\"}", mutating::get);
    }

    /** What is no answer of the API becomes a 500, told once in the log. */
    Future<Answer> recover(ApiRequest request, RequestStep.Next next) {
        return next.handle(request).recover(error -> {
            if (error instanceof ApiException) {
                return Future.failedFuture(error);
            }
            log.atError()
                    .addKeyValue("audit", request.id())
                    .addKeyValue("verb", request.target().verb())
                    .addKeyValue("path", request.target().path())
                    .setCause(error)
                    .log("request failed unexpectedly");
            return Future.failedFuture(ApiException.internal(String.valueOf(error.getMessage())));
        });
    }

    Future<Answer> timeOut(ApiRequest request, RequestStep.Next next) {
        if (request.target().longRunning()) {
            return next.handle(request);
        }
        return Loop.within(TIMEOUT, next.handle(request))
                .recover(error -> Future.failedFuture(
                        error instanceof TimeoutException
                                ? ApiException.of(
                                        Reason.Timeout,
                                        "Timeout: request did not complete within the allotted timeout",
                                        Details.NONE)
                                : error));
    }

    Future<Answer> authenticate(ApiRequest request, RequestStep.Next next) {
        HttpExchange wire = request.wire().orElseThrow();
        Authenticator.Credentials credentials = new Authenticator.Credentials(
                wire.clientCertificates(),
                wire.bearerToken(),
                List.of(),
                wire.request().headers());
        return authenticator.authenticate(credentials).compose(user -> {
            if (user.isPresent()
                    && !wire.guard().isKnown()
                    && !wire.guard().known(user.get().name(), weight(user.get()))) {
                throw ApiException.tooManyRequests();
            }
            if (user.isEmpty()
                    && !authenticator.letsAnonymousIn(request.target().path())) {
                throw ApiException.unauthorized();
            }
            User asker = user.orElse(User.ANONYMOUS);
            authenticator.forget(wire.request().headers());
            wire.body().hold().of(asker);
            if (user.isPresent()) {
                hold(wire);
            }
            return next.handle(request.as(asker));
        });
    }

    /**
     * Who has so many requests open that the budget is used up gets no answer to wait for: that one would be open too. Strangers'
     * requests are few ({@link io.minik.ground.net.Connections}), and none of them can keep the others from a health page.
     */
    private static void hold(HttpExchange wire) {
        try {
            wire.body().hold().grow(REQUEST_BYTES);
        } catch (ApiException tooMany) {
            wire.request().connection().close().onFailure(ProxyPipe::quietly);
            throw tooMany;
        }
    }

    /** A node's kubelet, proxy and watches are never kept out by what others on its address open. */
    private static int weight(User user) {
        if (user.groups().contains(NodeUser.GROUP)) {
            return 0;
        }
        return user.groups().contains(User.MASTERS) ? ByteBudget.MASTERS_WEIGHT : 1;
    }

    /** Acts as somebody else, who is that from here on. */
    Future<Answer> impersonate(ApiRequest request, RequestStep.Next next) {
        Optional<Impersonation> asked =
                Impersonation.of(request.wire().orElseThrow().request().headers());
        if (asked.isEmpty()) {
            return next.handle(request);
        }
        return require(request.user(), asked.get().wanted()).compose(unused -> {
            User other = asked.get().user();
            request.audit().impersonated(other);
            return next.handle(request.as(other));
        });
    }

    /** One after the other; the first that is not allowed is told. */
    private Future<Void> require(User user, List<Target> wanted) {
        if (wanted.isEmpty()) {
            return Future.succeededFuture();
        }
        Target first = wanted.get(0);
        return authorizer
                .authorize(user, first)
                .compose(decision -> decision.allowed()
                        ? require(user, wanted.subList(1, wanted.size()))
                        : Future.failedFuture(Forbidden.of(user, first, decision)));
    }

    /** A seat first, or a place in the queue of its flow; what goes on for long is classified alone. */
    Future<Answer> limit(ApiRequest request, RequestStep.Next next) {
        RequestFlow whose = flows.classify(request.user(), request.target());
        request.wire().ifPresent(wire -> {
            MultiMap headers = wire.request().response().headers();
            headers.set("X-Kubernetes-PF-FlowSchema-UID", whose.schemaUid());
            headers.set("X-Kubernetes-PF-PriorityLevel-UID", whose.levelUid());
        });
        return request.target().longRunning()
                ? next.handle(request)
                : flows.run(whose, widths.applyAsInt(request.target()), () -> counted(request, next));
    }

    private Future<Answer> counted(ApiRequest request, RequestStep.Next next) {
        AtomicInteger counter = request.target().readOnly() ? reading : mutating;
        counter.incrementAndGet();
        return next.handle(request).onComplete(unused -> counter.decrementAndGet());
    }

    Future<Answer> authorize(ApiRequest request, RequestStep.Next next) {
        Future<Decision> decided = authorizer.authorize(request.user(), request.target());
        return decided.succeeded()
                ? admit(request, decided.result(), next)
                : decided.compose(decision -> admit(request, decision, next));
    }

    private Future<Answer> admit(ApiRequest request, Decision decision, RequestStep.Next next) {
        request.audit().annotate("authorization.k8s.io/decision", decision.allowed() ? "allow" : "forbid");
        request.audit().annotate("authorization.k8s.io/reason", decision.reason());
        if (!decision.allowed()) {
            throw decision.error().isEmpty()
                    ? Forbidden.of(request.user(), request.target(), decision)
                    : ApiException.internal("Internal error occurred: " + decision.error());
        }
        if (request.target().entersPod() && !request.target().verb().equals("create")) {
            // As upstream since 1.35: a WebSocket's GET needs what SPDY's POST needs, else to read is to enter.
            return require(request.user(), List.of(request.target().as("create")))
                    .compose(unused -> next.handle(request));
        }
        return next.handle(request);
    }
}
