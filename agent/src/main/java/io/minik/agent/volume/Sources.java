package io.minik.agent.volume;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One watch per ConfigMap or Secret that some volume shows, shared by all that show it. Owned by the agent's loop. */
final class Sources {
    record Key(Resource resource, ObjectKey object) {}

    private static final class Followed {
        final Informer informer;
        final Set<Runnable> listeners = new HashSet<>();

        Followed(Informer informer) {
            this.informer = informer;
        }
    }

    private final Loop loop;
    private final ApiClient api;
    private final Map<Key, Followed> followed = new HashMap<>();

    Sources(Loop loop, ApiClient api) {
        this.loop = loop;
        this.api = api;
    }

    /** Succeeds once the object's state is known. The listener hears of changes until {@link #leave}. */
    Future<Void> follow(Key key, Runnable changed) {
        Followed found = followed.computeIfAbsent(key, ignored -> {
            Informer informer = new Informer(
                    loop,
                    api,
                    key.resource(),
                    key.object().namespace(),
                    ListOptions.fields("metadata.name=" + key.object().name()),
                    false);
            Followed made = new Followed(informer);
            informer.onChange((before, now) -> Set.copyOf(made.listeners).forEach(Runnable::run));
            informer.start();
            return made;
        });
        found.listeners.add(changed);
        return found.informer.synced();
    }

    void leave(Key key, Runnable listener) {
        Followed found = followed.get(key);
        if (found != null && found.listeners.remove(listener) && found.listeners.isEmpty()) {
            found.informer.stop();
            followed.remove(key);
        }
    }

    Optional<KubeObject> get(Key key) {
        Followed found = followed.get(key);
        return found == null ? Optional.empty() : found.informer.get(key.object());
    }

    int watches() {
        return followed.size();
    }
}
