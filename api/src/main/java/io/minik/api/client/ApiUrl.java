package io.minik.api.client;

import io.minik.api.meta.Resource;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A call's path and query, as API concepts' "resource URIs" lays them out. */
final class ApiUrl {
    private static final String UNRESERVED = "-._~";

    private ApiUrl() {}

    static String of(ApiCall call) {
        Resource resource = call.resource();
        StringBuilder url = new StringBuilder(128).append(resource.basePath());
        if (resource.namespaced() && !call.key().namespace().isEmpty()) {
            url.append("/namespaces/");
            escape(url, call.key().namespace());
        }
        url.append('/').append(resource.plural());
        if (!call.key().name().isEmpty()) {
            url.append('/');
            escape(url, call.key().name());
        }
        if (!call.subresource().isEmpty()) {
            url.append('/').append(call.subresource());
        }
        char separator = '?';
        if (call.verb() == ApiCall.Verb.WATCH) {
            url.append("?watch=true");
            separator = '&';
        }
        for (Map.Entry<String, String> parameter : call.query().entrySet()) {
            url.append(separator).append(parameter.getKey()).append('=');
            escape(url, parameter.getValue());
            separator = '&';
        }
        return url.toString();
    }

    /** Percent-encodes all but RFC 3986's unreserved characters. */
    private static void escape(StringBuilder url, String text) {
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
            if (plain) {
                url.append(c);
            } else {
                url.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                url.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
    }
}
