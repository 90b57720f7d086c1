package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where a webhook is called: of admission's and of definitions' clientConfig. */
final class WebhookRules {
    static final List<String> REVIEWS = List.of("v1", "v1beta1");

    private static final String FORM = "; desired format: https://host[/path]";
    private static final int LAST_PORT = 65_535;

    private final Causes causes;

    WebhookRules(Causes causes) {
        this.causes = causes;
    }

    void client(String path, JsonNode client) {
        if (SchemaWords.present(client, "url") == SchemaWords.present(client, "service")) {
            causes.required(path, "exactly one of url or service is required");
        } else if (SchemaWords.present(client, "url")) {
            url(path + ".url", Json.text(client, "url"));
        } else {
            service(path + ".service", client.path("service"));
        }
    }

    /**
     * The versions of reviews that a webhook takes.
     *
     * @param missing said if there are none
     * @param recognized whether one must be known
     */
    void reviews(String path, JsonNode list, String missing, boolean recognized) {
        if (list.isEmpty()) {
            causes.required(path, missing);
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < list.size(); at++) {
            String version = list.get(at).asText();
            if (seen.add(version)) {
                causes.invalid(Causes.at(path, at), version, Names.dns1035Label(version));
            } else {
                causes.invalid(Causes.at(path, at), version, "duplicate version");
            }
        }
        if (recognized && REVIEWS.stream().noneMatch(seen::contains)) {
            causes.invalid(path, list, "must include at least one of " + String.join(", ", REVIEWS));
        }
    }

    private void url(String path, String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            causes.required(path, "url must be a valid URL: " + e.getMessage() + FORM);
            return;
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme();
        if (!scheme.equals("https")) {
            causes.invalid(path, scheme, "'https' is the only allowed URL scheme" + FORM);
        }
        if (url.getRawAuthority() == null) {
            causes.invalid(path, "", "host must be specified" + FORM);
        }
        if (url.getRawUserInfo() != null) {
            causes.invalid(path, url.getRawUserInfo(), "user information is not permitted in the URL");
        }
        if (url.getRawFragment() != null && !url.getRawFragment().isEmpty()) {
            causes.invalid(path, url.getFragment(), "fragments are not permitted in the URL");
        }
        if (url.getRawQuery() != null && !url.getRawQuery().isEmpty()) {
            causes.invalid(path, url.getRawQuery(), "query parameters are not permitted in the URL");
        }
    }

    private void service(String path, JsonNode service) {
        if (Json.text(service, "name").isEmpty()) {
            causes.required(path + ".name", "service name is required");
        }
        if (Json.text(service, "namespace").isEmpty()) {
            causes.required(path + ".namespace", "service namespace is required");
        }
        long port = Json.longOr(443, service, "port");
        if (port < 1 || port > LAST_PORT) {
            causes.invalid(path + ".port", port, "port is not valid: must be between 1 and 65535, inclusive");
        }
        servicePath(path + ".path", Json.text(service, "path"));
    }

    private void servicePath(String path, String text) {
        if (text.isEmpty() || text.equals("/")) {
            return;
        }
        if (text.equals("//")) {
            causes.invalid(path, text, "segment[0] may not be empty");
            return;
        }
        if (!text.startsWith("/")) {
            causes.invalid(path, text, "must start with a '/'");
        }
        String inner = text.substring(1, text.length() - (text.endsWith("/") ? 1 : 0));
        String[] steps = inner.split("/", -1);
        for (int at = 0; at < steps.length; at++) {
            String where = "segment[" + at + "]";
            if (steps[at].isEmpty()) {
                causes.invalid(path, text, where + " may not be empty");
                continue;
            }
            for (String why : Names.dns1123Subdomain(steps[at])) {
                causes.invalid(path, text, where + ": " + why);
            }
        }
    }
}
