package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.request.Request;
import io.minik.server.watchcache.CacheWatcher;
import io.minik.server.watchcache.Filter;
import io.minik.server.watchcache.WatchCaches;
import io.minik.server.watchcache.WatchSink;
import io.minik.store.Store;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The one generic path that serves every kind: reads from the watch caches, writes through rules and admission into the
 * store. Stateless but for the caches: any loop may call, futures complete on the caller's.
 */
public final class Registry {
    /** Deletes of one collection in flight: enough to fill one fsync of the store, few beside what others write. */
    private static final int DELETES_AT_ONCE = 16;

    private final Storage storage;
    private final Codec codec;
    private final Forms forms;
    private final SharedForms shared;
    private final Writes writes;
    private final ComputedCreation computing;
    private final ListReads lists;
    private final Scales scales;
    private final KindStrategies strategies;
    private final Selections selections;
    private final List<Observer> observers = new CopyOnWriteArrayList<>();
    private final Map<Connector.Key, Connector> connectors = new HashMap<>();
    private final Map<String, Computed> computed = new HashMap<>();

    /**
     * What the registry is made of.
     *
     * @param configured whom users configure, asked of what is computed and not stored
     * @param converter asked for kinds whose definitions name a webhook
     * @param connectors answer for what is computed when it is created
     */
    public record Parts(
            Store store,
            WatchCaches caches,
            Kinds kinds,
            KindStrategies strategies,
            AdmissionChain admission,
            AdmissionChain configured,
            NameSource names,
            InstantSource clock,
            Converter converter,
            Map<Connector.Key, Connector> connectors) {}

    public Registry(Parts parts) {
        this.strategies = parts.strategies();
        this.storage = new Storage(parts.store(), parts.caches(), strategies, parts.clock());
        this.codec = new Codec(parts.kinds(), strategies, parts.clock());
        this.forms = new Forms(codec, parts.converter());
        this.shared = new SharedForms(forms);
        this.writes = new Writes(new Means(
                storage, codec, forms, strategies, parts.admission(), parts.names(), parts.clock(), this::written));
        this.computing = new ComputedCreation(parts.configured(), storage, parts.clock());
        this.lists = new ListReads(parts.store(), parts.caches());
        this.scales = new Scales(writes, codec);
        this.selections = new Selections(strategies, codec);
        connectors.putAll(parts.connectors());
    }

    private void written(Resource resource, KubeObject object, boolean removed) {
        observers.forEach(observer -> observer.written(resource, object, removed));
    }

    /** For what a connector or an observer writes itself. */
    public Writes writes() {
        return writes;
    }

    /** While the server is wired. */
    public void connect(Connector.Key what, Connector connector) {
        connectors.put(what, connector);
    }

    /** While the server is wired. @param groupResource {@code pods.metrics.k8s.io} */
    public void compute(String groupResource, Computed objects) {
        computed.put(groupResource, objects);
    }

    /** While the server is wired. */
    public void observe(Observer observer) {
        observers.add(observer);
    }

    /** The form in which a kind's objects are served: the stored one, or converted from it. */
    public KubeObject view(Resource resource, KubeObject stored) {
        return codec.view(resource, stored);
    }

    /** The object as far as memory shows it: for wiring and routes that only need a look. */
    public Optional<KubeObject> find(Resource resource, ObjectKey key) {
        return storage.find(codec.stored(resource), key).map(object -> codec.view(resource, object));
    }

    /** As long as what is stored under this name; 0: nothing. */
    public int storedBytes(Resource resource, ObjectKey key) {
        return computed.containsKey(resource.groupResource())
                ? 0
                : storage.find(codec.stored(resource), key)
                        .map(KubeObject::length)
                        .orElse(0);
    }

    /** Every verb that answers with one object. */
    public Future<Result> handle(Request request) {
        try {
            if (request.verb() != Verb.GET) {
                WriteParameters.check(request);
            }
            return switch (request.verb()) {
                case GET -> get(request);
                case CREATE -> create(request);
                case UPDATE -> update(request);
                case PATCH -> patch(request);
                case DELETE -> delete(request);
                case LIST, WATCH, DELETE_COLLECTION ->
                    throw new IllegalArgumentException(request.verb() + " does not answer with one object");
            };
        } catch (ApiException e) {
            return Future.failedFuture(e);
        }
    }

