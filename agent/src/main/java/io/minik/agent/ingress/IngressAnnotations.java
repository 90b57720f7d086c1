package io.minik.agent.ingress;

import io.minik.agent.ingress.RouteOptions.Access;
import io.minik.agent.ingress.RouteOptions.Cors;
import io.minik.agent.ingress.RouteOptions.Limits;
import io.minik.agent.ingress.RouteOptions.Redirects;
import io.minik.agent.ingress.RouteOptions.Rewrite;
import io.minik.agent.ingress.RouteOptions.Sticky;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The annotations of an Ingress and of the Service behind it, as people write them for ingress-nginx and Traefik, read into {@link
 * RouteOptions}. What is not honoured is named; what would have kept somebody out closes the Ingress. Pure.
 */
final class IngressAnnotations {
    static final String NGINX = "nginx.ingress.kubernetes.io/";
    static final String TRAEFIK = "traefik.ingress.kubernetes.io/";
    static final String OWN = "ingress.minik.io/";
    private static final String OF_SERVICE = TRAEFIK + "service.";

    /** Not honoured, and whoever wrote them relies on it that not everybody gets through, or that the path is another. */
    private static final List<String> PROTECTING = List.of(
            NGINX + "auth-",
            NGINX + "enable-global-auth",
            NGINX + "satisfy",
            NGINX + "enable-modsecurity",
            NGINX + "modsecurity-",
            NGINX + "configuration-snippet",
            NGINX + "server-snippet",
            NGINX + "ssl-passthrough",
            TRAEFIK + "router.middlewares",
            TRAEFIK + "router.tls.options");

    /** A header's value; what is told to clients ends up in answers. */
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern COOKIE_PATH = Pattern.compile("/[\\x21-\\x3a\\x3c-\\x7e]*");
    private static final int MOST_SECONDS = 24 * 3600;
    private static final int MOST_AGE = 10 * 365 * 24 * 3600;

    private final Map<String, BiConsumer<String, String>> known = new HashMap<>();
    private final Set<String> unknown = new TreeSet<>();
    private final Map<String, String> invalid = new TreeMap<>();
    private final List<String> closed = new ArrayList<>();

    private boolean toTls = true;
    private boolean alwaysToTls;
    private String location = "";
    private int code;
    private int permanentCode = 301;
    private boolean permanent;
    private String appRoot = "";
    private boolean www;
    private String target = "";
    private boolean regex;
    private String host = "";
    private String prefix = "";
    private int connectSeconds = Limits.USUAL.connectSeconds();
    private int readSeconds = Limits.USUAL.readSeconds();
    private int sendSeconds = Limits.USUAL.sendSeconds();
    private long bodyBytes;
    private List<Cidr> allowed = List.of();
    private List<Cidr> denied = List.of();
    private boolean plain = true;
    private boolean tls = true;
    private boolean cors;
    private List<String> origins = List.of("*");
    private String methods = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
    private String headers =
            "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,"
                    + "Authorization";
    private String exposed = "";
    private boolean credentials = true;
    private int corsAge = 1_728_000;
    private boolean sticky;
    private String cookie = "INGRESSCOOKIE";
    private String cookiePath = "";
    private int cookieAge;
    private String sameSite = "";
    private boolean cookieSecure;
    private String hsts = "";
    private Optional<BackendProtocol> protocol = Optional.empty();
    private boolean logged = true;

    private IngressAnnotations() {
        redirects();
        passing();
        access();
        crossOrigin();
        stickiness();
        traefik();
        known.put(OWN + "hsts", text(HEADER_VALUE, value -> hsts = value));
    }

    /**
     * @param options of all that was honoured
     * @param unknown names of ours, ingress-nginx' and Traefik's prefixes that are not honoured
     * @param invalid why a value is not taken, by name
     * @param reader for {@link #with}
     */
    record Read(RouteOptions options, Set<String> unknown, Map<String, String> invalid, IngressAnnotations reader) {
        /**
         * What holds for a Service of it. What the Ingress says is not read again, and shared: it may be long, and its
         * Services many.
         */
        RouteOptions with(Map<String, String> ofService) {
            Map<String, String> said = new TreeMap<>(ofService);
            said.keySet().removeIf(name -> !name.startsWith(OF_SERVICE));
            return said.isEmpty() ? options : reader.with(said);
        }
    }

    static Read of(Map<String, String> ofIngress) {
        IngressAnnotations reader = new IngressAnnotations();
        new TreeMap<>(ofIngress).forEach((name, value) -> reader.take(name, value, false));
        return new Read(reader.options(), reader.unknown, reader.invalid, reader);
    }

    private RouteOptions with(Map<String, String> ofService) {
        Optional<BackendProtocol> protocolBefore = protocol;
        boolean stickyBefore = sticky;
        String cookieBefore = cookie;
        boolean secureBefore = cookieSecure;
        ofService.forEach((name, value) -> take(name, value, true));
        RouteOptions options = options();
        protocol = protocolBefore;
        sticky = stickyBefore;
        cookie = cookieBefore;
        cookieSecure = secureBefore;
        return options;
    }

