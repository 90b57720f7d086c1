package io.minik.server.helm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.ChartException;
import io.minik.charts.chart.Manifests;
import io.minik.charts.chart.Manifests.Hook;
import io.minik.charts.chart.Manifests.Item;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is done in the cluster for one release: applied, taken away, waited for. On the loop; one call of the API after another. */
final class ReleaseSteps {
    private static final String NAME = "meta.helm.sh/release-name";
    private static final String NAMESPACE = "meta.helm.sh/release-namespace";
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration KINDS_COME = Duration.ofSeconds(30);

    private final ApiClient client;
    private final Loop loop;
    private final Kinds kinds;
    private final ReleaseName release;
    private final boolean takesOwnership;

    /** @param timeout of each hook */
    record ReleaseName(String name, String namespace, Duration timeout) {}

    ReleaseSteps(ApiClient client, Loop loop, Kinds kinds, ReleaseName release, boolean takesOwnership) {
        this.client = client;
        this.loop = loop;
        this.kinds = kinds;
        this.release = release;
        this.takesOwnership = takesOwnership;
    }

    private record Place(Resource resource, ObjectKey key) {}

    private Optional<Place> find(ObjectNode object) {
        Optional<KindRow> row = kinds.now().findKind(Json.text(object, "apiVersion"), Json.text(object, "kind"));
        return row.map(KindRow::resource).map(resource -> {
            String name = Json.text(object, "metadata", "name");
            return new Place(
                    resource,
                    resource.namespaced()
                            ? ObjectKey.of(Json.textOr(release.namespace(), object, "metadata", "namespace"), name)
                            : ObjectKey.cluster(name));
        });
    }

    private Place place(Item item) {
        return find(item.object())
                .orElseThrow(() -> new ChartException("unable to build kubernetes objects from " + item.file()
                        + ": resource mapping not found for name: \"" + item.name() + "\": no matches for kind \""
                        + item.kind() + "\" in version \"" + Json.text(item.object(), "apiVersion")
                        + "\", ensure CRDs are installed first"));
    }

    private static String shown(Item item) {
        return item.kind() + " \"" + item.name() + "\" (" + item.file() + ")";
    }

    /** What is missing is made, nothing else: charts never change or take away a definition in {@code crds/}. */
    Future<Void> crds(List<Item> items) {
        return loop.inTurns(items, item -> {
                    Place place = place(item);
                    return client.create(place.resource(), KubeObject.of(item.object()))
                            .<Void>mapEmpty()
                            .recover(error -> ApiException.is(error, Reason.AlreadyExists)
                                    ? Future.succeededFuture()
                                    : failed("failed to install CRD " + shown(item), error));
                })
                .compose(unused -> served(items, loop.millis() + KINDS_COME.toMillis()));
    }

    private Future<Void> served(List<Item> crds, long deadline) {
        boolean all = crds.stream().allMatch(item -> {
            ObjectNode spec = Json.child(item.object(), "spec");
            String kind = Json.text(spec, "names", "kind");
            return Json.items(spec, "versions").stream()
                    .filter(version -> Json.bool(version, "served"))
                    .allMatch(version -> kinds.now()
                            .findKind(Json.text(spec, "group") + "/" + Json.text(version, "name"), kind)
                            .isPresent());
        });
        if (all || crds.isEmpty()) {
            return Future.succeededFuture();
        }
        if (loop.millis() > deadline) {
            return Future.failedFuture(new ChartException("the kinds of the chart's crds/ are not served"));
        }
        return later().compose(unused -> served(crds, deadline));
    }

    private Future<Void> later() {
        Promise<Void> later = Promise.promise();
        loop.after(LOOK, later::complete);
        return later.future();
    }

    private static <T> Future<T> failed(String what, Throwable error) {
        return Future.failedFuture(new ChartException(what + ": " + error.getMessage()));
    }

    /** Whether all that will be applied may be: it is there for nobody else. */
    Future<Void> check(List<Item> items) {
        items.forEach(this::place);
        if (takesOwnership) {
            return Future.succeededFuture();
        }
        return loop.inTurns(items, item -> {
            Place place = place(item);
            return client.get(place.resource(), place.key())
                    .<Void>map(there -> {
                        owned(item, there);
                        return null;
                    })
                    .recover(error -> ApiException.is(error, Reason.NotFound)
                            ? Future.succeededFuture()
                            : Future.failedFuture(error));
        });
    }

    /** A release of another namespace may have the same name. */
    private boolean isOurs(KubeObject there) {
        Map<String, String> annotations = there.annotations();
        return release.name().equals(annotations.get(NAME))
                && release.namespace().equals(annotations.get(NAMESPACE));
    }

    private void owned(Item item, KubeObject there) {
        if (!"Helm".equals(there.meta().labels().get(MANAGED_BY)) || !isOurs(there)) {
            throw new ChartException(shown(item)
                    + " exists and cannot be imported into the current release: invalid ownership"
                    + " metadata; annotation " + NAME + " must be \"" + release.name() + "\" and label " + MANAGED_BY
                    + " \"Helm\"");
        }
    }

    Future<Void> apply(List<Item> items) {
        return loop.inTurns(items, item -> {
            Place place = place(item);
            return client.apply(place.resource(), place.key(), marked(item.object(), place))
                    .<Void>mapEmpty()
                    .recover(error -> failed(shown(item), error));
        });
    }

