package io.minik.server.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiVersions;
import io.minik.api.meta.Resource;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Subresource;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The discovery documents, made from the kinds' rows. Rendered once and kept: immutable, any thread. */
public final class Discovery {
    /** A rendered document and its ETag. */
    public record Document(byte[] bytes, String etag) {
        static Document of(ObjectNode tree) {
            byte[] bytes = Json.bytes(tree);
            return new Document(bytes, "\"" + hash(bytes).toUpperCase(Locale.ROOT) + "\"");
        }
    }

    /**
     * Upstream's order, by the priorities that its aggregator gives to its own groups: a client that names no group takes the
     * first that knows the word. Every other group comes after them, by name.
     */
    private static final List<String> FIRST_GROUPS = List.of(
            "",
            "apiregistration.k8s.io",
            "apps",
            "events.k8s.io",
            "authentication.k8s.io",
            "authorization.k8s.io",
            "autoscaling",
            "batch",
            "certificates.k8s.io",
            "networking.k8s.io",
            "policy",
            "rbac.authorization.k8s.io",
            "storage.k8s.io",
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "scheduling.k8s.io",
            "coordination.k8s.io",
            "node.k8s.io",
            "discovery.k8s.io",
            "flowcontrol.apiserver.k8s.io",
            "internal.apiserver.k8s.io",
            "resource.k8s.io",
            "storagemigration.k8s.io");

    /** In the order of {@link #FIRST_GROUPS}, a group's preferred version first. */
    private final Map<String, Map<String, List<KindRow>>> groups = new LinkedHashMap<>();

    private final Map<String, Document> rendered = new ConcurrentHashMap<>();

    public Discovery(Schema schema) {
        List<KindRow> kinds = new ArrayList<>(schema.kinds());
        kinds.sort(Comparator.comparingInt(
                        (KindRow kind) -> priority(kind.resource().group()))
                .thenComparing(kind -> kind.resource().group())
                .thenComparing(kind -> kind.resource().version(), ApiVersions.PREFERRED_FIRST)
                .thenComparing(kind -> kind.resource().plural()));
        for (KindRow kind : kinds) {
            groups.computeIfAbsent(kind.resource().group(), unused -> new LinkedHashMap<>())
                    .computeIfAbsent(kind.resource().version(), unused -> new ArrayList<>())
                    .add(kind);
        }
    }

    private static int priority(String group) {
        int known = FIRST_GROUPS.indexOf(group);
        return known < 0 ? FIRST_GROUPS.size() : known;
    }

    /** /api: the core versions. @param serverAddress host:port */
    public Document coreVersions(String serverAddress) {
        ObjectNode tree = Json.object().put("kind", "APIVersions");
        tree.putArray("versions").add("v1");
        tree.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", serverAddress);
        return Document.of(tree);
    }

    /** /apis. */
    public Document groupList() {
        return rendered.computeIfAbsent("/apis", unused -> {
            ObjectNode tree = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
            ArrayNode array = tree.putArray("groups");
            groups.forEach((group, versions) -> {
                if (!group.isEmpty()) {
                    array.add(group(group, versions.keySet()));
                }
            });
            return Document.of(tree);
        });
    }