    private void take(String name, String value, boolean ofService) {
        boolean ours = name.startsWith(NGINX) || name.startsWith(TRAEFIK) || name.startsWith(OWN);
        if (!ours || (ofService && !name.startsWith(OF_SERVICE))) {
            return;
        }
        BiConsumer<String, String> reading = known.get(name);
        if (reading != null) {
            reading.accept(name, value.strip());
            return;
        }
        unknown.add(name);
        if (PROTECTING.stream().anyMatch(name::startsWith)) {
            closed.add(name + " is not honoured");
        }
    }

    private void wrong(String name, String value, String why) {
        String shown = value.length() > 60 ? value.substring(0, 60) + "..." : value;
        invalid.put(name, "\"" + shown + "\" " + why);
    }

    // ---- kinds of values

    private BiConsumer<String, String> flag(Consumer<Boolean> set) {
        return (name, value) -> {
            if (value.equals("true") || value.equals("false")) {
                set.accept(value.equals("true"));
            } else {
                wrong(name, value, "is neither true nor false");
            }
        };
    }

    private BiConsumer<String, String> number(int least, int most, Consumer<Integer> set) {
        return (name, value) -> {
            int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : -1;
            if (number < least || number > most) {
                wrong(name, value, "is no number between " + least + " and " + most);
            } else {
                set.accept(number);
            }
        };
    }

    private BiConsumer<String, String> text(Pattern form, Consumer<String> set) {
        return (name, value) -> {
            if (form.matcher(value).matches()) {
                set.accept(value);
            } else {
                wrong(name, value, "is not of the form that is expected");
            }
        };
    }

    private BiConsumer<String, String> word(Map<String, Runnable> words) {
        return (name, value) -> {
            Runnable found = words.get(value);
            if (found == null) {
                wrong(name, value, "is none of " + String.join(", ", new TreeSet<>(words.keySet())));
            } else {
                found.run();
            }
        };
    }

    /** Where one is no range, nobody is let in: who wrote it meant to keep somebody out. */
    private BiConsumer<String, String> ranges(Consumer<List<Cidr>> set) {
        return (name, value) -> {
            List<Cidr> ranges = new ArrayList<>();
            for (String each : value.split(",", -1)) {
                String text = each.strip();
                Optional<Cidr> range =
                        Cidr.find(text).or(() -> Address.find(text).map(address -> new Cidr(address, address.bits())));
                if (range.isEmpty()) {
                    wrong(name, value, "holds what is no range of addresses: " + text);
                    closed.add(name + " can't be read");
                    return;
                }
                ranges.add(range.get());
            }
            set.accept(List.copyOf(ranges));
        };
    }

    private BiConsumer<String, String> url(Consumer<String> set) {
        return (name, value) -> {
            try {
                String ascii = new URI(value).toASCIIString();
                if (HEADER_VALUE.matcher(ascii).matches()) {
                    set.accept(ascii);
                    return;
                }
            } catch (URISyntaxException e) {
                // The warning below tells of it.
            }
            wrong(name, value, "is no URL");
        };
    }

    // ---- what is honoured

    private void redirects() {
        known.put(NGINX + "ssl-redirect", flag(value -> toTls = value));
        known.put(NGINX + "force-ssl-redirect", flag(value -> alwaysToTls = value));
        known.put(NGINX + "permanent-redirect", url(value -> {
            location = value;
            permanent = true;
        }));
        known.put(NGINX + "permanent-redirect-code", number(300, 308, value -> permanentCode = value));
        known.put(NGINX + "temporal-redirect", url(value -> {
            location = value;
            code = 302;
            permanent = false;
        }));
        known.put(NGINX + "app-root", text(Pattern.compile("/[\\x21-\\x7e]*"), value -> appRoot = value));
        known.put(NGINX + "from-to-www-redirect", flag(value -> www = value));
    }

    private void passing() {
        known.put(NGINX + "rewrite-target", text(Pattern.compile("/?[\\x21-\\x7e&&[^#?]]*"), value -> target = value));
        known.put(NGINX + "use-regex", flag(value -> regex = value));
        known.put(NGINX + "upstream-vhost", (name, value) -> {
            try {
                host = RequestTarget.of("/", List.of(value)).authority();
            } catch (Refusal refusal) {
                wrong(name, value, "is no host");
            }
        });
        known.put(NGINX + "x-forwarded-prefix", text(HEADER_VALUE, value -> prefix = value));
        known.put(NGINX + "backend-protocol", (name, value) -> {
            protocol = BackendProtocol.named(value);
            if (protocol.isEmpty()) {
                wrong(name, value, "is none of HTTP, HTTPS, GRPC, GRPCS");
            }
        });
        known.put(NGINX + "proxy-connect-timeout", number(1, 75, value -> connectSeconds = value));
        known.put(NGINX + "proxy-read-timeout", number(1, MOST_SECONDS, value -> readSeconds = value));
        known.put(NGINX + "proxy-send-timeout", number(1, MOST_SECONDS, value -> sendSeconds = value));
        known.put(NGINX + "proxy-body-size", this::bodySize);
        // Bodies go through as they come, both ways.
        known.put(NGINX + "proxy-request-buffering", word(Map.of("off", () -> {})));
        known.put(NGINX + "proxy-buffering", word(Map.of("off", () -> {})));
        known.put(NGINX + "proxy-http-version", word(Map.of("1.1", () -> {})));
        known.put(NGINX + "service-upstream", word(Map.of("false", () -> {})));
        known.put(NGINX + "enable-access-log", flag(value -> logged = value));
    }

