package io.minik.agent.ingress;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers go on, and what back ends are told of the client. Pure but for the maps it fills. */
final class PassedHeaders {
    /** Of more headers no request is passed on. */
    static final int MOST = 128;

    /** What belongs to one hop (RFC 9110, 7.6.1), or is written anew. */
    private static final Set<String> HOP = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** What back ends believe because a proxy says it: nobody else may. */
    private static final Set<String> OURS = Set.of(
            "forwarded",
            "proxy",
            "x-original-host",
            "x-original-url",
            "x-original-uri",
            "x-real-ip",
            "x-rewrite-url",
            "x-scheme");

    private static final String OURS_PREFIX = "x-forwarded-";

    private PassedHeaders() {}

    /** What is told of the client. */
    record Client(String address, boolean secure, int port) {}

    /**
     * @param target whose host the back end sees
     * @param options say if it is another one
     */
    static void request(MultiMap from, MultiMap to, Client client, RequestTarget target, RouteOptions.Rewrite options) {
        Set<String> named = named(from);
        List<String> cookies = new ArrayList<>(1);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("cookie")) {
                cookies.add(header.getValue());
            } else if (!HOP.contains(name) && !isOurs(name) && !named.contains(name) && name.charAt(0) != ':') {
                to.add(header.getKey(), header.getValue());
            }
        }
        if (!cookies.isEmpty() && !named.contains("cookie")) {
            // HTTP/2 may cut it into pieces (RFC 9113, 8.2.3).
            to.add("Cookie", cookies.size() == 1 ? cookies.get(0) : String.join("; ", cookies));
        }
        String scheme = client.secure() ? "https" : "http";
        to.add("X-Forwarded-For", client.address());
        to.add("X-Real-IP", client.address());
        to.add("X-Forwarded-Host", target.authority());
        to.add("X-Forwarded-Port", Integer.toString(client.port()));
        to.add("X-Forwarded-Proto", scheme);
        to.add("X-Forwarded-Scheme", scheme);
        if (!options.prefix().isEmpty()) {
            to.add("X-Forwarded-Prefix", options.prefix());
        }
    }

    /** CGI and its heirs take an underscore for a dash. */
    private static boolean isOurs(String name) {
        String read = name.indexOf('_') < 0 ? name : name.replace('_', '-');
        return OURS.contains(read) || read.startsWith(OURS_PREFIX);
    }

    /** Names that Connection takes out, where the hop ends. */
    private static Set<String> named(MultiMap from) {
        List<String> values = from.getAll("Connection");
        if (values.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : values) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** The answer's, without its length. */
    static void response(MultiMap from, MultiMap to) {
        Set<String> named = named(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP.contains(name) && !named.contains(name) && name.charAt(0) != ':') {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    static boolean hasToken(MultiMap headers, String name, String token) {
        for (String value : headers.getAll(name)) {
            for (String part : value.split(",", -1)) {
                if (part.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A cookie's value; empty: there is none. */
    static String cookie(MultiMap headers, String wanted) {
        for (String value : headers.getAll("Cookie")) {
            for (String pair : value.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(wanted)) {
                    return pair.substring(equals + 1).strip();
                }
            }
        }
        return "";
    }
}
