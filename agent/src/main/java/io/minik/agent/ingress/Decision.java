package io.minik.agent.ingress;

import io.minik.agent.ingress.RouteOptions.Cors;
import io.minik.agent.ingress.RouteOptions.Redirects;
import io.minik.agent.ingress.RouteOptions.Rewrite;
import io.minik.ground.net.Address;
import java.util.List;
import java.util.Optional;

/** What becomes of a request. Pure. */
sealed interface Decision {
    int MOVED_PERMANENTLY = 308;
    int FOUND = 302;

    /** Of a path that a rewrite makes: as long as a request line may be. */
    int MOST_PATH = 8 * 1024;

    /** What is known of a request when its head is whole. */
    interface Head {
        String method();

        /** As the client wrote it. */
        String uri();

        /** All Host headers, or HTTP/2's authority. */
        List<String> hosts();

        boolean secure();

        Optional<Address> client();

        /** The first header of that name; empty: none. */
        String header(String name);

        /** -1: not known. */
        long contentLength();
    }

    /** @param route if one was found */
    record Refuse(int status, String why, Optional<Route> route) implements Decision {}

    record Redirect(Route route, int status, String location) implements Decision {}

    /** An OPTIONS that a browser asks before the request itself. */
    record Preflight(Route route, Cors cors, String origin) implements Decision {}

    /** @param uri that the back end sees */
    record Forward(Route route, RequestTarget target, String uri) implements Decision {}

    static Decision of(RoutingTable table, Head head) {
        RequestTarget target;
        try {
            target = RequestTarget.of(head.uri(), head.hosts());
        } catch (Refusal refusal) {
            return new Refuse(refusal.status(), String.valueOf(refusal.getMessage()), Optional.empty());
        }
        if (head.method().equals("CONNECT") || head.method().equals("TRACE")) {
            return new Refuse(405, head.method() + " is not passed on", Optional.empty());
        }
        Optional<RoutingTable.Match> match = table.find(target.host(), target.matched());
        if (match.isEmpty()) {
            return new Refuse(404, "no Ingress has that host and path", Optional.empty());
        }
        Route route = match.get().route();
        return admit(route, head)
                .or(() -> redirect(route, target, head))
                .or(() -> preflight(route, head))
                .or(() -> serve(route, head))
                .orElseGet(() -> forward(match.get(), target));
    }

    private static Decision forward(RoutingTable.Match match, RequestTarget target) {
        Route route = match.route();
        try {
            return new Forward(route, target, rewritten(route.options().rewrite(), match, target) + target.query());
        } catch (Refusal refusal) {
            return new Refuse(refusal.status(), String.valueOf(refusal.getMessage()), Optional.of(route));
        }
    }

    private static Optional<Decision> refuse(Route route, int status, String why) {
        return Optional.of(new Refuse(status, why, Optional.of(route)));
    }

    private static Optional<Decision> admit(Route route, Head head) {
        RouteOptions options = route.options();
        boolean here = head.secure() ? options.access().tls() : options.access().plain();
        if (!here) {
            return refuse(route, 404, "not at this port");
        }
        if (options.closed().isPresent()) {
            return refuse(route, 503, options.closed().get());
        }
        boolean let = head.client().map(options.access()::lets).orElse(false);
        return let ? Optional.empty() : refuse(route, 403, "not from that address");
    }

    private static Optional<Decision> redirect(Route route, RequestTarget target, Head head) {
        Redirects redirects = route.options().redirects();
        String rest = target.path() + target.query();
        if (route.moved().isPresent()) {
            boolean tls = head.secure() || (redirects.toTls() && route.tls());
            return Optional.of(new Redirect(
                    route,
                    MOVED_PERMANENTLY,
                    (tls ? "https://" : "http://") + route.moved().get() + rest));
        }
        if (!head.secure() && (redirects.alwaysToTls() || (redirects.toTls() && route.tls()))) {
            return Optional.of(new Redirect(route, MOVED_PERMANENTLY, "https://" + target.host() + rest));
        }
        if (!redirects.location().isEmpty()) {
            return Optional.of(new Redirect(route, redirects.code(), redirects.location()));
        }
        if (!redirects.appRoot().isEmpty() && target.path().equals("/")) {
            String scheme = head.secure() ? "https://" : "http://";
            return Optional.of(new Redirect(route, FOUND, scheme + target.authority() + redirects.appRoot()));
        }
        return Optional.empty();
    }

    private static Optional<Decision> preflight(Route route, Head head) {
        Optional<Cors> cors = route.options().cors();
        return cors.isPresent() && head.method().equals("OPTIONS")
                ? Optional.of(new Preflight(route, cors.get(), head.header("Origin")))
                : Optional.empty();
    }

    private static Optional<Decision> serve(Route route, Head head) {
        long most = route.options().limits().bodyBytes();
        if (most > 0 && head.contentLength() > most) {
            return refuse(route, 413, "a body of more than " + most + " bytes");
        }
        String problem = route.backend().problem();
        return problem.isEmpty() ? Optional.empty() : refuse(route, 503, problem);
    }

    private static String rewritten(Rewrite rewrite, RoutingTable.Match match, RequestTarget target) {
        if (rewrite.target().isEmpty()) {
            return target.path();
        }
        String path = PathPattern.fill(rewrite.target(), match.groups(), MOST_PATH);
        String rooted = path.startsWith("/") ? path : "/" + path;
        // What groups make of a path together may again have dots in it.
        return rooted.contains("/.") ? RequestTarget.resolve(rooted) : rooted;
    }
}
