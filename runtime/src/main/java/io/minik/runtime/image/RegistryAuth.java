package io.minik.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.image.Images.Credentials;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers a registry's challenge: basic, or a token from the server that it names. Blocking; no state. */
final class RegistryAuth {
    private static final Pattern PARAMETER = Pattern.compile("([a-zA-Z_]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,]*))");
    private static final int MAX_TOKEN_BYTES = 1 << 20;
    private static final byte[] NO_BODY = {};

    private final Http http;

    RegistryAuth(Http http) {
        this.http = http;
    }

    /** The Authorization header that satisfies one of the challenges; empty if we have nothing to say. */
    Optional<String> answer(
            List<String> challenges, Optional<Credentials> credentials, String repository, RegistriesFile.Tls tls)
            throws IOException {
        Optional<Credentials> bearer =
                credentials.filter(known -> !known.registryToken().isEmpty());
        if (bearer.isPresent()) {
            return Optional.of("Bearer " + bearer.get().registryToken());
        }
        for (String challenge : challenges) {
            String scheme = challenge.split(" ", 2)[0].toLowerCase(Locale.ROOT);
            if (scheme.equals("bearer")) {
                return Optional.of("Bearer " + token(parameters(challenge), credentials, repository, tls));
            }
            if (scheme.equals("basic")
                    && credentials.isPresent()
                    && !credentials.get().username().isEmpty()) {
                return Optional.of(basic(credentials.get()));
            }
        }
        return Optional.empty();
    }

    private String token(
            Map<String, String> challenge, Optional<Credentials> credentials, String repository, RegistriesFile.Tls tls)
            throws IOException {
        String realm = challenge.getOrDefault("realm", "");
        String service = challenge.getOrDefault("service", "");
        String scope = challenge.getOrDefault("scope", "repository:" + repository + ":pull");
        if (!realm.startsWith("http://") && !realm.startsWith("https://")) {
            throw new IOException("registry names no token server: realm \"" + realm + "\"");
        }
        Optional<String> refresh = credentials.map(Credentials::identityToken).filter(token -> !token.isEmpty());
        Http.Request request = refresh.isPresent()
                ? refreshRequest(realm, service, scope, refresh.get())
                : getRequest(realm, service, scope, credentials);
        Http.Response response = http.send(request, tls);
        try (BodyStream body = response.body()) {
            byte[] answer = body.readAll(MAX_TOKEN_BYTES);
            if (response.status() != 200) {
                throw new IOException("failed to authorize: failed to fetch "
                        + (credentials.isPresent() ? "oauth" : "anonymous") + " token: unexpected status from "
                        + request.method() + " request to " + request.url() + ": " + response.status() + " "
                        + response.statusMessage());
            }
            JsonNode tree = Manifest.parse(answer);
            String token = tree.path("token").asText(tree.path("access_token").asText(""));
            if (token.isEmpty()) {
                throw new IOException("failed to authorize: " + realm + " answered without a token");
            }
            return token;
        }
    }

    private static Http.Request getRequest(
            String realm, String service, String scope, Optional<Credentials> credentials) {
        StringBuilder url = new StringBuilder(realm).append(realm.contains("?") ? '&' : '?');
        if (!service.isEmpty()) {
            url.append("service=").append(encoded(service)).append('&');
        }
        for (String one : scope.split(" ")) {
            url.append("scope=").append(encoded(one)).append('&');
        }
        url.setLength(url.length() - 1);
        Map<String, String> headers = new LinkedHashMap<>();
        credentials
                .filter(known -> !known.username().isEmpty())
                .ifPresent(known -> headers.put("Authorization", basic(known)));
        return new Http.Request(HttpMethod.GET, url.toString(), headers, NO_BODY);
    }

    private static Http.Request refreshRequest(String realm, String service, String scope, String token) {
        String form = "grant_type=refresh_token&client_id=minik&service=" + encoded(service) + "&scope="
                + encoded(scope) + "&refresh_token=" + encoded(token);
        return new Http.Request(
                HttpMethod.POST,
                realm,
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                form.getBytes(StandardCharsets.US_ASCII));
    }

    private static Map<String, String> parameters(String challenge) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(challenge.substring(challenge.indexOf(' ') + 1));
        while (matcher.find()) {
            String value = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return parameters;
    }

    private static String basic(Credentials credentials) {
        String pair = credentials.username() + ":" + credentials.password();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
