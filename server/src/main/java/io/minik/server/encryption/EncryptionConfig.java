package io.minik.server.encryption;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.schema.Durations;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** apiserver.config.k8s.io/v1 EncryptionConfiguration: which resources are sealed, and how. Immutable. */
public final class EncryptionConfig {
    /** Nothing is sealed, and nothing is opened. */
    public static final EncryptionConfig NONE = new EncryptionConfig(Map.of(), List.of());

    private static final List<Integer> AES_BYTES = List.of(16, 24, 32);
    private static final List<Integer> BOX_BYTES = List.of(32);
    private static final Set<String> KINDS = Set.of("aesgcm", "aescbc", "secretbox", "identity", "kms");

    /** By {@code secrets}, {@code deployments.apps}, {@code *.}, {@code *.apps}, {@code *.*}. */
    private final Map<String, Providers> byResource;

    private final List<Kms> plugins;

    private EncryptionConfig(Map<String, Providers> byResource, List<Kms> plugins) {
        this.byResource = byResource;
        this.plugins = plugins;
    }

    /** Whether others must be asked, who may not answer. */
    public boolean isRemote() {
        return !plugins.isEmpty();
    }

    /** Asks all KMS plugins, now and from then on. @param learned something may be readable now that was not */
    public Future<Void> start(Loop loop, Runnable learned) {
        return Future.join(plugins.stream()
                        .map(plugin -> plugin.start(loop, learned))
                        .toList())
                .mapEmpty();
    }

    /** Asks all of them once more. */
    Future<Void> look() {
        return Future.join(plugins.stream().map(Kms::look).toList()).mapEmpty();
    }

    /** What is wrong with them; empty: nothing. */
    public String trouble() {
        return plugins.stream()
                .filter(plugin -> !plugin.trouble().isEmpty())
                .map(plugin -> plugin.name() + ": " + plugin.trouble())
                .collect(Collectors.joining("; "));
    }

    public Future<Void> close() {
        return Future.join(plugins.stream().map(Kms::close).toList()).mapEmpty();
    }

    public boolean isEmpty() {
        return byResource.isEmpty();
    }

