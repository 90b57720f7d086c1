package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/**
 * A site behind a proxy subresource: it hears under which URL it is seen, and its redirects and the links of its HTML are
 * led back through the proxy, as upstream does.
 */
final class SitePassing implements Passing {
    /** What a site grants to other origins it does not grant in the API server's name. */
    private static final List<String> ORIGIN_RULES = List.of(
            "Access-Control-Allow-Credentials",
            "Access-Control-Allow-Headers",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Origin",
            "Access-Control-Expose-Headers",
            "Access-Control-Max-Age");

    private final ProxyPipe.Place place;
    private final String prefix;

    /** @param prefix of the site's paths as the caller sees them, without a slash at its end */
    SitePassing(ProxyPipe.Place place, String prefix) {
        this.place = place;
        this.prefix = prefix;
    }

    @Override
    public void prepare(HttpServerRequest http, HttpClientRequest outgoing) {
        outgoing.putHeader("X-Forwarded-Uri", http.path());
        if (http.authority() != null) {
            outgoing.putHeader("X-Forwarded-Host", http.authority().toString());
        }
        outgoing.putHeader("X-Forwarded-Proto", http.isSSL() ? "https" : "http");
        if (http.remoteAddress() != null && http.remoteAddress().hostAddress() != null) {
            String before = http.getHeader("X-Forwarded-For");
            String address = http.remoteAddress().hostAddress();
            outgoing.putHeader("X-Forwarded-For", before == null ? address : before + ", " + address);
        }
    }

    @Override
    public ApiException unreachable(ProxyPipe.Place place, Throwable error) {
        return ApiException.unavailable("error trying to reach service: dial tcp " + place.host() + ":" + place.port()
                + ": " + error.getMessage());
    }

    @Override
    public Future<Answer> answer(HttpServerRequest http, HttpClientResponse response) {
        return Future.succeededFuture(new Answer.Taken(response.statusCode(), unused -> pass(http, response)));
    }

    private void pass(HttpServerRequest http, HttpClientResponse from) {
        HttpServerResponse to = http.response();
        ProxyPipe.passHead(from, to);
        ORIGIN_RULES.forEach(to.headers()::remove);
        String location = from.getHeader("Location");
        if (location != null) {
            to.putHeader("Location", ledBack(location, names(http)));
        }
        if (!html(from) || http.method().equals(HttpMethod.HEAD)) {
            to.writeHead().onFailure(ProxyPipe::quietly);
            from.pipeTo(to).onFailure(ProxyPipe::quietly);
            return;
        }
        to.headers().remove("Content-Length");
        to.setChunked(true);
        rewrite(from, to);
    }

    private static boolean html(HttpClientResponse from) {
        String type = from.getHeader("Content-Type");
        String encoding = from.getHeader("Content-Encoding");
        return type != null
                && MediaType.parse(type, new HashMap<>()).equals("text/html")
                && (encoding == null || encoding.equalsIgnoreCase("identity"));
    }

    private void rewrite(HttpClientResponse from, HttpServerResponse to) {
        HtmlLinks links = new HtmlLinks(this::ledBack);
        from.exceptionHandler(error -> to.reset().onFailure(ProxyPipe::quietly));
        from.endHandler(unused -> to.end(links.end()).onFailure(ProxyPipe::quietly));
        from.handler(part -> {
            Buffer done = links.accept(part);
            if (done.length() > 0) {
                to.write(done).onFailure(ProxyPipe::quietly);
            }
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> from.resume());
            }
        });
        to.writeHead().onFailure(ProxyPipe::quietly);
        from.resume();
    }

    private String ledBack(String url) {
        return ledBack(url, Set.of());
    }

    /** What the site may call itself in a redirect. */
    private Set<String> names(HttpServerRequest http) {
        String own = place.host() + ":" + place.port();
        String asked = http.authority() == null ? own : http.authority().toString();
        return Set.copyOf(List.of(place.host(), own, asked));
    }

    /** A path from the site's root, also with one of these hosts before it, gets the prefix; other URLs stay. */
    private String ledBack(String url, Set<String> hosts) {
        URI uri;
        try {
            uri = URI.create(url.trim());
        } catch (IllegalArgumentException e) {
            return url;
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        boolean elsewhere = uri.getRawAuthority() != null && !hosts.contains(uri.getRawAuthority());
        if (elsewhere || uri.isOpaque() || !path.startsWith("/") || path.startsWith(prefix + "/")) {
            return url;
        }
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String fragment = uri.getRawFragment() == null ? "" : "#" + uri.getRawFragment();
        return prefix + path + query + fragment;
    }
}