    public Future<Listing> list(Request request) {
        try {
            Resource resource = request.resource();
            Resource stored = codec.stored(resource);
            Filter filter = filter(request);
            Computed present = computed.get(resource.groupResource());
            if (present != null) {
                return present.objects(request.key()).compose(objects -> storage.caughtUp()
                        .map(unused -> listing(
                                request.kind(),
                                new ListReads.Page(
                                        storage.caches().applied(),
                                        objects.stream().filter(filter::wants).toList(),
                                        Optional.empty(),
                                        Optional.empty()))));
            }
            Future<ListReads.Page> page = lists.list(stored, filter, ListReads.Options.of(request));
            return Forms.asks(request.kind())
                    ? page.compose(found -> forms.seen(request.kind(), found.objects())
                            .map(seen -> listing(request.kind(), found, seen)))
                    : page.map(found -> listing(request.kind(), found));
        } catch (ApiException e) {
            return Future.failedFuture(e);
        }
    }

    /** Events come as stored objects, unless somebody else converts their kind: {@link #view} makes them what is served. */
    public Future<CacheWatcher> watch(Request request, WatchSink sink) {
        try {
            Resource stored = codec.stored(request.resource());
            Filter filter = filter(request);
            WatchOptions options = WatchOptions.of(request);
            Future<Void> ready = options.fresh()
                    ? storage.caughtUp()
                    : lists.reached(options.start().revision());
            if (!Forms.asks(request.kind())) {
                return ready.compose(unused ->
                        storage.caches().of(stored).watch(options.start(), filter, options.bookmarks(), sink));
            }
            ConvertedWatch converted = new ConvertedWatch(shared, request.kind(), sink);
            return ready.compose(unused ->
                            storage.caches().of(stored).watch(options.start(), filter, options.bookmarks(), converted))
                    .map(converted::of);
        } catch (ApiException e) {
            return Future.failedFuture(e);
        }
    }

    /** Deletes what a list with the same parameters shows, and answers with that list. */
    public Future<Listing> deleteCollection(Request request) {
        ObjectNode body;
        try {
            WriteParameters.check(request);
            body = codec.options(request);
        } catch (ApiException e) {
            return Future.failedFuture(e);
        }
        DeleteRules.Options options = DeleteRules.Options.of(body, request);
        return list(request).compose(listing -> {
            Iterator<KubeObject> left = listing.items().iterator();
            List<Future<?>> lanes = new ArrayList<>();
            for (int i = 0; i < DELETES_AT_ONCE; i++) {
                Promise<Void> lane = Promise.promise();
                deleteOneByOne(request, options, left, lane);
                lanes.add(lane.future());
            }
            return Future.join(lanes).map(listing);
        });
    }

    /** Lanes share what is left, on the caller's context; a lane ends with its first failure, as upstream's worker does. */
    private void deleteOneByOne(
            Request request, DeleteRules.Options options, Iterator<KubeObject> left, Promise<Void> lane) {
        while (left.hasNext()) {
            Future<Result> deleted = writes.delete(request.at(left.next().key()), options);
            if (deleted.isComplete()) {
                if (isLost(deleted)) {
                    lane.fail(deleted.cause());
                    return;
                }
                continue;
            }
            deleted.onComplete(outcome -> {
                if (isLost(outcome)) {
                    lane.fail(outcome.cause());
                } else {
                    deleteOneByOne(request, options, left, lane);
                }
            });
            return;
        }
        lane.complete();
    }

    /** Somebody else may have been first. */
    private static boolean isLost(AsyncResult<Result> deleted) {
        return deleted.failed() && !ApiException.is(deleted.cause(), Reason.NotFound);
    }

    private Filter filter(Request request) {
        return selections.filter(
                request.kind(), request.key(), request.parameter("labelSelector"), request.parameter("fieldSelector"));
    }

