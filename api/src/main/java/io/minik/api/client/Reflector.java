package io.minik.api.client;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors one resource into a {@link Sink}: a list, then a watch from its version, again and again.
 *
 * <pre>
 *   NEW --start--> LISTING --list ok--> WATCHING --ended in peace--> WATCHING (from the last version seen)
 *                   ^   |                  |
 *                   |   +--failed: back-off+--410--> LISTING
 *                   +----------------------+--other failure: back-off, then WATCHING
 *   any --stop--> STOPPED
 * </pre>
 *
 * Follows "efficient detection of changes" of Kubernetes' API concepts. Owned by its loop.
 */
public final class Reflector {
    /** Short enough that a half-open connection is noticed, long enough that idle costs nothing. */
    private static final int WATCH_SECONDS = 300;

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    /** As client-go's ceiling: a server that is away for long is asked twice a minute. */
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** A watch that lived this long was a good one: its end is no failure. */
    private static final Duration GOOD_LIFE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Reflector.class);

    /** Where the mirror goes; called on the loop. */
    public interface Sink {
        /** All there is, as of a version. */
        void replace(List<KubeObject> items);

        /** DELETED carries the last state. Never BOOKMARK. */
        void apply(WatchEvent event);
    }

    private final Loop loop;
    private final ApiClient client;
    private final Resource resource;
    private final String namespace;
    private final ListOptions selection;
    private final Sink sink;
    private final Backoff backoff;

    // Owned by the loop.
    private boolean started;
    private boolean stopped;
    /** The last version seen; "0" at first: any state that the server has at hand will do, the watch catches up. */
    private String version = "0";

    /** Counts watches, so that a late callback of an old one is ignored. */
    private int session;

    /** Since when the server does not answer well; MAX: it does. Any thread reads. */
    private volatile Instant troubledSince = Instant.MAX;

    private Instant opened = Instant.EPOCH;
    private @Nullable WatchHandle watch;
    private Loop.@Nullable Timer retry;

    /** @param selection label and field selector; the rest is the reflector's */
    public Reflector(
            Loop loop, ApiClient client, Resource resource, String namespace, ListOptions selection, Sink sink) {
        this.loop = loop;
        this.client = client;
        this.resource = resource;
        this.namespace = namespace;
        this.selection = selection;
        this.sink = sink;
        this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, 1.0, loop.random());
    }

    public void start() {
        loop.run(() -> {
            if (!started && !stopped) {
                started = true;
                list();
            }
        });
    }

    public void stop() {
        loop.run(() -> {
            stopped = true;
            session++;
            if (retry != null) {
                retry.cancel();
            }
            if (watch != null) {
                watch.close();
                watch = null;
            }
        });
    }

    private void list() {
        int mine = ++session;
        client.list(resource, namespace, selection.from(version))
                .onSuccess(list -> {
                    if (mine == session) {
                        listed(list);
                    }
                })
                .onFailure(error -> {
                    if (mine == session) {
                        if (expired(error)) {
                            version = "";
                        }
                        log.atWarn()
                                .addKeyValue("resource", resource)
                                .addKeyValue("err", error.toString())
                                .log("list failed, will retry");
                        retryLater(this::list);
                    }
                });
    }

    private void listed(KubeList list) {
        try {
            sink.replace(list.items());
        } catch (RuntimeException e) {
            startOver(e);
            return;
        }
        version = list.resourceVersion();
        backoff.reset();
        watch();
    }

    /** A mirror that could not take something is wrong until it has all of it again. */
    private void startOver(RuntimeException fault) {
        log.atError().addKeyValue("resource", resource).setCause(fault).log("the mirror failed, listing again");
        session++;
        if (watch != null) {
            watch.close();
            watch = null;
        }
        version = "";
        retryLater(this::list);
    }

    private void watch() {
        int mine = ++session;
        opened = loop.now();
        ListOptions options = new ListOptions(
                selection.labelSelector(),
                selection.fieldSelector(),
                version,
                0,
                "",
                true,
                WATCH_SECONDS + loop.random().nextInt(WATCH_SECONDS));
        Future<WatchHandle> opening = client.watch(resource, namespace, options, new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {
                if (mine == session) {
                    onWatchEvent(event);
                }
            }

            @Override
            public void onEnd(Optional<ApiException> why) {
                if (mine == session) {
                    onWatchEnd(why);
                }
            }
        });
        opening.onSuccess(handle -> {
                    if (mine == session && !stopped) {
                        troubledSince = Instant.MAX;
                        watch = handle;
                    } else {
                        handle.close();
                    }
                })
                .onFailure(error -> {
                    if (mine == session) {
                        onWatchEnd(Optional.of(asApi(error)));
                    }
                });
    }

    private void onWatchEvent(WatchEvent event) {
        String seen = event.object().meta().resourceVersion();
        if (event.type() != WatchEvent.Type.BOOKMARK) {
            try {
                sink.apply(event);
            } catch (RuntimeException e) {
                startOver(e);
                return;
            }
        }
        if (!seen.isEmpty()) {
            version = seen;
        }
        backoff.reset();
    }

    /** Once a watch: one that ends before its opening fails does so twice, and two that follow it would be one too many. */
    private void onWatchEnd(Optional<ApiException> why) {
        session++;
        watch = null;
        boolean lived = Duration.between(opened, loop.now()).compareTo(GOOD_LIFE) >= 0;
        if (lived) {
            backoff.reset();
        }
        if (why.isEmpty() && lived) {
            watch();
        } else if (why.isEmpty()) {
            // A server that ends watches at once must not make this spin.
            retryLater(this::watch);
        } else if (expired(why.get())) {
            version = "";
            log.atInfo().addKeyValue("resource", resource).log("watch is too old, listing again");
            retryLater(this::list);
        } else {
            log.atWarn()
                    .addKeyValue("resource", resource)
                    .addKeyValue("err", why.get().getMessage())
                    .log("watch failed, will retry");
            retryLater(this::watch);
        }
    }

    /** For how long this has not mirrored anything. Any thread. */
    Duration troubledFor() {
        Instant since = troubledSince;
        return since.equals(Instant.MAX) ? Duration.ZERO : Duration.between(since, loop.now());
    }

    private void retryLater(Runnable step) {
        if (troubledSince.equals(Instant.MAX)) {
            troubledSince = loop.now();
        }
        retry = loop.after(backoff.next(), () -> {
            retry = null;
            if (!stopped) {
                step.run();
            }
        });
    }

    private static boolean expired(Throwable error) {
        return ApiException.is(error, Reason.Expired)
                || ApiException.is(error, Reason.Gone)
                || (error instanceof ApiException api && (api.status().code() == 410 || isAhead(api)));
    }

    /** We have seen what the server has not: it was restored from an older copy, and what it has now is the truth. */
    private static boolean isAhead(ApiException error) {
        return error.status().details().causes().stream()
                .anyMatch(cause -> cause.reason().equals("ResourceVersionTooLarge"));
    }

    private static ApiException asApi(Throwable error) {
        return error instanceof ApiException api ? api : ApiException.unavailable(String.valueOf(error));
    }
}
