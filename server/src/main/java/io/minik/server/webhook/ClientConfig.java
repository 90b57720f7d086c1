package io.minik.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a webhook is and whom it must be: the clientConfig of admission's and of definitions' webhooks.
 *
 * @param url empty if a Service is named
 * @param caBundle PEM; empty: the system's authorities
 */
public record ClientConfig(String url, Optional<Service> service, String caBundle) {
    private static final int HTTPS = 443;
    private static final String PORT = ":(\\d{0,9})$";
    private static final Set<String> REVIEWS = Set.of("v1", "v1beta1");

    /** @param path empty, or with a slash before it */
    public record Service(String namespace, String name, String path, int port) {
        /** The name that its certificate must have. */
        String serverName() {
            return name + "." + namespace + ".svc";
        }
    }

    /** Of a configuration that was validated. */
    public static ClientConfig of(JsonNode config) {
        JsonNode service = config.path("service");
        return new ClientConfig(
                Json.text(config, "url"),
                service.isObject()
                        ? Optional.of(new Service(
                                Json.text(service, "namespace"),
                                Json.text(service, "name"),
                                Json.text(service, "path"),
                                Json.intOr(HTTPS, service, "port")))
                        : Optional.empty(),
                new String(Base64.getMimeDecoder().decode(Json.text(config, "caBundle")), StandardCharsets.UTF_8));
    }

    /** The version in which a webhook is asked: the first that it accepts of those that there are. */
    public static Optional<String> review(List<String> accepted) {
        return accepted.stream().filter(REVIEWS::contains).findFirst();
    }

    /** Of the name in the URL. */
    String host() {
        return service.map(Service::serverName).orElseGet(() -> {
            URI parsed = URI.create(url);
            // Java knows no host with an underscore, and no port beside it either.
            String host = parsed.getHost() != null
                    ? parsed.getHost()
                    : parsed.getRawAuthority().replaceFirst(PORT, "");
            return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        });
    }

    int port() {
        return service.map(Service::port).orElseGet(() -> {
            Matcher port = Pattern.compile(PORT).matcher(URI.create(url).getRawAuthority());
            return port.find() && !port.group(1).isEmpty() ? Integer.parseInt(port.group(1)) : HTTPS;
        });
    }

    /** Scheme, host and port as they are written. */
    String authority() {
        return service.map(found -> "https://" + found.serverName() + ":" + found.port())
                .orElseGet(() -> "https://" + URI.create(url).getRawAuthority());
    }

    String path() {
        String path = service.map(Service::path).orElseGet(() -> URI.create(url).getRawPath());
        return path == null || path.isEmpty() ? "/" : path.startsWith("/") ? path : "/" + path;
    }
}
