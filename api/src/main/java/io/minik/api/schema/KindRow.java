package io.minik.api.schema;

import io.minik.api.meta.Resource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One resource of the API: a row of the table that the generic path serves.
 *
 * @param verbs as discovery lists them: create, delete, deletecollection, get, list, patch, update, watch
 * @param type of one object
 */
public record KindRow(
        Resource resource,
        String singular,
        List<String> shortNames,
        List<String> categories,
        Set<String> verbs,
        List<Subresource> subresources,
        Type type) {
    public Optional<Subresource> subresource(String name) {
        return subresources.stream().filter(sub -> sub.name().equals(name)).findFirst();
    }

    public boolean has(String verb) {
        return verbs.contains(verb);
    }
}
