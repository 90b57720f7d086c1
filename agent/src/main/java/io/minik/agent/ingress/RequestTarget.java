package io.minik.agent.ingress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a request is for, in the one form that is both matched and passed on. Pure.
 *
 * <p>Where two programs may read a path in two ways, the second one is never asked: {@code %61} becomes {@code a} (RFC 3986, 6.2.2.2),
 * dot segments are resolved, and what decodes to a separator or a dot segment only later is refused.
 *
 * @param host in small letters, without port and last dot; IPv6 in brackets
 * @param port that the client named; 0: none
 * @param path normalised, begins with a slash
 * @param query with its question mark, as the client wrote it; or empty
 */
record RequestTarget(String host, int port, String path, String query) {
    private static final String SAFE_HOST = "-._";
    private static final int MOST_HOST = 253;
    private static final int MOST_PORT = 65_535;
    private static final int HEX = 16;
    private static final int ESCAPE = 3;
    /** Escaped once or twice. */
    private static final Pattern SEPARATOR = Pattern.compile("%(?:25)*(?:2F|5C)", Pattern.CASE_INSENSITIVE);

    /**
     * @param uri as the client wrote it: in origin or absolute form
     * @param hosts all Host headers, or HTTP/2's authority
     * @throws Refusal 400
     */
    static RequestTarget of(String uri, List<String> hosts) {
        if (hosts.size() != 1) {
            throw Refusal.bad(hosts.isEmpty() ? "no Host" : "more than one Host");
        }
        String authority = hosts.get(0);
        String rest = uri;
        if (!uri.startsWith("/")) {
            String lower = uri.toLowerCase(Locale.ROOT);
            int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : 0;
            if (scheme == 0) {
                throw Refusal.bad("neither a path nor a URL");
            }
            int end = scheme;
            while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
                end++;
            }
            // RFC 9112, 3.2.2: what the request line says goes before the Host header.
            parseHost(authority);
            authority = uri.substring(scheme, end);
            rest = end < uri.length() && uri.charAt(end) == '/' ? uri.substring(end) : "/" + uri.substring(end);
        }
        int mark = rest.indexOf('?');
        String path = normalise(mark < 0 ? rest : rest.substring(0, mark));
        String query = mark < 0 ? "" : rest.substring(mark);
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw Refusal.bad("an unsafe character in the query");
            }
        }
        RequestTarget host = parseHost(authority);
        return new RequestTarget(host.host, host.port, path, query);
    }

    private static RequestTarget parseHost(String authority) {
        String host = authority;
        int port = 0;
        int colon = authority.lastIndexOf(':');
        if (colon >= 0 && authority.indexOf(']', colon) < 0) {
            host = authority.substring(0, colon);
            port = port(authority.substring(colon + 1));
        }
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        if (host.isEmpty() || host.length() > MOST_HOST) {
            throw Refusal.bad("no host, or too long a one");
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        for (int i = bracketed ? 1 : 0; i < host.length() - (bracketed ? 1 : 0); i++) {
            char c = host.charAt(i);
            boolean fits = bracketed ? Character.digit(c, HEX) >= 0 || c == ':' || c == '.' : isName(c);
            if (!fits || c >= 0x7f) {
                throw Refusal.bad("a character that no host has");
            }
        }
        return new RequestTarget(host.toLowerCase(Locale.ROOT), port, "/", "");
    }

    private static int port(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || number > MOST_PORT) {
                throw Refusal.bad("no port");
            }
            number = number * 10 + digit;
        }
        if (number > MOST_PORT) {
            throw Refusal.bad("no port");
        }
        return number;
    }

    private static boolean isName(char c) {
        return isLetterOrDigit(c) || SAFE_HOST.indexOf(c) >= 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** What is compared with rules: as the path, with slashes that follow each other as one, as back ends read them. */
    String matched() {
        if (path.indexOf("//") < 0) {
            return path;
        }
        StringBuilder merged = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
                merged.append(path.charAt(i));
            }
        }
        return merged.toString();
    }

    /** @throws Refusal 400 for what a back end might take for another path than we do */
    static String normalise(String raw) {
        boolean plain = true;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
                throw Refusal.bad("an unsafe character in the path");
            }
            plain = plain && c != '%' && (c != '.' || i == 0 || raw.charAt(i - 1) != '/');
        }
        if (plain) {
            return raw;
        }
        String path = raw.indexOf('%') < 0 ? raw : unescape(raw);
        return resolve(path);
    }

    /** Decodes what needs no escape; the rest keeps its own, in capital letters. */
    private static String unescape(String raw) {
        StringBuilder path = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                path.append(c);
                continue;
            }
            int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), HEX) : -1;
            int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), HEX) : -1;
            if (high < 0 || low < 0) {
                throw Refusal.bad("an escape that is none");
            }
            char decoded = (char) (high * HEX + low);
            if (decoded == 0) {
                throw Refusal.bad("a NUL in the path");
            }
            if (isLetterOrDigit(decoded) || "-._~".indexOf(decoded) >= 0) {
                path.append(decoded);
            } else {
                path.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) decoded));
            }
            i += ESCAPE - 1;
        }
        return path.toString();
    }

    /** RFC 3986, 5.2.4; above the root is nothing. */
    static String resolve(String path) {
        Deque<String> segments = new ArrayDeque<>();
        String[] all = path.substring(1).split("/", -1);
        boolean directory = false;
        for (String segment : all) {
            refuseHidden(segment);
            directory = segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                if (segments.isEmpty()) {
                    throw Refusal.bad("a path above the root");
                }
                segments.removeLast();
            } else if (!segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return "/" + String.join("/", segments) + (directory && !segments.isEmpty() ? "/" : "");
    }

    /** {@code ..%2f}, {@code ..;x}, {@code %5c..}: dots that a back end may find after it decoded or cut once more. */
    private static void refuseHidden(String segment) {
        if (!segment.contains("..") && !segment.startsWith(".")) {
            return;
        }
        String decoded = SEPARATOR.matcher(segment).replaceAll("/");
        if (decoded.indexOf('/') < 0 && segment.indexOf(';') < 0) {
            return;
        }
        for (String part : decoded.split("/", -1)) {
            String name = part.indexOf(';') < 0 ? part : part.substring(0, part.indexOf(';'));
            if (name.equals("..") || name.equals(".")) {
                throw Refusal.bad("dots behind an escape");
            }
        }
    }

    /** For {@code Location} and {@code X-Forwarded-Host}: only what {@link #of} has let through. */
    String authority() {
        return port == 0 ? host : host + ":" + port;
    }
}
