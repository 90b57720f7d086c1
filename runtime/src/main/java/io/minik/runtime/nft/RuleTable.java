package io.minik.runtime.nft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All elements that are wanted, by who wants them, and what the kernel has. Where two owners want one place for different
 * things (one node port in two services), the first by name has it. Owned by one loop.
 *
 * <p>Costs are by what changed, not by what there is: one service among 10,000 touches only its own elements.
 */
public final class RuleTable {
    /** @param put elements to add, or to replace where {@code removed} has them too */
    public record Changes(Map<Element, String> removed, Map<Element, String> put) {
        public boolean isEmpty() {
            return removed.isEmpty() && put.isEmpty();
        }
    }

    private final Map<String, Map<Element, String>> byOwner = new HashMap<>();
    private final Map<Element, TreeMap<String, String>> wanted = new HashMap<>();
    private final Set<Element> touched = new HashSet<>();
    private final Map<Element, String> applied = new HashMap<>();

    /** @param elements empty: the owner is gone */
    public void want(String owner, Map<Element, String> elements) {
        Map<Element, String> before = elements.isEmpty() ? byOwner.remove(owner) : byOwner.put(owner, elements);
        if (before != null) {
            before.forEach((element, value) -> {
                if (!value.equals(elements.get(element))) {
                    touched.add(element);
                    TreeMap<String, String> owners = wanted.get(element);
                    if (owners != null) {
                        owners.remove(owner);
                        if (owners.isEmpty()) {
                            wanted.remove(element);
                        }
                    }
                }
            });
        }
        elements.forEach((element, value) -> {
            TreeMap<String, String> owners = wanted.computeIfAbsent(element, ignored -> new TreeMap<>());
            if (!value.equals(owners.put(owner, value))) {
                touched.add(element);
            }
        });
    }

    public boolean isDirty() {
        return !touched.isEmpty();
    }

    /** What differs from the kernel now; from here on it counts as applied: after a failed transaction use {@link #takeAll}. */
    public Changes takeChanges() {
        Changes changes = new Changes(new TreeMap<>(), new TreeMap<>());
        for (Element element : touched) {
            Optional<String> want = value(element);
            String has = applied.get(element);
            if (has != null && !want.equals(Optional.of(has))) {
                changes.removed().put(element, has);
                applied.remove(element);
            }
            if (want.isPresent() && !want.get().equals(has)) {
                changes.put().put(element, want.get());
                applied.put(element, want.get());
            }
        }
        touched.clear();
        return changes;
    }

    /** Everything, for a table made anew; counts as applied. */
    public Map<Element, String> takeAll() {
        applied.clear();
        touched.clear();
        wanted.keySet().forEach(element -> value(element).ifPresent(value -> applied.put(element, value)));
        return new TreeMap<>(applied);
    }

    private Optional<String> value(Element element) {
        TreeMap<String, String> owners = wanted.get(element);
        return owners == null
                ? Optional.empty()
                : Optional.of(owners.firstEntry().getValue());
    }
}
