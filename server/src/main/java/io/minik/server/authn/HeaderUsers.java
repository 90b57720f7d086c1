package io.minik.server.authn;

import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import io.minik.server.authn.Authenticator.Credentials;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Users that a proxy in front names in headers, which is believed for its certificate.
 *
 * @param proxies who signs the certificates of proxies
 * @param names common names that they may have; empty: any
 * @param extraPrefixes of headers whose rest is a key, such as {@code X-Remote-Extra-}
 */
public record HeaderUsers(
        ClientAuthority proxies,
        List<String> names,
        List<String> userHeaders,
        List<String> uidHeaders,
        List<String> groupHeaders,
        List<String> extraPrefixes) {
    Optional<User> of(Credentials credentials) {
        if (credentials.clientCertificates().isEmpty() || !proxies.vouchesFor(credentials.clientCertificates())) {
            return Optional.empty();
        }
        if (!names.isEmpty() && !names.contains(commonName(credentials))) {
            return Optional.empty();
        }
        String name = first(credentials, userHeaders);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        List<String> groups = new ArrayList<>();
        groupHeaders.forEach(header -> groups.addAll(credentials.header(header)));
        if (!groups.contains(User.AUTHENTICATED) && !name.equals(User.ANONYMOUS.name())) {
            groups.add(User.AUTHENTICATED);
        }
        return Optional.of(new User(name, first(credentials, uidHeaders), List.copyOf(groups), extra(credentials)));
    }

    /** Whoever said it: a client may say it as well, and is believed by those who see this server's certificate beside it. */
    void forget(MultiMap headers) {
        Stream.of(userHeaders, uidHeaders, groupHeaders).flatMap(List::stream).forEach(headers::remove);
        for (String name : List.copyOf(headers.names())) {
            if (extraPrefixes.stream().anyMatch(prefix -> name.regionMatches(true, 0, prefix, 0, prefix.length()))) {
                headers.remove(name);
            }
        }
    }

    private static String commonName(Credentials credentials) {
        try {
            return Subject.of(credentials.clientCertificates().get(0)).commonName();
        } catch (X509Exception e) {
            return "";
        }
    }

    private static String first(Credentials credentials, List<String> headers) {
        return headers.stream()
                .flatMap(header -> credentials.header(header).stream())
                .filter(value -> !value.isBlank())
                .findFirst()
                .orElse("");
    }

    private Map<String, List<String>> extra(Credentials credentials) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : credentials.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            for (String prefix : extraPrefixes) {
                if (name.startsWith(prefix.toLowerCase(Locale.ROOT))) {
                    extra.computeIfAbsent(key(name.substring(prefix.length())), unused -> new ArrayList<>())
                            .add(header.getValue());
                }
            }
        }
        return extra;
    }

    private static String key(String escaped) {
        try {
            return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return escaped;
        }
    }
}
