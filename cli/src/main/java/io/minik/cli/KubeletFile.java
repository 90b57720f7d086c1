package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.node.Threshold;
import io.minik.ground.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A KubeletConfiguration of upstream's, from a file and from the files of a folder above it, each as a merge patch of those before.
 * Unknown keys are refused as upstream's strict decoding refuses them.
 *
 * @param said all of them together
 */
record KubeletFile(ObjectNode said) {
    static final KubeletFile NONE = new KubeletFile(Json.object());
    private static final String API_VERSION = "kubelet.config.k8s.io/v1beta1";
    private static final String KIND = "KubeletConfiguration";
    private static final String SUFFIX = "*.conf";

    /** What becomes of a key. */
    enum How {
        FLAG,
        SETTING,
        UNHEEDED
    }

    /** @param words the option's name, or what is so instead */
    record Key(String name, String type, How how, String words) {
        private boolean fits(JsonNode value) {
            return switch (type) {
                case "string" -> value.isTextual();
                case "int" -> value.isIntegralNumber();
                case "float" -> value.isNumber();
                case "bool" -> value.isBoolean();
                case "duration" -> value.isTextual() && isDuration(value.asText());
                case "strings" -> value.isArray() && texts(value);
                case "texts" -> value.isObject() && texts(value);
                case "list", "taints" -> value.isArray();
                default -> value.isObject();
            };
        }

        private static boolean texts(JsonNode values) {
            for (JsonNode value : values) {
                if (!value.isTextual()) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isDuration(String text) {
            try {
                Threshold.duration(text);
                return true;
            } catch (IllegalArgumentException e) {
                return text.equals("0");
            }
        }

        /** As Go names it in its complaints. */
        private String goType() {
            return switch (type) {
                case "int" -> "int32";
                case "float" -> "float64";
                case "duration" -> "Duration";
                case "strings" -> "[]string";
                case "texts" -> "map[string]string";
                case "list", "taints" -> "[]object";
                default -> type;
            };
        }
    }

    /** @param file none: a folder alone is enough. @throws IOException or an IllegalArgumentException that names the file */
    static KubeletFile read(List<Path> file, List<Path> folder) throws IOException {
        Map<String, Key> keys = keys();
        List<Path> all = new ArrayList<>(file);
        for (Path each : folder) {
            TreeSet<Path> parts = new TreeSet<>();
            try (DirectoryStream<Path> found = Files.newDirectoryStream(each, SUFFIX)) {
                found.forEach(parts::add);
            }
            all.addAll(parts);
        }
        ObjectNode said = Json.object();
        for (Path each : all) {
            try {
                merge(said, checked(ConfigFile.parse(Files.readString(each)), keys));
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(each + ": " + e.getMessage(), e);
            }
        }
        said.remove(List.of("apiVersion", "kind"));
        return new KubeletFile(said);
    }

    /** RFC 7386, as upstream puts its drop-ins together: objects key by key, all else as a whole. */
    private static void merge(ObjectNode into, ObjectNode over) {
        over.properties().forEach(field -> {
            JsonNode before = into.get(field.getKey());
            if (field.getValue().isNull()) {
                into.remove(field.getKey());
            } else if (before instanceof ObjectNode old && field.getValue() instanceof ObjectNode fresh) {
                merge(old, fresh);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }

    private static ObjectNode checked(JsonNode document, Map<String, Key> keys) {
        if (!(document instanceof ObjectNode said)) {
            throw new IllegalArgumentException("it is no map of keys to values");
        }
        String version = Json.text(said, "apiVersion");
        String kind = Json.text(said, "kind");
        if (kind.isEmpty()) {
            throw new IllegalArgumentException("Object 'Kind' is missing");
        }
        if (!kind.equals(KIND) || !version.equals(API_VERSION)) {
            throw new IllegalArgumentException("no kind \"" + kind + "\" is registered for version \"" + version
                    + "\": want " + KIND + " of " + API_VERSION);
        }
        List<String> unknown = new ArrayList<>();
        said.properties().forEach(field -> {
            Key key = keys.get(field.getKey());
            boolean own = field.getKey().equals("apiVersion") || field.getKey().equals("kind");
            if (key == null && !own) {
                unknown.add("unknown field \"" + field.getKey() + "\"");
            } else if (key != null && !field.getValue().isNull() && !key.fits(field.getValue())) {
                throw new IllegalArgumentException("json: cannot unmarshal "
                        + field.getValue().getNodeType().name().toLowerCase(Locale.ROOT)
                        + " into Go struct field KubeletConfiguration." + field.getKey() + " of type " + key.goType());
            }
        });
        KubeletTerms.unknownBelow(said, unknown);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("strict decoding error: " + String.join(", ", unknown));
        }
        return said;
    }

    /** Each key of upstream's by its name. */
    static Map<String, Key> keys() {
        Map<String, Key> keys = new TreeMap<>();
        try (InputStream file =
                        Objects.requireNonNull(KubeletFile.class.getResourceAsStream("kubelet-configuration.tsv"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split("\t", -1);
                    How how = How.valueOf(parts[2].toUpperCase(Locale.ROOT));
                    keys.put(parts[0], new Key(parts[0], parts[1], how, parts[3]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    /** Options and what they are to have, where nobody gives them another value. */
    Map<String, String> flags() {
        Map<String, String> flags = new LinkedHashMap<>();
        keys().values().stream()
                .filter(key -> key.how() == How.FLAG && said.has(key.name()))
                .forEach(key -> flags.put(key.words(), text(key)));
        return flags;
    }

    private String text(Key key) {
        JsonNode value = said.path(key.name());
        List<String> parts = new ArrayList<>();
        switch (key.type()) {
            case "strings" -> value.forEach(each -> parts.add(each.asText()));
            case "texts" -> {
                String between = key.name().equals("evictionHard") || key.name().equals("evictionSoft") ? "<" : "=";
                value.properties()
                        .forEach(each -> parts.add(
                                each.getKey() + between + each.getValue().asText()));
            }
            case "taints" ->
                value.forEach(taint -> parts.add(Json.text(taint, "key")
                        + (Json.text(taint, "value").isEmpty() ? "" : "=" + Json.text(taint, "value")) + ":"
                        + Json.text(taint, "effect")));
            default -> parts.add(value.asText());
        }
        return String.join(",", parts);
    }

    /** A line for each key that is known and changes nothing here. */
    List<String> warnings() {
        return keys().values().stream()
                .filter(key -> key.how() == How.UNHEEDED && said.has(key.name()))
                .map(key -> key.name() + " of the KubeletConfiguration is not heeded: " + key.words())
                .toList();
    }
}
