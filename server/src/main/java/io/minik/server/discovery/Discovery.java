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
import java.util.HashMap;
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

    /** In their order ({@link Priorities}), a group's preferred version first. */
    private final Map<String, Map<String, Contents>> groups = new LinkedHashMap<>();

    private final Map<String, Document> rendered = new ConcurrentHashMap<>();

    /** What a version has: kinds of ours, or what another server says. */
    private record Contents(
            String group, String version, Priorities priorities, List<KindRow> kinds, Optional<RemoteVersion> remote) {}

    public Discovery(Schema schema) {
        this(schema, List.of());
    }

    /** @param remotes served by others, whatever of the same version is served here */
    public Discovery(Schema schema, List<RemoteVersion> remotes) {
        Map<String, Contents> versions = new LinkedHashMap<>();
        for (RemoteVersion remote : remotes) {
            versions.put(
                    remote.group() + "/" + remote.version(),
                    new Contents(
                            remote.group(), remote.version(), remote.priorities(), List.of(), Optional.of(remote)));
        }
        List<KindRow> kinds = new ArrayList<>(schema.kinds());
        kinds.sort(Comparator.comparing(kind -> kind.resource().plural()));
        for (KindRow kind : kinds) {
            String group = kind.resource().group();
            String version = kind.resource().version();
            Contents contents = versions.computeIfAbsent(
                    group + "/" + version,
                    unused -> new Contents(
                            group, version, Priorities.of(group, version), new ArrayList<>(), Optional.empty()));
            if (contents.remote().isEmpty()) {
                contents.kinds().add(kind);
            }
        }
        arrange(versions.values());
    }

    private void arrange(Collection<Contents> versions) {
        Map<String, Integer> highest = new HashMap<>();
        versions.forEach(each -> highest.merge(each.group(), each.priorities().group(), Math::max));
        List<Contents> ordered = new ArrayList<>(versions);
        ordered.sort(Comparator.comparingInt((Contents each) -> -highest.getOrDefault(each.group(), 0))
                .thenComparing(Contents::group)
                .thenComparingInt(each -> -each.priorities().version())
                .thenComparing(Contents::version, ApiVersions.PREFERRED_FIRST));
        for (Contents each : ordered) {
            groups.computeIfAbsent(each.group(), unused -> new LinkedHashMap<>())
                    .put(each.version(), each);
        }
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
        Map<String, Contents> versions = groups.get(group);
        if (versions == null || group.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(rendered.computeIfAbsent("/apis/" + group, unused -> {
            ObjectNode tree = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
            tree.setAll(group(group, versions.keySet()));
            return Document.of(tree);
        }));
    }

    /** /api/v1 and /apis/apps/v1, of what is served here. */
    public Optional<Document> resources(String group, String version) {
        Contents contents = groups.getOrDefault(group, Map.of()).get(version);
        if (contents == null || contents.remote().isPresent()) {
            return Optional.empty();
        }
        return Optional.of(rendered.computeIfAbsent(group + "/" + version, unused -> {
            ObjectNode tree = Json.object()
                    .put("kind", "APIResourceList")
                    .put("apiVersion", "v1")
                    .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
            ArrayNode array = tree.putArray("resources");
            contents.kinds().forEach(kind -> addResources(array, kind));
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

    private static ObjectNode aggregatedGroup(String group, Map<String, Contents> versions) {
        ObjectNode tree = Json.object();
        ObjectNode metadata = tree.putObject("metadata");
        if (!group.isEmpty()) {
            metadata.put("name", group);
        }
        metadata.putNull("creationTimestamp");
        ArrayNode array = tree.putArray("versions");
        versions.forEach((version, contents) -> {
            ObjectNode item = array.addObject().put("version", version);
            ArrayNode resources = item.putArray("resources");
            contents.kinds().forEach(kind -> aggregatedKind(resources.addObject(), kind));
            contents.remote().ifPresent(remote -> RemoteResources.aggregate(remote, resources));
            boolean stale = contents.remote().map(RemoteVersion::stale).orElse(false);
            item.put("freshness", stale ? "Stale" : "Current");
        });
        return tree;
    }

    private static void aggregatedKind(ObjectNode resource, KindRow kind) {
        Resource own = kind.resource();
        resource.put("resource", own.plural());
        responseKind(resource, own.group(), own.version(), own.kind());
        resource.put("scope", own.namespaced() ? "Namespaced" : "Cluster").put("singularResource", kind.singular());
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

    static void responseKind(ObjectNode node, String group, String version, String kind) {
        node.putObject("responseKind")
                .put("group", group)
                .put("version", version)
                .put("kind", kind);
    }

    static void verbs(ObjectNode node, Collection<String> verbs) {
        ArrayNode array = node.putArray("verbs");
        new TreeSet<>(verbs).forEach(array::add);
    }

    static void texts(ObjectNode node, String field, List<String> texts) {
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