    private void bodySize(String name, String value) {
        var matcher = Pattern.compile("([0-9]{1,9})([kKmMgG]?)").matcher(value);
        if (!matcher.matches()) {
            wrong(name, value, "is no size as 8m");
            return;
        }
        int shift =
                switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                    case "k" -> 10;
                    case "m" -> 20;
                    case "g" -> 30;
                    default -> 0;
                };
        bodyBytes = Long.parseLong(matcher.group(1)) << shift;
    }

    private void access() {
        known.put(NGINX + "whitelist-source-range", ranges(value -> allowed = value));
        known.put(NGINX + "allowlist-source-range", ranges(value -> allowed = value));
        known.put(NGINX + "denylist-source-range", ranges(value -> denied = value));
    }

    private void crossOrigin() {
        known.put(NGINX + "enable-cors", flag(value -> cors = value));
        known.put(
                NGINX + "cors-allow-origin",
                text(
                        Pattern.compile("[\\x21-\\x7e ]+"),
                        value -> origins = List.of(value.replace(" ", "").split(","))));
        known.put(NGINX + "cors-allow-methods", text(HEADER_VALUE, value -> methods = value));
        known.put(NGINX + "cors-allow-headers", text(HEADER_VALUE, value -> headers = value));
        known.put(NGINX + "cors-expose-headers", text(HEADER_VALUE, value -> exposed = value));
        known.put(NGINX + "cors-allow-credentials", flag(value -> credentials = value));
        known.put(NGINX + "cors-max-age", number(0, MOST_AGE, value -> corsAge = value));
    }

    private void stickiness() {
        known.put(NGINX + "affinity", word(Map.of("cookie", () -> sticky = true)));
        known.put(NGINX + "affinity-mode", word(Map.of("balanced", () -> {}, "persistent", () -> {})));
        known.put(NGINX + "session-cookie-name", text(TOKEN, value -> cookie = value));
        known.put(NGINX + "session-cookie-path", text(COOKIE_PATH, value -> cookiePath = value));
        known.put(NGINX + "session-cookie-max-age", number(0, MOST_AGE, value -> cookieAge = value));
        known.put(NGINX + "session-cookie-expires", number(0, MOST_AGE, value -> cookieAge = value));
        known.put(NGINX + "session-cookie-samesite", word(sameSites()));
        known.put(NGINX + "session-cookie-secure", flag(value -> cookieSecure = value));
    }

    private Map<String, Runnable> sameSites() {
        return Map.of(
                "None", () -> sameSite = "None", "Lax", () -> sameSite = "Lax", "Strict", () -> sameSite = "Strict");
    }

    private void traefik() {
        known.put(TRAEFIK + "router.entrypoints", (name, value) -> {
            Set<String> points = Set.of(value.replace(" ", "").split(","));
            if (!Set.of("web", "websecure").containsAll(points)) {
                wrong(name, value, "names an entry point other than web and websecure");
                closed.add(name + " can't be read");
                return;
            }
            plain = plain && points.contains("web");
            tls = points.contains("websecure");
            // Who says where has no redirect in between.
            toTls = toTls && !points.contains("web");
        });
        known.put(TRAEFIK + "router.tls", flag(value -> plain = plain && !value));
        known.put(TRAEFIK + "service.serversscheme", (name, value) -> {
            protocol = protocol.or(() -> BackendProtocol.scheme(value));
            if (BackendProtocol.scheme(value).isEmpty()) {
                wrong(name, value, "is none of http, https, h2c");
            }
        });
        known.put(TRAEFIK + "service.sticky.cookie", flag(value -> sticky = value));
        known.put(TRAEFIK + "service.sticky.cookie.name", text(TOKEN, value -> cookie = value));
        known.put(TRAEFIK + "service.sticky.cookie.secure", flag(value -> cookieSecure = value));
        known.put(TRAEFIK + "service.sticky.cookie.httponly", word(Map.of("true", () -> {})));
        known.put(TRAEFIK + "service.passhostheader", word(Map.of("true", () -> {})));
    }

    private RouteOptions options() {
        return new RouteOptions(
                closed.stream().findFirst(),
                new Redirects(toTls, alwaysToTls, location, permanent ? permanentCode : code, appRoot, www),
                new Rewrite(target, regex, host, prefix),
                new Limits(connectSeconds, readSeconds, sendSeconds, bodyBytes),
                new Access(allowed, denied, plain, tls),
                cors
                        ? Optional.of(new Cors(origins, methods, headers, exposed, credentials, corsAge))
                        : Optional.empty(),
                sticky
                        ? Optional.of(new Sticky(cookie, cookiePath, cookieAge, sameSite, cookieSecure))
                        : Optional.empty(),
                hsts,
                protocol,
                logged);
    }
}
