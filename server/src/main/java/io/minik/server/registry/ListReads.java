package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.server.request.Request;
import io.minik.server.watchcache.Filter;
import io.minik.server.watchcache.Snapshot;
import io.minik.server.watchcache.StorageKeys;
import io.minik.server.watchcache.WatchCaches;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Lists: the present from the watch caches, the past (later pages, resourceVersionMatch=Exact) from the store. */
final class ListReads {
    /** How long a list or watch waits for a revision that is not there yet: upstream's. */
    private static final String MATCH = "resourceVersionMatch";

    private static final long FUTURE_MILLIS = 3_000;

    /** Keys read at once from the past when a selector may drop most of them. */
    private static final long PAGE = 500;

    private final Store store;
    private final WatchCaches caches;

    ListReads(Store store, WatchCaches caches) {
        this.store = store;
        this.caches = caches;
    }

    /** One page as stored objects. @param remaining only without selectors */
    record Page(long revision, List<KubeObject> objects, Optional<ContinueToken> next, Optional<Long> remaining) {}

    /** The parameters that say which state and how much of it. */
    record Options(String resourceVersion, String match, long limit, String continueToken, boolean selective) {
        static Options of(Request request) {
            return new Options(
                    request.parameter("resourceVersion"),
                    request.parameter("resourceVersionMatch"),
                    number(request.parameter("limit"), "limit"),
                    request.parameter("continue"),
                    !request.parameter("labelSelector").isEmpty()
                            || !request.parameter("fieldSelector").isEmpty());
        }
    }

    static long number(String text, String parameter) {
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest(
                    "invalid " + parameter + ": strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
    }

    static long version(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            String why = "strconv.ParseUint: parsing \"" + text + "\": invalid syntax";
            throw ApiException.badRequest(new Causes().invalid("", text, why).toString());
        }
    }

    Future<Page> list(Resource resource, Filter filter, Options options) {
        checkMatch(options);
        if (!options.continueToken().isEmpty()) {
            if (!options.resourceVersion().isEmpty()
                    && !options.resourceVersion().equals("0")) {
                throw ApiException.badRequest("specifying resource version is not allowed when using continue");
            }
            ContinueToken token = ContinueToken.decode(options.continueToken());
            if (!token.consistent()) {
                // What was compacted once is not far behind: what is committed now is the page's state.
                return caches.caughtUp()
                        .compose(unused -> past(resource, filter, caches.applied(), token.start(), options));
            }
            return past(resource, filter, token.revision(), token.start(), options);
        }
        long version = version(options.resourceVersion());
        boolean exact =
                options.match().equals("Exact") || (options.match().isEmpty() && options.limit() > 0 && version > 0);
        if (exact && version != caches.applied()) {
            return reached(version).compose(unused -> past(resource, filter, version, "", options));
        }
        Future<Void> fresh = options.resourceVersion().isEmpty()
                ? caches.caughtUp()
                : version == 0 ? Future.succeededFuture() : reached(version);
        return fresh.map(unused -> page(filter, caches.of(resource).snapshot(filter), options));
    }

    /** Waits for a revision of the near future, which another server may have told the client. */
    Future<Void> reached(long version) {
        if (version <= caches.applied()) {
            return Future.succeededFuture();
        }
        return caches.reached(version, FUTURE_MILLIS)
                .recover(error -> Future.failedFuture(error instanceof TimeoutException ? tooLarge(version) : error));
    }

    private ApiException tooLarge(long version) {
        return ApiException.of(
                Reason.Timeout,
                "Timeout: Too large resource version: " + version + ", current: " + caches.applied(),
                new Details(
                        "",
                        "",
                        "",
                        "",
                        List.of(new Cause("ResourceVersionTooLarge", "Too large resource version", "")),
                        1));
    }

