package io.minik.agent.probe;

import io.minik.agent.probe.Actions.Outcome;
import io.minik.agent.probe.Actions.Purpose;
import io.minik.api.core.LifecycleHandler.Header;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One GET of a probe or a hook. Redirects are followed on the same host alone: who answers a probe is somebody's program, and
 * must not be able to make the node ask others. A probe that is sent elsewhere has succeeded, with a warning.
 */
final class HttpAction {
    /** Upstream's limit for the answer of an HTTP probe. */
    private static final int MOST_BODY_BYTES = 10 * 1024;

    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final HttpClient http;
    private final String version;

    /** @param http keeps no connection, trusts every certificate; @param version of Kubernetes: {@code 1.36} */
    HttpAction(HttpClient http, String version) {
        this.http = http;
        this.version = version;
    }

    /** Where to ask. @param uri path and query, escaped */
    record Place(boolean tls, String host, int port, String uri) {
        String url() {
            return (tls ? "https://" : "http://") + NetworkActions.join(host, port) + uri;
        }

        /** @param location of a redirect, absolute or not; @throws URISyntaxException if it is no URL of HTTP */
        Place redirected(String location) throws URISyntaxException {
            URI to = new URI(url()).resolve(new URI(escaped(location)));
            String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
            String toHost = to.getHost();
            if (toHost == null || !Set.of("http", "https").contains(scheme)) {
                throw new URISyntaxException(location, "no URL of HTTP");
            }
            boolean secure = scheme.equals("https");
            String plain = toHost.startsWith("[") ? toHost.substring(1, toHost.length() - 1) : toHost;
            String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
            return new Place(
                    secure,
                    plain,
                    to.getPort() >= 0 ? to.getPort() : secure ? HTTPS_PORT : HTTP_PORT,
                    to.getRawQuery() == null ? path : path + "?" + to.getRawQuery());
        }
    }

    /** One question on its way. @param keepsHost a Host header that the user gave goes along */
    private record Asking(Purpose purpose, List<Header> headers, long timeoutMillis, int redirects, boolean keepsHost) {
        Asking again(boolean relative) {
            return new Asking(purpose, headers, timeoutMillis, redirects + 1, keepsHost && relative);
        }
    }

    Future<Outcome> get(Purpose purpose, Place place, List<Header> headers, long timeoutMillis) {
        Asking asking = new Asking(purpose, headers, timeoutMillis, 0, true);
        Future<Outcome> answer = ask(asking, place);
        return purpose == Purpose.HOOK && place.tls()
                ? answer.recover(error -> spokePlainly(error) ? plainly(asking, place) : Future.failedFuture(error))
                : answer;
    }

    /** A hook over HTTPS whose server speaks HTTP is asked so: an old kubelet did, and people rely on it. */
    private Future<Outcome> plainly(Asking asking, Place place) {
        Place plain = new Place(false, place.host(), place.port(), place.uri());
        return ask(asking, plain)
                .map(ignored -> Outcome.warning("request to HTTPS lifecycle hook "
                        + NetworkActions.join(place.host(), place.port()) + " got HTTP response, retrying with HTTP"));
    }

    private static boolean spokePlainly(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (text.contains("not an ssl/tls record") || text.contains("plaintext connection")) {
                return true;
            }
        }
        return false;
    }

    private Future<Outcome> ask(Asking asking, Place place) {
        RequestOptions options = new RequestOptions()
                .setHost(place.host())
                .setPort(place.port())
                .setSsl(place.tls())
                .setURI(place.uri())
                .setMethod(HttpMethod.GET)
                .setConnectTimeout(asking.timeoutMillis())
                .setFollowRedirects(false);
        headers(asking).forEach(options::addHeader);
        return http.request(options).compose(HttpClientRequest::send).compose(response -> {
            Optional<String> location = Optional.ofNullable(response.getHeader("Location"))
                    .filter(text -> REDIRECTS.contains(response.statusCode()));
            return location.isPresent()
                    ? redirected(asking, place, response, location.get())
                    : judged(asking, response);
        });
    }

    private MultiMap headers(Asking asking) {
        MultiMap all = MultiMap.caseInsensitiveMultiMap();
        for (Header header : asking.headers()) {
            boolean host = header.name().equalsIgnoreCase("Host");
            if (!host || (asking.keepsHost() && !header.value().isEmpty() && !all.contains("Host"))) {
                all.add(header.name(), header.value());
            }
        }
        if (!all.contains("User-Agent")) {
            all.add("User-Agent", asking.purpose().agent() + "/" + version);
        }
        if (!all.contains("Accept")) {
            all.add("Accept", "*/*");
        }
        // An empty one says that none is to be sent.
        for (String name : List.of("User-Agent", "Accept")) {
            if (String.valueOf(all.get(name)).isEmpty()) {
                all.remove(name);
            }
        }
        return all;
    }

    private Future<Outcome> redirected(Asking asking, Place place, HttpClientResponse response, String location) {
        Place next;
        try {
            next = place.redirected(location);
        } catch (URISyntaxException e) {
            return Future.succeededFuture(Outcome.failure("Get \"" + place.url()
                    + "\": failed to parse Location header \"" + NetworkActions.cut(location) + "\""));
        }
        if (!next.host().equalsIgnoreCase(place.host())) {
            return judged(asking, response);
        }
        if (asking.redirects() >= MOST_REDIRECTS - 1) {
            return Future.succeededFuture(
                    Outcome.failure("Get \"" + next.url() + "\": stopped after " + MOST_REDIRECTS + " redirects"));
        }
        boolean relative = !location.matches("[A-Za-z][A-Za-z0-9+.-]*:.*") && !location.startsWith("//");
        return BoundedBody.of(response, 0).compose(ignored -> ask(asking.again(relative), next));
    }

    private static Future<Outcome> judged(Asking asking, HttpClientResponse response) {
        int status = response.statusCode();
        return BoundedBody.of(response, MOST_BODY_BYTES).map(body -> {
            String text = NetworkActions.cut(body.toString(StandardCharsets.UTF_8));
            if (asking.purpose() == Purpose.HOOK) {
                return Outcome.success(text);
            }
            if (status >= 300 && status < 400) {
                return Outcome.warning("Probe terminated redirects, Response body: " + text);
            }
            return status >= 200 && status < 300
                    ? Outcome.success(text)
                    : Outcome.failure("HTTP probe failed with statuscode: " + status);
        });
    }

    /** What may not stand in a request line is escaped; what is escaped already stays. A fragment is not sent. */
    static String escaped(String uri) {
        StringBuilder out = new StringBuilder();
        for (byte b : uri.split("#", 2)[0].getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c <= ' ' || c >= 0x7f || "\"<>\\^`{|}".indexOf(c) >= 0) {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
