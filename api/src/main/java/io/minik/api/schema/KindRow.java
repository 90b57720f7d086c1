package io.minik.api.schema;

import io.minik.api.meta.Resource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One resource of the API: a row of the table that the generic path serves.
 *
 * @param verbs as discovery lists them: create, delete, deletecollection, get, list, patch, update, watch
 * @param stored the resource whose objects its are, in another version or group: mostly itself
 * @param type of one object
 * @param added where it comes from, if it is none of Kubernetes' own
 */
public record KindRow(
        Resource resource,
        String singular,
        List<String> shortNames,
        List<String> categories,
        Set<String> verbs,
        List<Subresource> subresources,
        Resource stored,
        Type type,
        Optional<AddedKind> added) {
    public Optional<Subresource> subresource(String name) {
        return subresources.stream().filter(sub -> sub.name().equals(name)).findFirst();
    }

    /** The types that come and go with a kind that is not Kubernetes' own: that of its objects and that of their lists. */
    List<Type> ownTypes() {
        return type.list().map(list -> List.of(type, list)).orElse(List.of());
    }

    /** The kind of its lists. */
    public String listKind() {
        return added.map(kind -> kind.words().listKind()).orElse(resource.kind() + "List");
    }

    /** The type of its lists. */
    public Optional<Type> listType(Schema schema) {
        return type.list().or(() -> schema.findNamed(type.name() + "List"));
    }

    public boolean has(String verb) {
        return verbs.contains(verb);
    }
}
