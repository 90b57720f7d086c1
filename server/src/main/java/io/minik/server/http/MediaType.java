package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What form an answer has, chosen from the Accept header.
 *
 * @param shape what becomes of objects
 * @param beta Tables and metadata are said to be of meta.k8s.io/v1beta1, as older clients ask for them; they look the same
 */
record MediaType(Shape shape, Format format, boolean beta) {
    enum Shape {
        OBJECT,
        TABLE,
        PARTIAL,
        /** The same for lists. */
        PARTIALS;

        boolean partial() {
            return this == PARTIAL || this == PARTIALS;
        }
    }

    /** What there is to choose from, JSON and YAML apart. */
    enum Offered {
        KIND,
        /** Of what is computed and never listed there is no Table. */
        COMPUTED,
        /** Objects of kinds that users define have no protobuf, but their metadata have. */
        CUSTOM,
        /** A Status, a document: there is one shape of it. */
        PLAIN;

        static Offered of(KindRow kind) {
            return kind.added().isPresent() ? CUSTOM : kind.has("list") ? KIND : COMPUTED;
        }

        private boolean has(Shape shape, Format format) {
            return switch (shape) {
                case OBJECT -> this != CUSTOM || format != Format.PROTOBUF;
                case TABLE -> (this == KIND || this == CUSTOM) && format != Format.PROTOBUF;
                case PARTIAL, PARTIALS -> this != PLAIN;
            };
        }
    }

    static final MediaType JSON = new MediaType(Shape.OBJECT, Format.JSON, false);
    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final String TYPES = "application/json, application/yaml, " + PROTOBUF;
    private static final String STREAMS = "application/json;stream=watch, " + PROTOBUF + ";stream=watch";

    /** In the order in which a client that takes all of them gets them. */
    private static final List<Format> FORMATS = List.of(Format.JSON, Format.YAML, Format.PROTOBUF);

    /** Nobody has as many; sorting them is upstream's own, and takes the square of their number. */
    private static final int MOST_CLAUSES = 64;

    String contentType() {
        return type(format);
    }

    /** Of a watch's stream. */
    String streamType() {
        return format == Format.JSON ? contentType() : contentType() + ";stream=watch";
    }

    private static String type(Format format) {
        return switch (format) {
            case JSON -> "application/json";
            case YAML -> "application/yaml";
            case PROTOBUF -> PROTOBUF;
        };
    }

    /** For caches of encoded frames. */
    String key() {
        return shape + "/" + format + (beta ? "/v1beta1" : "");
    }

    /** @throws ApiException 406 */
    static MediaType accepted(String accept, Offered offered) {
        return find(accept, offered).orElseThrow(() -> notAcceptable(TYPES));
    }

    /** What a watch may be told in: the same, as a stream. @throws ApiException 406 */
    MediaType streamed() {
        if (format == Format.YAML) {
            throw notAcceptable(STREAMS);
        }
        return this;
    }

    private static ApiException notAcceptable(String accepted) {
        return ApiException.of(
                Reason.NotAcceptable, "only the following media types are accepted: " + accepted, Details.NONE);
    }

    /** The best form that the header names and that is offered. */
    static Optional<MediaType> find(String accept, Offered offered) {
        if (accept.isBlank() || accept.equals("application/json") || accept.equals("*/*")) {
            return Optional.of(JSON);
        }
        for (Clause clause : clauses(accept)) {
            for (Format format : FORMATS) {
                if (clause.matches(type(format))) {
                    Optional<MediaType> found =
                            shaped(clause.parameters, format).filter(type -> offered.has(type.shape, format));
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<MediaType> shaped(Map<String, String> parameters, Format format) {
        String stream = parameters.getOrDefault("stream", "");
        if (!stream.isEmpty() && (!stream.equals("watch") || format == Format.YAML)) {
            return Optional.empty();
        }
        if (!parameters.containsKey("as") && !parameters.containsKey("g") && !parameters.containsKey("v")) {
            return Optional.of(new MediaType(Shape.OBJECT, format, false));
        }
        String version = parameters.getOrDefault("v", "");
        boolean beta = version.equals("v1beta1");
        if (!parameters.getOrDefault("g", "").equals("meta.k8s.io") || !(beta || version.equals("v1"))) {
            return Optional.empty();
        }
        return switch (parameters.getOrDefault("as", "")) {
            case "Table" -> Optional.of(new MediaType(Shape.TABLE, format, beta));
            case "PartialObjectMetadata" -> Optional.of(new MediaType(Shape.PARTIAL, format, beta));
            case "PartialObjectMetadataList" -> Optional.of(new MediaType(Shape.PARTIALS, format, beta));
            default -> Optional.empty();
        };
    }

    /** A part of the header between commas. */
    record Clause(String type, double quality, Map<String, String> parameters) {
        boolean matches(String offered) {
            return type.equals(offered) || type.equals("*/*") || type.equals("*") || type.equals("application/*");
        }

        /** As upstream sorts them: a wildcard comes after a type, whatever it is worth. */
        private boolean before(Clause other) {
            return quality > other.quality
                    || (!type.startsWith("*") && other.type.startsWith("*"))
                    || (!type.endsWith("/*") && other.type.endsWith("/*"));
        }
    }

    /** In the order in which the client would have them. */
    static List<Clause> clauses(String accept) {
        List<Clause> clauses = new ArrayList<>();
        for (String part : accept.split(",", MOST_CLAUSES)) {
            Map<String, String> parameters = new HashMap<>();
            String type = parse(part, parameters);
            Clause clause = new Clause(type, quality(parameters.remove("q")), parameters);
            int at = clauses.size();
            while (at > 0 && clause.before(clauses.get(at - 1))) {
                at--;
            }
            clauses.add(at, clause);
        }
        return clauses;
    }

    private static double quality(@Nullable String said) {
        try {
            return said == null ? 1 : Double.parseDouble(said);
        } catch (NumberFormatException e) {
            return 0;
        }
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
        return words.length == 0 ? "" : words[0].trim().toLowerCase(Locale.ROOT);
    }
}