    private static void checkMatch(Options options) {
        if (options.match().isEmpty()) {
            return;
        }
        if (!options.match().equals("Exact") && !options.match().equals("NotOlderThan")) {
            throw invalidList(new Causes().unsupported(MATCH, options.match(), List.of("Exact", "NotOlderThan")));
        }
        if (!options.continueToken().isEmpty()) {
            throw forbidden("resourceVersionMatch is forbidden with continue");
        }
        if (options.resourceVersion().isEmpty()) {
            throw forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if (options.match().equals("Exact") && options.resourceVersion().equals("0")) {
            throw forbidden("resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    static ApiException forbidden(String why) {
        return invalidList(new Causes().forbidden(MATCH, why));
    }

    private static ApiException invalidList(Causes causes) {
        return causes.refusal(new Resource("meta.k8s.io", "v1", "", "ListOptions", false), "");
    }

    private static Page page(Filter filter, Snapshot snapshot, Options options) {
        List<KubeObject> matching = snapshot.objects();
        if (options.selective()) {
            matching = matching.stream().filter(filter::matches).toList();
        }
        if (options.limit() <= 0 || matching.size() <= options.limit()) {
            return new Page(snapshot.revision(), matching, Optional.empty(), Optional.empty());
        }
        int limit = (int) options.limit();
        List<KubeObject> first = List.copyOf(matching.subList(0, limit));
        String start = first.get(limit - 1).key() + "\0";
        return new Page(
                snapshot.revision(),
                first,
                Optional.of(new ContinueToken(snapshot.revision(), start)),
                options.selective() ? Optional.empty() : Optional.of((long) (matching.size() - limit)));
    }

    private Future<Page> past(Resource resource, Filter filter, long revision, String start, Options options) {
        String prefix = StorageKeys.prefix(resource);
        Bytes end = Bytes.utf8(prefix + filter.scope()).prefixEnd();
        Bytes from = Bytes.utf8(prefix + (start.isEmpty() ? filter.scope() : start));
        Pages pages = new Pages(prefix, filter, revision, end, options, new ArrayList<>());
        return next(pages, from)
                .recover(error -> Future.failedFuture(
                        error instanceof StoreException.Compacted ? expired(start) : Storage.apiError(error)));
    }

    private static ApiException expired(String start) {
        if (start.isEmpty()) {
            return ApiException.expired("The resourceVersion for the provided list is too old.");
        }
        return new ApiException(new Status(
                Reason.Expired.code(),
                Reason.Expired,
                "The provided continue parameter is too old to display a consistent list result. You can start a new"
                        + " list without the continue parameter, or use the continue token in this response to retrieve"
                        + " the remainder of the results. Continuing with the provided token results in an inconsistent"
                        + " list - objects that were created, modified, or deleted between the time the first chunk was"
                        + " returned and now may show up in the list.",
                Details.NONE,
                new ContinueToken(ContinueToken.INCONSISTENT, start).encode()));
    }

    private record Pages(
            String prefix, Filter filter, long revision, Bytes end, Options options, List<KubeObject> found) {
        long limit() {
            return options.limit() <= 0 ? Long.MAX_VALUE : options.limit();
        }
    }

    private Future<Page> next(Pages pages, Bytes from) {
        return store.page(new RangeRequest(from, pages.end(), pages.revision(), PAGE, false, false))
                .compose(range -> {
                    String last = "";
                    int read = 0;
                    for (KeyValue kv : range.kvs()) {
                        if (pages.found().size() == pages.limit()) {
                            break;
                        }
                        read++;
                        last = kv.key().utf8();
                        KubeObject object = caches.object(kv);
                        if (pages.filter().inScope(object.key().toString())
                                && pages.filter().wants(object)) {
                            pages.found().add(object);
                        }
                    }
                    long left = range.count() - read;
                    boolean full = pages.found().size() == pages.limit();
                    if (left > 0 && !full) {
                        return next(pages, Bytes.utf8(last + "\0"));
                    }
                    Optional<ContinueToken> token = left > 0
                            ? Optional.of(new ContinueToken(
                                    pages.revision(),
                                    last.substring(pages.prefix().length()) + "\0"))
                            : Optional.empty();
                    Optional<Long> remaining =
                            left > 0 && !pages.options().selective() ? Optional.of(left) : Optional.empty();
                    return Future.succeededFuture(new Page(pages.revision(), pages.found(), token, remaining));
                });
    }
}
