package io.minik.api.schema;

import io.minik.api.meta.Resource;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Kinds and their types: those of Kubernetes itself, and what was added to them. Immutable, shared. */
public final class Schema {
    private final List<Type> types;
    private final List<KindRow> kinds;
    private final Map<String, KindRow> byResource = new HashMap<>();
    private final Map<String, KindRow> byKind = new HashMap<>();
    private final Map<String, Type> byName = new HashMap<>();
    /** Resources whose objects are stored as those of another. */
    private final Map<Resource, Resource> storedElsewhere = new HashMap<>();

    private final Set<Resource> converted = new HashSet<>();

    Schema(List<Type> types, List<KindRow> kinds) {
        this.types = types;
        this.kinds = kinds;
        for (KindRow row : kinds) {
            byResource.put(row.resource().apiVersion() + "/" + row.resource().plural(), row);
            byKind.put(row.resource().apiVersion() + "/" + row.resource().kind(), row);
            if (!row.stored().equals(row.resource())) {
                storedElsewhere.put(row.resource(), row.stored());
            }
            boolean versioned = row.added().map(AddedKind::versioned).orElse(false);
            if (!row.stored().equals(row.resource()) || versioned) {
                converted.add(row.resource());
            }
        }
        for (Type type : types) {
            byName.put(type.name(), type);
        }
        for (KindRow row : kinds) {
            row.listType(this).ifPresent(list -> list.apiVersion(row.resource().apiVersion()));
            for (Subresource sub : row.subresources()) {
                String apiVersion = sub.group().isEmpty() ? sub.version() : sub.group() + "/" + sub.version();
                subresourceType(sub).ifPresent(type -> type.apiVersion(apiVersion));
            }
        }
    }

    /** Nothing of it changes, and each would take some two megabytes. */
    private static final class Built {
        static final Schema IN = read();

        private Built() {}
    }

    /** The table that was made at build time; the first call reads it, which takes some 10 ms. */
    public static Schema load() {
        return Built.IN;
    }

    private static Schema read() {
        try (InputStream stream = Schema.class.getResourceAsStream("schema.bin")) {
            if (stream == null) {
                throw new IllegalStateException("schema.bin is not on the class path: build again");
            }
            return new SchemaReader(new DataInputStream(new BufferedInputStream(stream))).read();
        } catch (IOException e) {
            throw new UncheckedIOException("reading schema.bin", e);
        }
    }

    /** All that can be listed and watched, each once: a kind of several versions in that which it is stored in, if that is served. */
    public List<Resource> watched() {
        Map<Resource, Resource> watched = new LinkedHashMap<>();
        for (KindRow row : kinds) {
            if (row.has("list") && row.has("watch")) {
                watched.merge(
                        row.stored(), row.resource(), (first, other) -> other.equals(row.stored()) ? other : first);
            }
        }
        return List.copyOf(watched.values());
    }

    /** The same without some kinds and with others: types are shared. */
    Schema changed(List<KindRow> gone, List<KindRow> come) {
        List<Type> allTypes = new ArrayList<>(types);
        gone.forEach(row -> allTypes.removeAll(row.ownTypes()));
        come.forEach(row -> allTypes.addAll(row.ownTypes()));
        List<KindRow> all = new ArrayList<>(kinds);
        all.removeAll(gone);
        all.addAll(come);
        return new Schema(List.copyOf(allTypes), List.copyOf(all));
    }

    /** The resource that holds a resource's objects: mostly itself. */
    public Resource stored(Resource resource) {
        return storedElsewhere.getOrDefault(resource, resource);
    }

    /** Whether its objects may be stored in another form: they are another resource's, or were written as such. */
    public boolean converted(Resource resource) {
        return converted.contains(resource);
    }

    /** All that objects are stored as. */
    public Set<Resource> stored() {
        return kinds.stream()
                .filter(row -> row.has("watch"))
                .map(KindRow::stored)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Every resource of the GA groups, also those that can only be created (reviews, bindings). */
    public List<KindRow> kinds() {
        return kinds;
    }

    public List<Type> types() {
        return types;
    }

    /** @throws IllegalArgumentException if it is none of ours */
    public KindRow kind(Resource resource) {
        return findResource(resource.apiVersion(), resource.plural())
                .orElseThrow(() ->
                        new IllegalArgumentException("no kind for " + resource.apiVersion() + " " + resource.plural()));
    }

    /** By group version and the URL's word. */
    public Optional<KindRow> findResource(String apiVersion, String plural) {
        return Optional.ofNullable(byResource.get(apiVersion + "/" + plural));
    }

    /** By group version and kind. */
    public Optional<KindRow> findKind(String apiVersion, String kind) {
        return Optional.ofNullable(byKind.get(apiVersion + "/" + kind));
    }

    /** The type of any object that travels: kinds, their lists, Scale, Eviction, TokenRequest, DeleteOptions, Status. */
    public Optional<Type> findType(String apiVersion, String kind) {
        KindRow row = byKind.get(apiVersion + "/" + kind);
        if (row != null) {
            return Optional.of(row.type());
        }
        if (kind.endsWith("List")) {
            KindRow item = byKind.get(apiVersion + "/" + kind.substring(0, kind.length() - "List".length()));
            if (item != null) {
                return item.listType(this);
            }
        }
        return subresourceType(apiVersion, kind).or(() -> findNamed("k8s.io.apimachinery.pkg.apis.meta.v1." + kind)
                .filter(type -> type.field("kind").isPresent() || kind.equals("ObjectMeta")));
    }

    /** By its protobuf name. */
    public Optional<Type> findNamed(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Type requireNamed(String name) {
        return findNamed(name).orElseThrow(() -> new IllegalStateException("the schema has no " + name));
    }

    private Optional<Type> subresourceType(Subresource sub) {
        return subresourceType(sub.group().isEmpty() ? sub.version() : sub.group() + "/" + sub.version(), sub.kind());
    }

    private Optional<Type> subresourceType(String apiVersion, String kind) {
        return switch (apiVersion + "/" + kind) {
            case "autoscaling/v1/Scale" -> findNamed("k8s.io.api.autoscaling.v1.Scale");
            case "policy/v1/Eviction" -> findNamed("k8s.io.api.policy.v1.Eviction");
            case "authentication.k8s.io/v1/TokenRequest" -> findNamed("k8s.io.api.authentication.v1.TokenRequest");
            case "apidiscovery.k8s.io/v2/APIGroupDiscoveryList" ->
                findNamed("k8s.io.api.apidiscovery.v2.APIGroupDiscoveryList");
            default -> Optional.empty();
        };
    }
}
