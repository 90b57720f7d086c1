package io.minik.api.cel;

import io.minik.ground.net.Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Kubernetes' functions of URLs, addresses and networks. */
final class NetFunctions {
    private static final String LET_THROUGH = " \"<>\\^`{|}#";

    private static final CelType TEXT = CelType.STRING;
    private static final CelType YES = CelType.BOOL;

    private final Functions functions;

    NetFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        CelType url = CelType.URL;
        functions
                .global(
                        "url",
                        "string_to_url",
                        url,
                        args -> url(args[0].toString())
                                .<Object>map(found -> found)
                                .orElseGet(() -> new CelError("URL parse error during conversion from string: parse \""
                                        + args[0] + "\": invalid URI for request")),
                        TEXT)
                .global(
                        "isURL",
                        "is_url_string",
                        YES,
                        args -> url(args[0].toString()).isPresent(),
                        TEXT)
                .member("getScheme", "url_get_scheme", TEXT, args -> known(((URI) args[0]).getScheme()), url)
                .member("getHost", "url_get_host", TEXT, args -> host((URI) args[0]), url)
                .member("getHostname", "url_get_hostname", TEXT, args -> hostname((URI) args[0]), url)
                .member("getPort", "url_get_port", TEXT, args -> port((URI) args[0]), url)
                .member(
                        "getEscapedPath",
                        "url_get_escaped_path",
                        TEXT,
                        args -> known(((URI) args[0]).getRawPath()),
                        url)
                .member(
                        "getQuery",
                        "url_get_query",
                        CelType.map(TEXT, CelType.list(TEXT)),
                        args -> query(known(((URI) args[0]).getRawQuery())),
                        url);
        addresses();
        networks();
    }

    private static String known(@Nullable String part) {
        return part == null ? "" : part;
    }

    /** Absolute ones, and paths, as in the first line of a request: there a # is no fragment's, and blanks are let through. */
    private static Optional<URI> url(String text) {
        try {
            URI uri = new URI(escaped(text));
            boolean whole = uri.isAbsolute() || text.startsWith("/");
            return whole
                            && port(uri).chars().allMatch(Character::isDigit)
                            && host(uri).indexOf('%') < 0
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** With what Go takes as it is and Java does not. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            if (LET_THROUGH.indexOf(each) < 0) {
                escaped.append(each);
            } else {
                escaped.append('%').append(Integer.toHexString(each).toUpperCase(Locale.ROOT));
            }
        }
        return escaped.toString();
    }

    private static String host(URI url) {
        String authority = known(url.getRawAuthority());
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static String port(URI url) {
        String host = host(url);
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(colon + 1) : "";
    }

    private static String hostname(URI url) {
        String host = host(url);
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
    }

    private static Map<Object, Object> query(String query) {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (String part : query.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            @SuppressWarnings("unchecked") // Every value of the map is a list that was put there by this loop.
            List<Object> list = (List<Object>) values.computeIfAbsent(name, unused -> new ArrayList<>());
            list.add(equals < 0 ? "" : decoded(part.substring(equals + 1)));
        }
        return values;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Mapped ones and those with a zone are none here. */
    private static Optional<Address> address(String text) {
        return Address.find(text).filter(found -> text.indexOf('%') < 0 && (found.isV4() || !text.contains(".")));
    }

    private static Object parsed(Object text) {
        return address(text.toString())
                .<Object>map(found -> found)
                .orElseGet(() -> new CelError(
                        "IP Address \"" + text + "\" parse error during conversion from string: ParseAddr(\"" + text
                                + "\"): unable to parse IP"));
    }

    private void addresses() {
        CelType ip = CelType.IP;
        functions
                .global("ip", "string_to_ip", ip, args -> parsed(args[0]), TEXT)
                .global(
                        "isIP",
                        "is_ip",
                        YES,
                        args -> address(args[0].toString()).isPresent(),
                        TEXT)
                .global("ip.isCanonical", "ip_is_canonical", YES, NetFunctions::canonical, TEXT)
                .global("string", "ip_to_string", TEXT, args -> args[0].toString(), ip)
                .member("family", "family", CelType.INT, args -> ((Address) args[0]).isV4() ? 4L : 6L, ip)
                .member("isUnspecified", "is_unspecified", YES, args -> ((Address) args[0]).isUnspecified(), ip)
                .member("isLoopback", "is_loopback", YES, args -> ((Address) args[0]).isLoopback(), ip)
                .member(
                        "isLinkLocalMulticast",
                        "is_link_local_multicast",
                        YES,
                        args -> linkLocalMulticast((Address) args[0]),
                        ip)
                .member(
                        "isLinkLocalUnicast",
                        "is_link_local_unicast",
                        YES,
                        args -> ((Address) args[0]).isLinkLocal(),
                        ip)
                .member("isGlobalUnicast", "is_global_unicast", YES, args -> globalUnicast((Address) args[0]), ip);
    }

    private static Object canonical(Object[] args) {
        Object address = parsed(args[0]);
        return address instanceof CelError ? address : address.toString().equals(args[0].toString());
    }

    private static boolean linkLocalMulticast(Address address) {
        byte[] bytes = address.bytes();
        return address.isV4()
                ? bytes[0] == (byte) 224 && bytes[1] == 0 && bytes[2] == 0
                : bytes[0] == (byte) 0xff && (bytes[1] & 0x0f) == 2;
    }

    private static boolean globalUnicast(Address address) {
        boolean broadcast = address.isV4() && address.toString().equals("255.255.255.255");
        return !broadcast
                && !address.isUnspecified()
                && !address.isLoopback()
                && !address.isMulticast()
                && !address.isLinkLocal();
    }

    private static Object network(Object text) {
        return Prefix.find(text.toString())
                .<Object>map(found -> found)
                .orElseGet(
                        () -> new CelError("network address parse error during conversion from string: network address"
                                + " parse error during conversion from string: netip.ParsePrefix(\"" + text
                                + "\"): no '/'"));
    }

    private void networks() {
        CelType cidr = CelType.CIDR;
        functions
                .global("cidr", "string_to_cidr", cidr, args -> network(args[0]), TEXT)
                .global(
                        "isCIDR",
                        "is_cidr",
                        YES,
                        args -> Prefix.find(args[0].toString()).isPresent(),
                        TEXT)
                .global("string", "cidr_to_string", TEXT, args -> args[0].toString(), cidr)
                .member(
                        "containsIP",
                        "cidr_contains_ip_string",
                        YES,
                        args -> containsIp(args[0], parsed(args[1])),
                        cidr,
                        TEXT)
                .member(
                        "containsIP",
                        "cidr_contains_ip_ip",
                        YES,
                        args -> containsIp(args[0], args[1]),
                        cidr,
                        CelType.IP)
                .member(
                        "containsCIDR",
                        "cidr_contains_cidr_string",
                        YES,
                        args -> containsCidr(args[0], network(args[1])),
                        cidr,
                        TEXT)
                .member("containsCIDR", "cidr_contains_cidr", YES, args -> containsCidr(args[0], args[1]), cidr, cidr)
                .member("ip", "cidr_ip", CelType.IP, args -> ((Prefix) args[0]).address(), cidr)
                .member("masked", "cidr_masked", cidr, args -> ((Prefix) args[0]).masked(), cidr)
                .member(
                        "prefixLength",
                        "cidr_prefix_length",
                        CelType.INT,
                        args -> (long) ((Prefix) args[0]).bits(),
                        cidr);
    }

    private static Object containsIp(Object network, Object address) {
        return address instanceof Address found ? (Object) ((Prefix) network).contains(found) : address;
    }

    private static Object containsCidr(Object network, Object other) {
        return other instanceof Prefix found
                ? (Object) (((Prefix) network).contains(found.address()) && ((Prefix) network).bits() <= found.bits())
                : other;
    }
}
