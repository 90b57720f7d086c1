package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.MAP;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Paths and URLs, as text alone. */
final class SprigPaths {
    private SprigPaths() {}

    static void add(SprigFunctions to) {
        for (String prefix : new String[] {"", "os"}) {
            to.add(name(prefix, "base"), in -> base(in.string(0)), STRING);
            to.add(name(prefix, "dir"), in -> dir(in.string(0)), STRING);
            to.add(name(prefix, "clean"), in -> clean(in.string(0)), STRING);
            to.add(name(prefix, "ext"), in -> ext(in.string(0)), STRING);
            to.add(name(prefix, "isAbs"), in -> in.string(0).startsWith("/"), STRING);
        }
        to.add("urlParse", in -> urlParse(in.string(0)), STRING);
        to.add("urlJoin", SprigPaths::urlJoin, MAP);
        // As with helm without --enable-dns: charts ask nobody.
        to.add("getHostByName", in -> "", STRING);
    }

    private static String name(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static String base(String path) {
        if (path.isEmpty()) {
            return ".";
        }
        String bare = path.replaceAll("/+$", "");
        return bare.isEmpty() ? "/" : bare.substring(bare.lastIndexOf('/') + 1);
    }

    private static String dir(String path) {
        return clean(path.substring(0, path.lastIndexOf('/') + 1));
    }

    private static String ext(String path) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.contains(".") ? last.substring(last.lastIndexOf('.')) : "";
    }

    static String clean(String path) {
        boolean rooted = path.startsWith("/");
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (!part.equals("..")) {
                parts.addLast(part);
            } else if (!parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!rooted) {
                parts.addLast("..");
            }
        }
        String all = (rooted ? "/" : "") + String.join("/", parts);
        return all.isEmpty() ? "." : all;
    }

    private static Map<String, @Nullable Object> urlParse(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw new TemplateException("unable to parse url: " + e.getMessage());
        }
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        String authority = or(url.getRawAuthority());
        int at = authority.lastIndexOf('@');
        String host = authority.substring(at + 1);
        boolean opaque = url.isOpaque();
        String rest = opaque ? url.getRawSchemeSpecificPart() : "";
        parts.put("scheme", or(url.getScheme()));
        parts.put("host", host);
        parts.put("hostname", host.replaceFirst(":[0-9]*$", "").replaceAll("^\\[|\\]$", ""));
        parts.put("path", or(url.getPath()));
        parts.put(
                "query", opaque && rest.contains("?") ? rest.substring(rest.indexOf('?') + 1) : or(url.getRawQuery()));
        parts.put("opaque", rest.contains("?") ? rest.substring(0, rest.indexOf('?')) : rest);
        parts.put("fragment", or(url.getFragment()));
        parts.put("userinfo", at < 0 ? "" : authority.substring(0, at));
        return parts;
    }

    private static String or(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String urlJoin(Arguments in) {
        String scheme = part(in, "scheme");
        String host = part(in, "host");
        String path = part(in, "path");
        String user = part(in, "userinfo");
        String opaque = part(in, "opaque");
        StringBuilder out = new StringBuilder();
        if (!scheme.isEmpty()) {
            out.append(scheme).append(':');
        }
        if (!opaque.isEmpty()) {
            out.append(opaque);
        } else {
            if (!scheme.isEmpty() || !host.isEmpty() || !user.isEmpty()) {
                out.append(host.isEmpty() && path.isEmpty() && user.isEmpty() ? "" : "//");
                out.append(user.isEmpty() ? "" : user + "@").append(host);
            }
            out.append(!path.isEmpty() && !path.startsWith("/") && !host.isEmpty() ? "/" : "")
                    .append(path);
        }
        String query = part(in, "query");
        String fragment = part(in, "fragment");
        return out + (query.isEmpty() ? "" : "?" + query) + (fragment.isEmpty() ? "" : "#" + fragment);
    }

    private static String part(Arguments in, String name) {
        Object value = Casts.map(in.get(0)).get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw new TemplateException(
                "unable to parse " + name + " key, must be of type string, but " + GoValues.kind(value) + " found");
    }
}
