package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What form an answer has, chosen from the Accept header.
 *
 * @param shape what becomes of objects
 * @param yaml else JSON
 * @param beta Tables and metadata are said to be of meta.k8s.io/v1beta1, as older clients ask for them; they look the same
 */
record MediaType(Shape shape, boolean yaml, boolean beta) {
    enum Shape {
        OBJECT,
        TABLE,
        PARTIAL
    }

    static final MediaType JSON = new MediaType(Shape.OBJECT, false, false);
    static final String TYPES = "application/json, application/yaml";

    String contentType() {
        return yaml ? "application/yaml" : "application/json";
    }

    /** For caches of encoded frames. */
    String key() {
        return shape + (yaml ? "/yaml" : "/json") + (beta ? "/v1beta1" : "");
    }

    /** The first acceptable form, in the header's order. @throws ApiException 406 */
    static MediaType accepted(String accept) {
        return accepted(accept, true);
    }

    /** @param tables whether the kind has a Table: what is computed and never listed has none */
    static MediaType accepted(String accept, boolean tables) {
        if (accept.isBlank()) {
            return JSON;
        }
        for (String clause : accept.split(",")) {
            Map<String, String> parameters = new HashMap<>();
            String type = parse(clause, parameters);
            boolean json = type.equals("application/json") || type.equals("*/*") || type.equals("application/*");
            boolean yaml = type.equals("application/yaml") || type.equals("text/yaml");
            if (!json && !yaml) {
                continue;
            }
            String as = parameters.getOrDefault("as", "");
            String version = parameters.getOrDefault("v", "v1");
            boolean beta = version.equals("v1beta1");
            boolean meta =
                    parameters.getOrDefault("g", "meta.k8s.io").equals("meta.k8s.io") && (beta || version.equals("v1"));
            if (as.isEmpty()) {
                return new MediaType(Shape.OBJECT, yaml, false);
            } else if (as.equals("Table") && meta && tables) {
                return new MediaType(Shape.TABLE, yaml, beta);
            } else if (as.startsWith("PartialObjectMetadata") && meta) {
                return new MediaType(Shape.PARTIAL, yaml, beta);
            }
        }
        throw ApiException.of(
                Reason.NotAcceptable, "only the following media types are accepted: " + TYPES, Details.NONE);
    }

    /** The type without parameters, lower case; parameters into the map. */
    static String parse(String clause, Map<String, String> parameters) {
        String[] words = clause.split(";");
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                parameters.put(
                        words[i].substring(0, equals).trim(),
                        words[i].substring(equals + 1).trim());
            }
        }
        return words[0].trim().toLowerCase(Locale.ROOT);
    }
}