    private ObjectNode marked(ObjectNode given, Place place) {
        ObjectNode object = given.deepCopy();
        ObjectNode metadata = Json.child(object, "metadata");
        if (place.resource().namespaced()) {
            metadata.put("namespace", place.key().namespace());
        } else {
            metadata.remove("namespace");
        }
        Json.child(metadata, "labels").put(MANAGED_BY, "Helm");
        Json.child(metadata, "annotations").put(NAME, release.name()).put(NAMESPACE, release.namespace());
        return object;
    }

    private static boolean isKept(ObjectNode object) {
        return object.path("metadata")
                .path("annotations")
                .path(HelmRelease.POLICY)
                .asText("")
                .equals("keep");
    }

    /** Takes away what the one before brought and this one does not, in the reverse order; all of it if there is no next. */
    Future<Void> prune(List<Item> before, List<Item> now) {
        Map<Place, Item> gone = new LinkedHashMap<>();
        before.forEach(item -> find(item.object()).ifPresent(place -> gone.put(place, item)));
        now.forEach(item -> find(item.object()).ifPresent(gone::remove));
        List<Item> sorted = new ArrayList<>(gone.values());
        sorted.removeIf(item -> isKept(item.object()));
        sorted.sort(Manifests.INSTALL);
        Collections.reverse(sorted);
        return loop.inTurns(sorted, item -> delete(item, true));
    }

    /** @param ownedOnly what somebody else has made his own since is left alone */
    private Future<Void> delete(Item item, boolean ownedOnly) {
        Place place = place(item);
        return client.get(place.resource(), place.key())
                .compose(there -> {
                    boolean kept = ownedOnly && (isKept(there.tree()) || !isOurs(there));
                    return kept
                            ? Future.<Void>succeededFuture()
                            : client.delete(
                                            place.resource(),
                                            place.key(),
                                            DeleteOptions.onlyIf(there.uid()).propagate("Background"))
                                    .<Void>mapEmpty();
                })
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture()
                        : failed("failed to delete " + shown(item), error));
    }

    /** Those of an event, by weight, each waited for before the next. */
    Future<Void> hooks(List<Hook> hooks, String event) {
        return loop.inTurns(
                hooks.stream().filter(hook -> hook.events().contains(event)).toList(), hook -> run(hook, event));
    }

    private Future<Void> run(Hook hook, String event) {
        boolean before = hook.policies().isEmpty() || hook.policies().contains("before-hook-creation");
        long deadline = loop.millis() + release.timeout().toMillis();
        Future<Void> ready = before
                ? delete(hook.item(), false).compose(unused -> gone(hook.item(), deadline))
                : Future.succeededFuture();
        return ready.compose(unused -> {
                    Place place = place(hook.item());
                    ObjectNode object = hook.item().object().deepCopy();
                    if (place.resource().namespaced()) {
                        Json.child(object, "metadata")
                                .put("namespace", place.key().namespace());
                    }
                    return client.create(place.resource(), KubeObject.of(object));
                })
                .compose(unused -> ended(hook.item(), deadline))
                .transform(done -> {
                    boolean delete = hook.policies().contains(done.succeeded() ? "hook-succeeded" : "hook-failed");
                    Future<Void> cleaned = delete ? delete(hook.item(), false) : Future.succeededFuture();
                    return cleaned.compose(unused -> done.succeeded()
                            ? Future.succeededFuture()
                            : failed(event + " hook failed: " + shown(hook.item()), done.cause()));
                });
    }

    private Future<Void> gone(Item item, long deadline) {
        Place place = place(item);
        return client.get(place.resource(), place.key())
                .compose(there -> loop.millis() > deadline
                        ? Future.<Void>failedFuture(new ChartException(shown(item) + " does not go"))
                        : later().compose(unused -> gone(item, deadline)))
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture()
                        : Future.failedFuture(error));
    }

    /** Of a Job and of a Pod its end; all else is done once it is there. */
    private Future<Void> ended(Item item, long deadline) {
        boolean runs = item.kind().equals("Job") || item.kind().equals("Pod");
        if (!runs) {
            return Future.succeededFuture();
        }
        Place place = place(item);
        return client.get(place.resource(), place.key()).compose(object -> {
            String phase = item.kind().equals("Pod") ? object.text("status", "phase") : jobPhase(object);
            if (phase.equals("Succeeded")) {
                return Future.succeededFuture();
            }
            if (phase.equals("Failed")) {
                return Future.failedFuture(new ChartException(item.kind().toLowerCase(Locale.ROOT) + " failed"));
            }
            return loop.millis() > deadline
                    ? Future.failedFuture(new ChartException("timed out waiting for the condition"))
                    : later().compose(unused -> ended(item, deadline));
        });
    }

    private static String jobPhase(KubeObject job) {
        for (var condition : Json.items(job.tree(), "status", "conditions")) {
            String type = Json.text(condition, "type");
            if (Json.text(condition, "status").equals("True") && (type.equals("Complete") || type.equals("Failed"))) {
                return type.equals("Complete") ? "Succeeded" : type;
            }
        }
        return "";
    }
}
