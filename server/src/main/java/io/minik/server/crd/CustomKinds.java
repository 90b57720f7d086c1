package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.kinds.DefinitionKind;
import io.minik.server.registry.ServedKinds;
import io.minik.server.table.Tables;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves what CustomResourceDefinitions define, and says in their status what became of them. */
public final class CustomKinds implements Controller {
    private static final Logger log = LoggerFactory.getLogger(CustomKinds.class);

    private static final String ESTABLISHED = "Established";
    private static final String NAMES_ACCEPTED = "NamesAccepted";

    private final ControllerContext context;
    private final ServedKinds kinds;
    private final Tables tables;
    private final Informer definitions;
    private final ReconcileLoop work;
    /** By the definition's name. */
    private final Map<String, Served> served = new HashMap<>();
    /** What was given last: the informer tells of it only later. By the definition's name. */
    private final Map<String, Claim> claims = new HashMap<>();

    private record Served(Definition.Source source, List<KindRow> rows, List<Resource> printed) {}

    private record Claim(String group, JsonNode names) {}

    public CustomKinds(ControllerContext context, ServedKinds kinds, Tables tables) {
        this.context = context;
        this.kinds = kinds;
        this.tables = tables;
        this.definitions = context.informers().of(Definition.RESOURCE, "", ListOptions.ALL, true);
        this.work =
                context.reconcile("customresourcedefinition", this::reconcile).watch(definitions);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /**
     * Serves all that was established before this start, in one change. On the loop; before anybody asks. What cannot be
     * served is told and left to {@link #reconcile}: no definition keeps a cluster from its start.
     */
    public Future<Void> restore() {
        return context.client().list(Definition.RESOURCE, "", ListOptions.ALL).compose(found -> {
            List<KindRow> come = new ArrayList<>();
            for (KubeObject object : found.items()) {
                JsonNode names = object.at("status", "acceptedNames");
                claims.put(object.name(), new Claim(object.text("spec", "group"), names));
                if (Conditions.isTrue(object.at("status"), ESTABLISHED)) {
                    try {
                        come.addAll(note(object.name(), new Definition(object, names))
                                .rows());
                    } catch (RuntimeException e) {
                        tellUnserved(object.name(), e);
                    }
                }
            }
            return kinds.change(List.of(), come).recover(refused -> oneByOne());
        });
    }

    /** Some are refused, and nobody says which. */
    private Future<Void> oneByOne() {
        Future<Void> done = Future.succeededFuture();
        for (Map.Entry<String, Served> entry : List.copyOf(served.entrySet())) {
            done = done.compose(
                            unused -> kinds.change(List.of(), entry.getValue().rows()))
                    .recover(refused -> {
                        served.remove(entry.getKey());
                        tellUnserved(entry.getKey(), refused);
                        return Future.succeededFuture();
                    });
        }
        return done;
    }

    private static void tellUnserved(String name, Throwable error) {
        log.atError()
                .addKeyValue("definition", name)
                .setCause(error)
                .log("a definition can't be served as it is stored");
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = definitions.get(key).map(KubeObject::compact);
        if (found.isEmpty()) {
            return Outcomes.done(forget(key.name()));
        }
        return found.get().meta().deleting() ? end(found.get()) : Outcomes.done(establish(found.get()));
    }

    private Future<Void> establish(KubeObject object) {
        String group = object.text("spec", "group");
        List<JsonNode> others = claims.entrySet().stream()
                .filter(claim -> !claim.getKey().equals(object.name())
                        && claim.getValue().group().equals(group))
                .map(claim -> claim.getValue().names())
                .toList();
        Naming naming = Naming.of(object.at("spec", "names"), object.at("status", "acceptedNames"), others);
        claims.put(object.name(), new Claim(group, naming.accepted()));
        boolean established = naming.all() || Conditions.isTrue(object.at("status"), ESTABLISHED);
        Future<Void> ready = established
                ? serve(object.name(), new Definition(object, naming.accepted()))
                : Future.succeededFuture();
        return ready.compose(unused -> tell(object, status -> {
                    status.set("acceptedNames", naming.accepted());
                    Judgements.tell(status, object, context.time());
                    condition(status, NAMES_ACCEPTED, naming.all(), naming.reason(), naming.message());
                    if (!established) {
                        condition(status, ESTABLISHED, false, "NotAccepted", "not all names are accepted");
                    } else if (!Conditions.isTrue(status, ESTABLISHED)) {
                        condition(
                                status,
                                ESTABLISHED,
                                true,
                                "InitialNamesAccepted",
                                "the initial names have been accepted");
                    }
                }))
                .mapEmpty();
    }

    private void condition(ObjectNode status, String type, boolean value, String reason, String message) {
        Conditions.set(status, type, value ? "True" : "False", reason, message, context.time());
    }

    private Future<KubeObject> tell(KubeObject object, Consumer<ObjectNode> change) {
        KubeObject told = object.edit(tree -> change.accept(Json.child(tree, "status")));
        return told.at("status").equals(object.at("status"))
                ? Future.succeededFuture(object)
                : context.client().update(Definition.RESOURCE, told, "status");
    }

    /** Succeeds when it is served as it is now. */
    private Future<Void> serve(String name, Definition definition) {
        Served before = served.get(name);
        if (before != null && before.source().equals(definition.source())) {
            return Future.succeededFuture();
        }
        List<Resource> printed = before == null ? List.of() : before.printed();
        Served now = note(name, definition);
        return change(before == null ? List.of() : before.rows(), now.rows())
                .onSuccess(unused -> printed.stream()
                        .filter(resource -> !now.printed().contains(resource))
                        .forEach(tables::forget))
                .onFailure(error -> unnote(name, before));
    }

    /** Another storage version is another cache of the same objects, of which there may be only one: that of before goes first. */
    private Future<Void> change(List<KindRow> gone, List<KindRow> come) {
        boolean sameStorage = stored(gone).equals(stored(come));
        return sameStorage
                ? kinds.change(gone, come)
                : kinds.change(gone, List.of()).compose(unused -> kinds.change(List.of(), come));
    }

    private static List<Resource> stored(List<KindRow> rows) {
        return rows.stream().map(KindRow::stored).distinct().toList();
    }

    private Served note(String name, Definition definition) {
        List<KindRow> rows = definition.rows(kinds.kinds());
        List<Resource> printed = rows.stream().map(KindRow::resource).toList();
        definition.tables().forEach((resource, table) -> {
            if (printed.contains(resource)) {
                tables.show(resource, table);
            }
        });
        Served now = new Served(definition.source(), rows, printed);
        served.put(name, now);
        return now;
    }

    private void unnote(String name, @Nullable Served before) {
        if (before == null) {
            served.remove(name);
        } else {
            served.put(name, before);
        }
    }

    /** The definition is gone. Whoever waited for its names gets them. */
    private Future<Void> forget(String name) {
        Claim claim = claims.remove(name);
        if (claim != null) {
            definitions.list().stream()
                    .filter(other -> claims.containsKey(other.name())
                            && claims.get(other.name()).group().equals(claim.group()))
                    .map(KubeObject::key)
                    .toList()
                    .forEach(work::add);
        }
        Served gone = served.remove(name);
        if (gone == null) {
            return Future.succeededFuture();
        }
        return kinds.change(gone.rows(), List.of())
                .onSuccess(unused -> gone.printed().forEach(tables::forget));
    }

    private Future<Optional<Duration>> end(KubeObject object) {
        if (!object.meta().finalizers().contains(DefinitionKind.CLEANUP)) {
            return Outcomes.done();
        }
        JsonNode names = object.at("status", "acceptedNames");
        boolean established = Conditions.isTrue(object.at("status"), ESTABLISHED);
        Future<Void> ready =
                established ? serve(object.name(), new Definition(object, names)) : Future.succeededFuture();
        return ready.compose(unused -> tell(
                        object,
                        status -> condition(
                                status,
                                "Terminating",
                                true,
                                "InstanceDeletionInProgress",
                                "CustomResource deletion is in progress")))
                .compose(told -> new Instances(context.client(), rows(object.name()))
                        .delete()
                        .compose(left -> left ? Outcomes.again(Instances.LOOK_AGAIN) : Outcomes.done(release(told))));
    }

    private List<KindRow> rows(String name) {
        Served now = served.get(name);
        return now == null ? List.of() : now.rows();
    }

    private Future<Void> release(KubeObject object) {
        return tell(
                        object,
                        status -> condition(
                                status, "Terminating", false, "InstanceDeletionCompleted", "removed all instances"))
                .compose(told -> context.client()
                        .update(Definition.RESOURCE, told.edit(tree -> Json.child(tree, "metadata")
                                .withArray("finalizers")
                                .removeIf(finalizer -> finalizer.asText().equals(DefinitionKind.CLEANUP)))))
                .<Void>mapEmpty()
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture()
                        : Future.failedFuture(error));
    }
}
