package io.minik.store.remote;

import io.minik.ground.loop.Loop;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.AuthRpc;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls to an etcd cluster, each made at the member that is spoken to now. All on the store's loop.
 *
 * <pre>
 *   choose a member --connect--> sent --answer--> done
 *     ^    |             |         |---refused, not available-----> again, if it changes nothing
 *     |    +-- all down -+         |---no answer in time----------> the connection is closed: again, if it changes nothing
 *     +---- back-off ----+         +---a write, no answer----------> a read looks whether the member lives; fails at the end
 * </pre>
 */
final class EtcdClient {
    private static final Logger log = LoggerFactory.getLogger(EtcdClient.class);

    private static final String TOKEN = "token";

    private final Loop loop;
    private final RemoteConfig config;
    private final List<EtcdMember> members;
    private final Endpoints<EtcdMember> endpoints;
    private final LongConsumer seen;

    private boolean closed;
    private long clusterId;
    private Optional<Future<String>> token = Optional.empty();
    private boolean probing;
    /** Since the last answer. */
    private int failures;

    private Optional<String> trouble = Optional.empty();
    private volatile String unreachableSince = "";

    /** @param seen hears of each revision that an answer tells */
    EtcdClient(Vertx vertx, Loop loop, RemoteConfig config, LongConsumer seen) {
        this.loop = loop;
        this.config = config;
        this.seen = seen;
        this.members = config.endpoints().stream()
                .map(endpoint -> EtcdMember.of(vertx, config, endpoint))
                .toList();
        this.endpoints = new Endpoints<>(members, loop.random());
    }

    /** Why nothing is answered, empty: something was, last. Any thread. */
    String trouble() {
        return unreachableSince;
    }

    <Q, R> Future<R> call(Calls<Q, R> call, Q request) {
        Attempts<Q, R> attempts = new Attempts<>(call, request);
        attempts.next();
        return attempts.answer.future();
    }

    /** A stream to the member that is spoken to now; whoever has it ends it. */
    <Q, R> Future<GrpcClientRequest<Q, R>> open(ServiceMethod<R, Q> method) {
        if (closed) {
            return Future.failedFuture(new StoreException.Closed());
        }
        Endpoints.Choice<EtcdMember> choice = endpoints.choose(loop.millis());
        if (choice.waitMillis() > 0) {
            return Future.failedFuture(unreachable());
        }
        return connect(choice.member(), method)
                .compose(request -> authorized().map(password -> {
                    password.ifPresent(text -> request.headers().set(TOKEN, text));
                    return request;
                }))
                .recover(error -> Future.failedFuture(
                        error instanceof StoreException ? error : new StoreException.Unreachable(words(error))));
    }

    Future<Void> close() {
        closed = true;
        return Future.join(members.stream().map(member -> member.grpc().close()).toList())
                .mapEmpty();
    }

    private StoreException unreachable() {
        return new StoreException.Unreachable("etcd does not answer at " + config.endpoints()
                + trouble.map(why -> ": " + why).orElse(""));
    }

    private static String words(Throwable error) {
        return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    }

    /** A request that can be sent; one that comes too late is thrown away. */
    private <Q, R> Future<GrpcClientRequest<Q, R>> connect(EtcdMember member, ServiceMethod<R, Q> method) {
        Promise<GrpcClientRequest<Q, R>> opened = Promise.promise();
        Loop.Timer timer = loop.after(
                Deadlines.READ, () -> opened.tryFail(new StoreException.Unreachable(member + " takes no connection")));
        member.grpc().request(method).onComplete(done -> {
            timer.cancel();
            if (done.succeeded() && !opened.tryComplete(done.result())) {
                done.result().cancel();
            } else if (done.failed()) {
                opened.tryFail(done.cause());
            }
        });
        return opened.future().onFailure(error -> failed(member, words(error)));
    }

    private void failed(EtcdMember member, String why) {
        endpoints.failed(member, loop.millis());
        if (trouble.isEmpty()) {
            log.atWarn().addKeyValue("endpoint", member).addKeyValue("err", why).log("etcd does not answer here");
        }
        trouble = Optional.of(member + ": " + why);
        failures++;
        if (failures >= members.size()) {
            unreachableSince = "etcd does not answer: " + member + ": " + why;
        }
    }

    private void answered(EtcdMember member, Rpc.ResponseHeader header) {
        endpoints.answered(member);
        failures = 0;
        if (trouble.isPresent()) {
            log.atInfo().addKeyValue("endpoint", member).log("etcd answers again");
            trouble = Optional.empty();
            unreachableSince = "";
        }
        seen.accept(header.getRevision());
    }

    // ---- who asks ----