    /** What is said of a resource by its name, else of its group, else of all. */
    Optional<Providers> of(String group, String plural) {
        for (String word : List.of(group.isEmpty() ? plural : plural + "." + group, "*." + group, "*.*")) {
            Providers found = byResource.get(word);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** A plugin as it is configured. */
    record Plugin(String name, String socket, Duration timeout) {}

    /** What a configuration is made with. */
    private record Making(SecureRandom random, Function<Plugin, Kms> plugins) {}

    /** The same of one that names no KMS. */
    public static EncryptionConfig parse(JsonNode document, SecureRandom random) {
        return parse(document, new Making(random, plugin -> {
            throw new IllegalArgumentException(plugin.name() + ": there is no KMS here");
        }));
    }

    /** @throws IllegalArgumentException in upstream's words, naming the place */
    public static EncryptionConfig parse(JsonNode document, SecureRandom random, Vertx vertx) {
        return parse(
                document,
                new Making(random, plugin -> new Kms(vertx, plugin.name, plugin.socket, plugin.timeout, random)));
    }

    private static EncryptionConfig parse(JsonNode document, Making given) {
        Map<String, Kms> plugins = new LinkedHashMap<>();
        Making making = new Making(given.random, plugin -> {
            if (plugins.containsKey(plugin.name)) {
                throw new IllegalArgumentException(
                        "duplicate KMS provider name " + plugin.name + ", names must be unique");
            }
            Kms made = given.plugins.apply(plugin);
            plugins.put(plugin.name, made);
            return made;
        });
        String apiVersion = Json.text(document, "apiVersion");
        if (!apiVersion.equals("apiserver.config.k8s.io/v1")
                || !Json.text(document, "kind").equals("EncryptionConfiguration")) {
            throw new IllegalArgumentException("no kind \"" + Json.text(document, "kind")
                    + "\" is registered for version \"" + apiVersion + "\": EncryptionConfiguration of"
                    + " apiserver.config.k8s.io/v1 is");
        }
        Map<String, List<Providers.Provider>> providers = new LinkedHashMap<>();
        JsonNode resources = document.path("resources");
        if (resources.isEmpty()) {
            throw required("resources", "at least one resources is required");
        }
        for (int at = 0; at < resources.size(); at++) {
            String path = "resources[" + at + "]";
            List<String> words = words(resources.get(at).path("resources"), path + ".resources");
            List<Providers.Provider> its = providers(resources.get(at).path("providers"), path + ".providers", making);
            words.forEach(word ->
                    providers.computeIfAbsent(word, unused -> new ArrayList<>()).addAll(its));
        }
        Map<String, Providers> all = new LinkedHashMap<>();
        providers.forEach((word, its) -> all.put(word, new Providers(its)));
        return new EncryptionConfig(all, List.copyOf(plugins.values()));
    }

    private static List<String> words(JsonNode list, String path) {
        if (list.isEmpty()) {
            throw required(path, "at least one resource is required");
        }
        List<String> words = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < list.size(); at++) {
            String word = list.get(at).asText();
            String here = path + "[" + at + "]";
            if (!word.equals(word.toLowerCase(Locale.ROOT))) {
                throw invalid(here, word, "resource name should not contain capital letters");
            }
            if (word.equals("*")) {
                throw invalid(
                        here,
                        word,
                        "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources");
            }
            if (word.equals("events.events.k8s.io") || word.equals("*.events.k8s.io")) {
                throw invalid(
                        here,
                        word,
                        "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events'"
                                + " instead in the config file");
            }
            if (!seen.add(word)) {
                throw invalid(here, word, "the same resource cannot be specified multiple times");
            }
            words.add(word);
        }
        for (String word : words) {
            String group = word.contains(".") ? word.substring(word.indexOf('.')) : ".";
            boolean masked = (!word.equals("*.*") && seen.contains("*.*"))
                    || (!word.startsWith("*.") && seen.contains("*" + group));
            if (masked) {
                throw invalid(
                        path,
                        String.join(",", words),
                        "using overlapping resources such as 'secrets' and '*.' in the same resource list is not"
                                + " allowed as they will be masked");
            }
        }
        return words;
    }

    private static List<Providers.Provider> providers(JsonNode list, String path, Making making) {
        if (list.isEmpty()) {
            throw required(path, "at least one provider is required");
        }
        List<Providers.Provider> providers = new ArrayList<>();
        for (int at = 0; at < list.size(); at++) {
            String here = path + "[" + at + "]";
            List<String> kinds =
                    list.get(at).properties().stream().map(Map.Entry::getKey).toList();
            if (kinds.size() > 1) {
                throw invalid(
                        here,
                        String.join(",", kinds),
                        "more than one provider specified in a single element, should split into different list"
                                + " elements");
            }
            if (kinds.isEmpty() || !KINDS.contains(kinds.get(0))) {
                throw required(
                        here,
                        "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC,"
                                + " Secretbox, Identity");
            }
            String kind = kinds.get(0);
            providers.add(provider(kind, list.get(at).path(kind), here + "." + kind, making));
        }
        return providers;
    }

    private static Providers.Provider provider(String kind, JsonNode said, String path, Making making) {
        SecureRandom random = making.random;
        return switch (kind) {
            case "aesgcm" -> keyed(kind, said, path, new Made("AES", AES_BYTES, secret -> new AesGcm(secret, random)));
            case "aescbc" -> keyed(kind, said, path, new Made("AES", AES_BYTES, secret -> new AesCbc(secret, random)));
            case "secretbox" ->
                keyed(kind, said, path, new Made("Secretbox", BOX_BYTES, secret -> new SecretBox(secret, random)));
            case "identity" -> Providers.Provider.IDENTITY;
            default -> plugin(said, path, making);
        };
    }

    private static Providers.Provider plugin(JsonNode said, String path, Making making) {
        String name = Json.text(said, "name");
        if (name.isEmpty()) {
            throw required(path + ".name", "name is a mandatory field for a KMS provider");
        }
        if (name.contains(":")) {
            throw invalid(path + ".name", name, "KMS provider name should not contain ':'");
        }
        if (!Json.text(said, "apiVersion").equals("v2")) {
            throw invalid(
                    path + ".apiVersion",
                    Json.textOr("v1", said, "apiVersion"),
                    "KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead");
        }
        String endpoint = Json.text(said, "endpoint");
        if (endpoint.isEmpty()) {
            throw invalid(path + ".endpoint", endpoint, "endpoint is a mandatory field for a KMS provider");
        }
        String socket = endpoint.startsWith("unix://") ? endpoint.substring("unix://".length()) : "";
        if (socket.isEmpty()) {
            throw invalid(
                    path + ".endpoint",
                    endpoint,
                    "unsupported scheme \"" + endpoint.split(":", 2)[0]
                            + "\" for KMS provider, only unix is supported");
        }
        Duration timeout = Durations.parse(Json.textOr("3s", said, "timeout"));
        if (timeout.isZero() || timeout.isNegative()) {
            throw invalid(path + ".timeout", Json.text(said, "timeout"), "timeout should be a positive value");
        }
        byte[] prefix = utf8("k8s:enc:kms:v2:" + name + ":");
        Kms kms = making.plugins.apply(new Plugin(name, socket, timeout));
        return new Providers.Provider(
                prefix, List.of(new Providers.Provider.Key(prefix, kms)), "no matching prefix found");
    }

    /** @param name in errors; @param lengths that a secret may have */
    private record Made(String name, List<Integer> lengths, Function<byte[], Sealing> sealing) {}

    private static Providers.Provider keyed(String kind, JsonNode said, String path, Made made) {
        JsonNode keys = said.path("keys");
        if (keys.isEmpty()) {
            throw required(path + ".keys", "at least one keys is required");
        }
        String prefix = "k8s:enc:" + kind + ":v1:";
        List<Providers.Provider.Key> all = new ArrayList<>();
        for (int at = 0; at < keys.size(); at++) {
            String here = path + ".keys[" + at + "]";
            String key = Json.text(keys.get(at), "name");
            if (key.isEmpty()) {
                throw required(here + ".name", "name is a mandatory field for a key");
            }
            byte[] secret = secret(Json.text(keys.get(at), "secret"), here + ".secret", made.lengths);
            all.add(new Providers.Provider.Key(utf8(prefix + key + ":"), made.sealing.apply(secret)));
        }
        return new Providers.Provider(
                utf8(prefix),
                List.copyOf(all),
                "no matching key was found for the provided " + made.name + " transformer");
    }

    private static byte[] secret(String text, String path, List<Integer> lengths) {
        if (text.isEmpty()) {
            throw required(path, "secret is a mandatory field for a key");
        }
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(text.trim());
        } catch (IllegalArgumentException e) {
            throw invalid(path, "REDACTED", "secrets must be base64 encoded");
        }
        if (!lengths.contains(secret.length)) {
            throw invalid(
                    path,
                    "REDACTED",
                    "secret is not of the expected length, got " + secret.length + ", expected one of "
                            + lengths.toString().replace(",", ""));
        }
        return secret;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException required(String path, String why) {
        return new IllegalArgumentException(new Causes().required(path, why).toString());
    }

    private static IllegalArgumentException invalid(String path, String value, String why) {
        return new IllegalArgumentException(
                new Causes().invalid(path, value, why).toString());
    }
}
