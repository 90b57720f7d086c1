package io.minik.server.aggregation;

import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.aggregation.ExtensionChecks.Verdict;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes and keeps the APIServices of what is served here, asks the servers of the others whether they are there, and says in each one's
 * status whether it is available. A server is asked when its APIService, its Service or its endpoints change, and every 30 s.
 */
public final class ApiServiceController implements Controller {
    private static final String OF_SERVICE = "kubernetes.io/service-name";
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);
    private static final Duration FIRST_AGAIN = Duration.ofSeconds(1);
    private static final String AVAILABLE = "Available";

    private final ControllerContext context;
    private final Aggregation aggregation;
    private final Informer apiServices;
    private final ExtensionChecks checks;
    private final ReconcileLoop work;

    // The controllers' loop.
    private Map<String, KubeObject> wanted;
    /** Local ones that were as they should be since the start. */
    private final Set<String> settled = new HashSet<>();
    /** Of others, by name: under which Service they are to be asked again. */
    private final Map<String, Extension> extensions = new HashMap<>();
    /** How long ago a silent one is asked again, by name. */
    private final Map<String, Duration> patience = new HashMap<>();

    ApiServiceController(ControllerContext context, Kinds kinds, Aggregation aggregation) {
        this.context = context;
        this.aggregation = aggregation;
        this.wanted = LocalServices.wanted(kinds.now());
        this.apiServices = context.informer(LocalServices.API_SERVICES);
        Informer services = context.informer(Resources.SERVICES);
        Informer slices = context.informer(Resources.ENDPOINT_SLICES);
        this.checks = new ExtensionChecks(services, slices, aggregation.client());
        this.work = context.reconcile("apiservice", this::reconcile)
                .watch(apiServices)
                .watch(services, service -> named(service.key()))
                .watch(
                        slices,
                        slice -> named(ObjectKey.of(
                                slice.namespace(), slice.meta().labels().getOrDefault(OF_SERVICE, ""))));
        kinds.onChange(change -> context.loop().run(() -> {
            Set<String> names = new HashSet<>(wanted.keySet());
            wanted = LocalServices.wanted(change.now());
            names.addAll(wanted.keySet());
            names.forEach(name -> work.add(ObjectKey.cluster(name)));
        }));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /**
     * Knows whose each group version is, as it was when the server stopped: before anybody asks, or thinks that there is nothing of
     * such a group. On the loop.
     */
    public Future<Void> restore() {
        return context.client()
                .list(LocalServices.API_SERVICES, "", ListOptions.ALL)
                .onSuccess(found -> found.items().stream()
                        .filter(object -> !isBuiltIn(object.name()))
                        .forEach(object -> Extension.of(object).ifPresent(extension -> {
                            extensions.put(object.name(), extension);
                            aggregation.put(
                                    extension, Conditions.isTrue(object.at("status"), AVAILABLE), Optional.empty());
                        })))
                .mapEmpty();
    }

    private boolean isBuiltIn(String name) {
        return LocalServices.isBuiltIn(name, wanted);
    }

    @Override
    public Future<Void> start() {
        return work.start().onSuccess(unused -> context.loop()
                .run(() -> wanted.keySet().forEach(name -> work.add(ObjectKey.cluster(name)))));
    }

    private Collection<ObjectKey> named(ObjectKey service) {
        return extensions.isEmpty()
                ? List.of()
                : extensions.entrySet().stream()
                        .filter(each -> each.getValue().service().equals(service.name())
                                && each.getValue().namespace().equals(service.namespace()))
                        .map(each -> ObjectKey.cluster(each.getKey()))
                        .toList();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> present = apiServices.get(key);
        Optional<KubeObject> ours = Optional.ofNullable(wanted.get(key.name()));
        Future<Void> kept =
                switch (LocalServices.decide(ours, present, settled.contains(key.name()))) {
                    case NOTHING -> Future.succeededFuture();
                    case CREATE ->
                        Outcomes.ignoring(
                                context.client().create(LocalServices.API_SERVICES, ours.orElseThrow()),
                                Reason.AlreadyExists);
                    case UPDATE -> update(present.orElseThrow(), ours.orElseThrow());
                    case DELETE ->
                        Outcomes.ignoring(
                                context.client()
                                        .delete(
                                                LocalServices.API_SERVICES,
                                                key,
                                                DeleteOptions.onlyIf(
                                                        present.orElseThrow().uid())),
                                Reason.NotFound,
                                Reason.Conflict);
                };
        return kept.compose(done -> {
            settled.add(key.name());
            return present.isEmpty() ? gone(key.name()) : judge(present.get());
        });
    }

    private Future<Void> update(KubeObject present, KubeObject wanted) {
        KubeObject again = present.edit(tree -> tree.set("spec", wanted.at("spec")));
        return Outcomes.ignoring(
                context.client().update(LocalServices.API_SERVICES, again), Reason.Conflict, Reason.NotFound);
    }

    private Future<Optional<Duration>> gone(String name) {
        Extension before = extensions.remove(name);
        patience.remove(name);
        if (before != null) {
            aggregation.forget(before.groupVersion());
        }
        return Outcomes.done();
    }

    private Future<Optional<Duration>> judge(KubeObject present) {
        String name = present.name();
        Optional<Extension> extension = Extension.of(present);
        if (extension.isEmpty()) {
            return gone(name)
                    .compose(unused -> Outcomes.done(tell(
                            present,
                            new Verdict(true, "Local", "Local APIServices are always available", Optional.empty()))));
        }
        if (isBuiltIn(name)) {
            String why = "this server serves " + extension.get().groupVersion()
                    + " itself, and passes none of its requests on";
            return gone(name).compose(unused -> Outcomes.done(tell(present, Verdict.not("ServedLocally", why))));
        }
        Extension asked = extension.get();
        extensions.put(name, asked);
        if (aggregation.find(asked.group(), asked.version()).isEmpty()) {
            // From now on requests are that server's, though nobody knows yet whether it answers: nothing else may
            // answer them.
            aggregation.put(asked, Conditions.isTrue(present.at("status"), AVAILABLE), Optional.empty());
        }
        return checks.check(asked).compose(verdict -> {
            if (!asked.equals(extensions.get(name))) {
                return Outcomes.done();
            }
            aggregation.put(asked, verdict.available(), verdict.resources());
            return tell(present, verdict).map(told -> Optional.of(again(name, verdict.available())));
        });
    }

    private Duration again(String name, boolean available) {
        if (available) {
            patience.remove(name);
            return LOOK_EVERY;
        }
        Duration now = patience.getOrDefault(name, FIRST_AGAIN);
        Duration next = now.multipliedBy(2);
        patience.put(name, next.compareTo(LOOK_EVERY) < 0 ? next : LOOK_EVERY);
        return now;
    }

    private Future<Void> tell(KubeObject present, Verdict verdict) {
        KubeObject told = present.edit(tree -> Conditions.set(
                Json.child(tree, "status"),
                AVAILABLE,
                verdict.available() ? "True" : "False",
                verdict.reason(),
                verdict.message(),
                context.time()));
        return told.at("status").equals(present.at("status"))
                ? Future.succeededFuture()
                : Outcomes.ignoring(
                        context.client().update(LocalServices.API_SERVICES, told, "status"),
                        Reason.Conflict,
                        Reason.NotFound);
    }
}
