package io.minik.server.aggregation;

import io.minik.ground.json.Json;
import io.minik.server.openapi.Foreign;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where extension servers describe their kinds in OpenAPI 3: asked when somebody asks here, and remembered for a while. Any loop. Who has
 * no such document is described nowhere; its requests are served all the same.
 */
public final class RemoteDescriptions {
    private static final String INDEX = "/openapi/v3";

    /** As upstream looks again. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final String VERSION_2 = "/openapi/v2";
    private static final int OK = 200;

    private final Aggregation aggregation;
    private final InstantSource clock;
    /** By group version; one entry for each that there is. */
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /** The same in version 2. */
    private final Map<Extension, Told> told = new ConcurrentHashMap<>();

    private record Told(long untilMillis, Future<Foreign> foreign) {}

    private record Asked(Extension extension, long untilMillis, Future<String> url) {}

    public RemoteDescriptions(Aggregation aggregation, InstantSource clock) {
        this.aggregation = aggregation;
        this.clock = clock;
    }

    /** By the index' key ({@code apis/example.com/v1}) the URL relative to the server, with its hash. Never fails. */
    public Future<Map<String, String>> urls() {
        List<Extension> available = aggregation.available();
        asked.keySet().removeIf(name -> available.stream()
                .noneMatch(each -> each.groupVersion().equals(name)));
        Map<String, String> urls = new TreeMap<>();
        List<Future<String>> all = new ArrayList<>();
        for (Extension extension : available) {
            all.add(url(extension).onSuccess(url -> {
                if (!url.isEmpty()) {
                    urls.put(extension.path().substring(1), url);
                }
            }));
        }
        return all.isEmpty() ? Future.succeededFuture(urls) : Future.join(all).map(urls);
    }

    private Future<String> url(Extension extension) {
        long now = clock.millis();
        Asked before = asked.get(extension.groupVersion());
        if (before != null && before.extension().equals(extension) && before.untilMillis() > now) {
            return before.url();
        }
        Future<String> url = ask(extension);
        asked.put(extension.groupVersion(), new Asked(extension, now + KEPT.toMillis(), url));
        return url;
    }

    private Future<String> ask(Extension extension) {
        return aggregation
                .client()
                .document(extension, INDEX, "application/json")
                .map(answer -> answer.code() == OK
                        ? Json.text(
                                Json.parse(answer.body().getBytes()),
                                "paths",
                                extension.path().substring(1),
                                "serverRelativeURL")
                        : "")
                .map(url -> url.startsWith(INDEX + extension.path()) ? url : "")
                .otherwise("");
    }

    /** What all that are available say in version 2, of a minute ago at most. Never fails. */
    public Future<Foreign> inVersion2() {
        List<Extension> available = aggregation.available();
        told.keySet().retainAll(available);
        List<Future<Foreign>> all = available.stream().map(this::told).toList();
        return all.isEmpty()
                ? Future.succeededFuture(Foreign.NONE)
                : Future.join(all).map(joined -> Foreign.all(joined.list()));
    }

    private Future<Foreign> told(Extension extension) {
        long now = clock.millis();
        Told before = told.get(extension);
        if (before != null && before.untilMillis() > now) {
            return before.foreign();
        }
        Future<Foreign> foreign = aggregation
                .client()
                .document(extension, VERSION_2, "application/json")
                .map(answer -> answer.code() == OK
                        ? Foreign.below(
                                extension.path(), Json.parse(answer.body().getBytes()))
                        : Foreign.NONE)
                .otherwise(Foreign.NONE);
        told.put(extension, new Told(now + KEPT.toMillis(), foreign));
        return foreign;
    }
}