    /** /apis/apps. */
    public Optional<Document> group(String group) {
        Map<String, List<KindRow>> versions = groups.get(group);
        if (versions == null || group.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(rendered.computeIfAbsent("/apis/" + group, unused -> {
            ObjectNode tree = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
            tree.setAll(group(group, versions.keySet()));
            return Document.of(tree);
        }));
    }

    /** /api/v1 and /apis/apps/v1. */
    public Optional<Document> resources(String group, String version) {
        List<KindRow> kinds = groups.getOrDefault(group, Map.of()).get(version);
        if (kinds == null) {
            return Optional.empty();
        }
        return Optional.of(rendered.computeIfAbsent(group + "/" + version, unused -> {
            ObjectNode tree = Json.object()
                    .put("kind", "APIResourceList")
                    .put("apiVersion", "v1")
                    .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
            ArrayNode array = tree.putArray("resources");
            kinds.forEach(kind -> addResources(array, kind));
            return Document.of(tree);
        }));
    }

    /** The aggregated form. @param core /api's half, else /apis'; @param version v2 or v2beta1 */
    public Document aggregated(boolean core, String version) {
        return rendered.computeIfAbsent(version + (core ? "/core" : "/groups"), unused -> {
            ObjectNode tree = Json.object()
                    .put("kind", "APIGroupDiscoveryList")
                    .put("apiVersion", "apidiscovery.k8s.io/" + version);
            tree.putObject("metadata");
            ArrayNode items = tree.putArray("items");
            groups.forEach((group, versions) -> {
                if (group.isEmpty() == core) {
                    items.add(aggregatedGroup(group, versions));
                }
            });
            return Document.of(tree);
        });
    }

    private static ObjectNode group(String group, Collection<String> versions) {
        ObjectNode tree = Json.object().put("name", group);
        ArrayNode array = tree.putArray("versions");
        ObjectNode preferred = null;
        for (String version : versions) {
            ObjectNode item =
                    array.addObject().put("groupVersion", group + "/" + version).put("version", version);
            preferred = preferred == null ? item : preferred;
        }
        tree.set("preferredVersion", preferred);
        return tree;
    }

    private static void addResources(ArrayNode array, KindRow kind) {
        Resource resource = kind.resource();
        ObjectNode item = array.addObject()
                .put("name", resource.plural())
                .put("singularName", kind.singular())
                .put("namespaced", resource.namespaced())
                .put("kind", resource.kind());
        verbs(item, kind.verbs());
        texts(item, "shortNames", kind.shortNames());
        texts(item, "categories", kind.categories());
        if (kind.has("watch")) {
            item.put("storageVersionHash", storageHash(kind.stored()));
        }
        for (Subresource sub : kind.subresources()) {
            ObjectNode node = array.addObject()
                    .put("name", resource.plural() + "/" + sub.name())
                    .put("singularName", "")
                    .put("namespaced", resource.namespaced());
            if (!sub.group().equals(resource.group()) || !sub.version().equals(resource.version())) {
                node.put("group", sub.group()).put("version", sub.version());
            }
            verbs(node.put("kind", sub.kind()), sub.verbs());
        }
    }

    private static ObjectNode aggregatedGroup(String group, Map<String, List<KindRow>> versions) {
        ObjectNode tree = Json.object();
        ObjectNode metadata = tree.putObject("metadata");
        if (!group.isEmpty()) {
            metadata.put("name", group);
        }
        metadata.putNull("creationTimestamp");
        ArrayNode array = tree.putArray("versions");
        versions.forEach((version, kinds) -> {
            ObjectNode item = array.addObject().put("version", version);
            ArrayNode resources = item.putArray("resources");
            for (KindRow kind : kinds) {
                ObjectNode resource =
                        resources.addObject().put("resource", kind.resource().plural());
                responseKind(
                        resource,
                        kind.resource().group(),
                        kind.resource().version(),
                        kind.resource().kind());
                resource.put("scope", kind.resource().namespaced() ? "Namespaced" : "Cluster")
                        .put("singularResource", kind.singular());
                verbs(resource, kind.verbs());
                texts(resource, "shortNames", kind.shortNames());
                texts(resource, "categories", kind.categories());
                if (!kind.subresources().isEmpty()) {
                    ArrayNode subs = resource.putArray("subresources");
                    for (Subresource sub : kind.subresources()) {
                        ObjectNode node = subs.addObject().put("subresource", sub.name());
                        responseKind(node, sub.group(), sub.version(), sub.kind());
                        verbs(node, sub.verbs());
                    }
                }
            }
            item.put("freshness", "Current");
        });
        return tree;
    }

    private static void responseKind(ObjectNode node, String group, String version, String kind) {
        node.putObject("responseKind")
                .put("group", group)
                .put("version", version)
                .put("kind", kind);
    }

    private static void verbs(ObjectNode node, Collection<String> verbs) {
        ArrayNode array = node.putArray("verbs");
        new TreeSet<>(verbs).forEach(array::add);
    }

    private static void texts(ObjectNode node, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(node.putArray(field)::add);
        }
    }

    /**
     * Opaque to clients: tells when the stored version of a kind changed. The same as a kube-apiserver's (its
     * StorageVersionHash), so that nobody takes a move to another server for such a change.
     */
    private static String storageHash(Resource stored) {
        byte[] name = (stored.group() + "/" + stored.version() + "/" + stored.kind()).getBytes(StandardCharsets.UTF_8);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(digest("SHA-256", name), 8));
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-512", bytes));
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
