package io.minik.agent.ingress;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * How requests of an Ingress are treated, by its annotations.
 *
 * @param closed why nobody is let through: it asks for a protection that is not ours to give
 * @param hsts the header's value; empty: none
 * @param protocol what the Service's port says otherwise
 */
record RouteOptions(
        Optional<String> closed,
        Redirects redirects,
        Rewrite rewrite,
        Limits limits,
        Access access,
        Optional<Cors> cors,
        Optional<Sticky> sticky,
        String hsts,
        Optional<BackendProtocol> protocol,
        boolean logged) {

    /**
     * @param toTls when the Ingress has a certificate for the host; @param alwaysToTls whether or not
     * @param location where everything is sent, with {@code code}; empty: nowhere
     * @param appRoot where {@code /} is sent; empty: nowhere
     * @param www also serves the host with or without {@code www.}, by sending to this one
     */
    record Redirects(boolean toTls, boolean alwaysToTls, String location, int code, String appRoot, boolean www) {
        static final Redirects NONE = new Redirects(true, false, "", 0, "", false);
    }

    /**
     * @param target the path that back ends see, with groups of the expression; empty: as it came
     * @param regex paths are regular expressions
     * @param host that back ends see; empty: as it came
     * @param prefix told by {@code X-Forwarded-Prefix}; empty: not
     */
    record Rewrite(String target, boolean regex, String host, String prefix) {
        static final Rewrite NONE = new Rewrite("", false, "", "");

        boolean patterns() {
            return regex || target.contains("$");
        }
    }

    /**
     * @param connectSeconds until a back end takes a connection
     * @param readSeconds that a back end may say nothing; @param sendSeconds that it may take nothing
     * @param bodyBytes of a request; 0: any
     */
    record Limits(int connectSeconds, int readSeconds, int sendSeconds, long bodyBytes) {
        /** ingress-nginx', but for the body, which is streamed here. */
        static final Limits USUAL = new Limits(5, 60, 60, 0);
    }

    /**
     * @param allowed empty: everybody
     * @param plain at port 80; @param tls at port 443
     */
    record Access(List<Cidr> allowed, List<Cidr> denied, boolean plain, boolean tls) {
        static final Access ALL = new Access(List.of(), List.of(), true, true);

        boolean lets(Address client) {
            Address real = client.unmapped();
            return denied.stream().noneMatch(range -> range.contains(real))
                    && (allowed.isEmpty() || allowed.stream().anyMatch(range -> range.contains(real)));
        }
    }

    /** @param origins of which one is told; {@code *} alone for all; may begin with a wildcard label */
    record Cors(List<String> origins, String methods, String headers, String exposed, boolean credentials, int maxAge) {
        /** @return what is answered to who comes from there */
        Optional<String> allow(String origin) {
            if (origins.contains("*")) {
                // With credentials a browser takes no star.
                return Optional.of(credentials && !origin.isEmpty() ? origin : "*");
            }
            return origins.stream()
                    .filter(allowed -> allowed.equalsIgnoreCase(origin) || wild(allowed, origin))
                    .findFirst()
                    .map(allowed -> origin);
        }

        /** {@code https://*.example.com}. */
        private static boolean wild(String allowed, String origin) {
            int star = allowed.indexOf("://*.");
            if (star < 0) {
                return false;
            }
            String scheme = allowed.substring(0, star + 3);
            String suffix = allowed.substring(star + 4);
            return origin.startsWith(scheme)
                    && origin.endsWith(suffix)
                    && origin.length() > scheme.length() + suffix.length();
        }
    }

    /** @param sameSite and path of the cookie, empty: not said; @param maxAge 0: until the browser closes */
    record Sticky(String cookie, String path, int maxAge, String sameSite, boolean secure) {
        String header(String tag, boolean tls) {
            return cookie + "=" + tag + "; Path=" + (path.isEmpty() ? "/" : path)
                    + (maxAge > 0 ? "; Max-Age=" + maxAge : "")
                    + (secure || tls ? "; Secure" : "")
                    + "; HttpOnly"
                    + (sameSite.isEmpty() ? "" : "; SameSite=" + sameSite);
        }
    }
}
