package io.minik.server.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resource;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.discovery.RemoteVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is known of the group versions that others serve. Any thread; changed by the controller alone. */
public final class Aggregation {
    /** Of one group version: each is followed by a watch of the garbage collector. Upstream's v1 has 16 of them. */
    private static final int MOST_COLLECTED = 256;

    private static final Set<String> COLLECTED = Set.of("list", "watch", "delete");

    private final ExtensionClient client;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    /** By group version; replaced as a whole. */
    private volatile Map<String, Known> known = Map.of();

    /**
     * @param available whether it answered when it was last asked
     * @param named its resources, as it named them last; empty if it never did
     */
    private record Known(Extension extension, boolean available, Optional<List<JsonNode>> named) {
        List<JsonNode> resources() {
            return named.orElse(List.of());
        }

        boolean current() {
            return available && named.isPresent();
        }
    }

    public Aggregation(ExtensionClient client) {
        this.client = client;
    }

    public ExtensionClient client() {
        return client;
    }

    /** The room that reads APIServices, makes those of what is served here, and looks whether the others' servers answer. */
    public ApiServiceController follow(ControllerContext context, Kinds kinds) {
        return new ApiServiceController(context, kinds, this);
    }

    /** Whose a group version is; empty: ours, or nobody's. */
    public Optional<Extension> find(String group, String version) {
        Map<String, Known> present = known;
        return present.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(present.get(group + "/" + version)).map(Known::extension);
    }

    public boolean isAvailable(Extension extension) {
        Known found = known.get(extension.groupVersion());
        return found != null && found.available();
    }

    /** Whether it is a resource that a server has named. */
    public boolean names(String group, String version, String plural) {
        Known found = known.get(group + "/" + version);
        return found != null
                && found.resources().stream().anyMatch(listed -> plural(listed).equals(plural));
    }

    public List<Extension> available() {
        return known.values().stream()
                .filter(Known::available)
                .map(Known::extension)
                .toList();
    }

    /** The versions that others serve, as discovery shows them. */
    public List<RemoteVersion> versions() {
        return known.values().stream()
                .map(each -> new RemoteVersion(
                        each.extension().group(),
                        each.extension().version(),
                        each.extension().priorities(),
                        each.resources(),
                        !each.current()))
                .toList();
    }

    /** All that can be listed, watched and deleted of servers that answer, each in one version. */
    public List<Resource> collected() {
        Map<String, Resource> found = new LinkedHashMap<>();
        for (Known each : known.values()) {
            int left = MOST_COLLECTED;
            for (JsonNode listed : each.available() ? each.resources() : List.<JsonNode>of()) {
                String name = Json.text(listed, "name");
                if (left > 0
                        && !name.contains("/")
                        && Json.stringList(listed, "verbs").containsAll(COLLECTED)) {
                    left--;
                    Extension of = each.extension();
                    found.putIfAbsent(
                            of.group() + "/" + name,
                            new Resource(
                                    of.group(),
                                    of.version(),
                                    name,
                                    Json.text(listed, "kind"),
                                    Json.bool(listed, "namespaced")));
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** Group versions of which nobody knows what is in them, in the words of upstream's discovery client. */
    public List<String> undiscovered() {
        List<String> failures = new ArrayList<>();
        known.forEach((name, each) -> {
            if (!each.current()) {
                failures.add(name + ": stale GroupVersion discovery: " + name);
            }
        });
        return failures;
    }

    private static String plural(JsonNode listed) {
        return Json.text(listed, "name").split("/", 2)[0];
    }

    /** @param changed called by the controller, after anything of this has changed: it notes, and does what takes time later */
    public void onChange(Runnable changed) {
        listeners.add(changed);
    }

    /** What was named before is kept where nothing new is known. */
    synchronized void put(Extension extension, boolean available, Optional<List<JsonNode>> resources) {
        Known before = known.get(extension.groupVersion());
        Known now =
                new Known(extension, available, resources.or(() -> before == null ? Optional.empty() : before.named()));
        if (!now.equals(before)) {
            Map<String, Known> next = new TreeMap<>(known);
            next.put(extension.groupVersion(), now);
            show(next);
        }
    }

    synchronized void forget(String groupVersion) {
        if (known.containsKey(groupVersion)) {
            Map<String, Known> next = new TreeMap<>(known);
            next.remove(groupVersion);
            show(next);
        }
    }

    private void show(Map<String, Known> next) {
        known = next;
        listeners.forEach(Runnable::run);
    }
}