    private Listing listing(KindRow kind, ListReads.Page page) {
        Resource resource = kind.resource();
        boolean converted = codec.converted(resource);
        List<KubeObject> items =
                converted ? new Listing.Views(page.objects(), object -> codec.view(resource, object)) : page.objects();
        return listing(kind, page, items);
    }

    private static Listing listing(KindRow kind, ListReads.Page page, List<KubeObject> items) {
        Resource resource = kind.resource();
        return new Listing(
                resource.apiVersion(),
                kind.listKind(),
                Long.toString(page.revision()),
                page.next().map(ContinueToken::encode).orElse(""),
                page.remaining(),
                items);
    }

    private Future<Result> get(Request request) {
        Resource resource = request.resource();
        Computed present = computed.get(resource.groupResource());
        if (present != null) {
            return present.objects(request.key()).map(objects -> Result.ok(one(objects, resource, request.key())));
        }
        String version = request.parameter("resourceVersion");
        Future<Void> fresh = version.isEmpty() ? storage.caughtUp() : lists.reached(ListReads.version(version));
        return fresh.compose(unused -> {
            Optional<KubeObject> found = storage.find(codec.stored(resource), request.key());
            if (found.isEmpty()) {
                return Future.failedFuture(
                        ApiException.notFound(resource, request.key().name()));
            }
            return forms.seen(request.kind(), found.get())
                    .map(object -> Result.ok(
                            request.subresource().equals("scale") ? Scales.of(request.kind(), object) : object));
        });
    }

    private static KubeObject one(List<KubeObject> objects, Resource resource, ObjectKey key) {
        return objects.stream()
                .filter(object -> object.key().equals(key))
                .findFirst()
                .orElseThrow(() -> ApiException.notFound(resource, key.name()));
    }

    private Future<Result> create(Request request) {
        Resource resource = request.resource();
        List<String> warnings = new ArrayList<>();
        Connector connector =
                connectors.get(new Connector.Key(resource.group(), resource.plural(), request.subresource()));
        if (connector != null) {
            ObjectNode body = codec.decode(request, warnings);
            Replacement.checkPath(
                    request, body, "name in URL does not match name in " + Json.text(body, "kind") + " object");
            return computing.create(connector, request, body, warnings);
        }
        if (!request.subresource().isEmpty()) {
            throw notAllowed();
        }
        if (request.kind().added().map(AddedKind::terminating).orElse(false)) {
            throw ApiException.methodNotAllowed("create not allowed while custom resource definition is terminating");
        }
        return writes.create(request, codec.decode(request, warnings), warnings);
    }

    private Future<Result> update(Request request) {
        if (request.subresource().equals("scale")) {
            return scales.update(request);
        }
        List<String> warnings = new ArrayList<>();
        ObjectNode body = codec.decode(request, warnings);
        Replacement.checkPath(request, body, Replacement.otherName(body, request.key()));
        Writes.requireVersionForPut(strategies, request, body);
        boolean mayCreate = request.subresource().isEmpty()
                && strategies.of(request.resource()).has(Trait.CREATED_BY_PUT)
                && Json.text(body, "metadata", "resourceVersion").isEmpty();
        return writes.update(new Writes.Update(
                request,
                warnings,
                (old, said) -> strategies.of(request.resource()).narrow(request.subresource(), body.deepCopy(), old),
                mayCreate ? Optional.of(body) : Optional.empty()));
    }

    private Future<Result> patch(Request request) {
        if (request.subresource().equals("scale")) {
            return scales.patch(request);
        }
        List<String> warnings = new ArrayList<>();
        Optional<ObjectNode> created = codec.createdByPatch(request, warnings);
        return writes.update(new Writes.Update(
                request,
                warnings,
                (old, said) -> strategies
                        .of(request.resource())
                        .narrow(request.subresource(), codec.patch(request, Json.parseObject(old.bytes()), said), old),
                created));
    }

    private Future<Result> delete(Request request) {
        if (!request.subresource().isEmpty()) {
            throw notAllowed();
        }
        return writes.delete(request, DeleteRules.Options.of(codec.options(request), request));
    }

    static ApiException notAllowed() {
        return ApiException.methodNotAllowed("the server does not allow this method on the requested resource");
    }
}