    private Future<Optional<String>> authorized() {
        if (config.user().isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        Future<String> known = token.filter(last -> !last.failed()).orElseGet(this::authenticate);
        token = Optional.of(known);
        return known.map(Optional::of);
    }

    private Future<String> authenticate() {
        return call(
                        Calls.AUTHENTICATE,
                        AuthRpc.AuthenticateRequest.newBuilder()
                                .setName(config.user())
                                .setPassword(config.password())
                                .build())
                .map(AuthRpc.AuthenticateResponse::getToken)
                .recover(error -> Future.failedFuture(
                        error instanceof RemoteFailures.Refusal refusal
                                ? new StoreException.Refused("user " + config.user() + ": " + refusal.words())
                                : error));
    }

    /** Tokens end, and those of before a change of users or roles are refused: in both cases nothing was done. */
    private boolean isStaleToken(RemoteFailures.Refusal refusal) {
        return !config.user().isEmpty()
                && (refusal.status() == GrpcStatus.UNAUTHENTICATED
                        || refusal.words().endsWith("revision of auth store is old"));
    }

    // ---- one call ----

    private final class Attempts<Q, R> {
        private final Calls<Q, R> call;
        private final Q request;
        private final long until = loop.millis() + Deadlines.RETRY.toMillis();
        private final Promise<R> answer = Promise.promise();
        private boolean freshToken;

        Attempts(Calls<Q, R> call, Q request) {
            this.call = call;
            this.request = request;
        }

        void next() {
            if (closed) {
                answer.tryFail(new StoreException.Closed());
                return;
            }
            Endpoints.Choice<EtcdMember> choice = endpoints.choose(loop.millis());
            if (choice.waitMillis() > 0) {
                again(choice.waitMillis());
                return;
            }
            EtcdMember member = choice.member();
            connect(member, call.method()).onComplete(opened -> {
                if (opened.failed()) {
                    again(0);
                } else if (call.equals(Calls.AUTHENTICATE)) {
                    new Sent(member, opened.result()).send();
                } else {
                    authorized().onComplete(known -> {
                        if (known.failed()) {
                            opened.result().cancel();
                            answer.tryFail(known.cause());
                            return;
                        }
                        known.result()
                                .ifPresent(text -> opened.result().headers().set(TOKEN, text));
                        new Sent(member, opened.result()).send();
                    });
                }
            });
        }

        private void again(long waitMillis) {
            if (loop.millis() + waitMillis >= until) {
                answer.tryFail(unreachable());
            } else if (waitMillis > 0) {
                loop.after(Duration.ofMillis(waitMillis), this::next);
            } else {
                next();
            }
        }

        /** What was sent once. */
        private final class Sent {
            private final EtcdMember member;
            private final GrpcClientRequest<Q, R> stream;
            private Loop.Timer timer = Loop.Timer.NONE;
            private Optional<R> told = Optional.empty();
            private boolean over;

            Sent(EtcdMember member, GrpcClientRequest<Q, R> stream) {
                this.member = member;
                this.stream = stream;
            }

            void send() {
                timer = loop.after(Deadlines.READ, call.repeatable() ? this::silent : this::slow);
                stream.exceptionHandler(this::broken);
                stream.response()
                        .onSuccess(response -> {
                            response.handler(message -> told = Optional.of(message));
                            response.exceptionHandler(this::broken);
                            response.endHandler(end -> ended(response.status(), response.statusMessage()));
                        })
                        .onFailure(this::broken);
                stream.end(request).onFailure(this::broken);
            }

            private boolean first() {
                boolean now = !over;
                over = true;
                timer.cancel();
                return now;
            }

            private void ended(GrpcStatus status, String message) {
                if (!first()) {
                    return;
                }
                if (status == GrpcStatus.OK && told.isPresent()) {
                    Rpc.ResponseHeader header = call.header().apply(told.get());
                    if (isStranger(header)) {
                        strange(header);
                        return;
                    }
                    answered(member, header);
                    answer.tryComplete(told.get());
                    return;
                }
                refused(new RemoteFailures.Refusal(
                        status == GrpcStatus.OK ? GrpcStatus.UNAVAILABLE : status,
                        message == null ? "no answer" : message));
            }

            private void refused(RemoteFailures.Refusal refusal) {
                if (isStaleToken(refusal) && !freshToken) {
                    freshToken = true;
                    token = Optional.empty();
                    next();
                } else if (refusal.status() == GrpcStatus.UNAVAILABLE) {
                    unknown(refusal.words(), refusal);
                } else {
                    answer.tryFail(refusal);
                }
            }

            private void broken(Throwable error) {
                if (first()) {
                    unknown(
                            words(error),
                            new StoreException.Unreachable(
                                    "the connection to " + member + " was lost before etcd answered: " + words(error)));
                }
            }

            /** Nobody knows whether etcd has done it. */
            private void unknown(String why, RuntimeException failure) {
                failed(member, why);
                if (closed) {
                    answer.tryFail(new StoreException.Closed());
                } else if (call.repeatable()) {
                    again(0);
                } else {
                    answer.tryFail(failure);
                }
            }

            /** The member, or the way to it, is gone: so are all calls and watches on that connection. */
            private void silent() {
                if (first()) {
                    stream.connection().close().onFailure(gone -> log.atDebug()
                            .setCause(gone)
                            .log("a silent connection was gone already"));
                    unknown("no answer within " + Deadlines.READ.toMillis() + " ms", unreachable());
                }
            }

            /** A slow disk, or a member that is gone: a read tells. */
            private void slow() {
                timer = loop.after(Deadlines.WRITE.minus(Deadlines.READ), () -> {
                    if (first()) {
                        stream.cancel();
                        answer.tryFail(new StoreException.Unreachable("request timed out"));
                    }
                });
                probe();
            }

            private boolean isStranger(Rpc.ResponseHeader header) {
                if (clusterId == 0) {
                    clusterId = header.getClusterId();
                }
                return header.getClusterId() != clusterId;
            }

            private void strange(Rpc.ResponseHeader header) {
                String why = "it is of another etcd cluster: " + Long.toHexString(header.getClusterId())
                        + " instead of " + Long.toHexString(clusterId);
                log.atError()
                        .addKeyValue("endpoint", member)
                        .addKeyValue("err", why)
                        .log("an endpoint is left out");
                unknown(why, new StoreException.Unreachable(member + ": " + why));
            }
        }
    }

    private void probe() {
        if (!probing) {
            probing = true;
            call(Calls.RANGE, RemoteStore.READ_POINT)
                    .onFailure(error -> log.atDebug().setCause(error).log("etcd does not answer a read either"))
                    .onComplete(done -> probing = false);
        }
    }
}
