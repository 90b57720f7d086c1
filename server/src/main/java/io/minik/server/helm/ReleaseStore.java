package io.minik.server.helm;

import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The revisions of releases, as Secrets beside what they brought. On the loop. */
final class ReleaseStore {
    /** Helm's own default. */
    private static final int MOST_KEPT = 10;

    private final ApiClient client;
    private final Loop loop;

    ReleaseStore(ApiClient client, Loop loop) {
        this.client = client;
        this.loop = loop;
    }

    /** The oldest first. */
    Future<List<KubeObject>> history(String namespace, String name) {
        return client.list(Resources.SECRETS, namespace, ListOptions.labels("owner=helm,name=" + name))
                .map(list -> list.items().stream()
                        .filter(secret -> secret.name().startsWith("sh.helm.release.v1." + name + ".v"))
                        .sorted(Comparator.comparingInt(ReleaseStore::revision))
                        .toList());
    }

    static int revision(KubeObject secret) {
        String version = secret.meta().labels().getOrDefault("version", "0");
        return version.matches("[0-9]{1,9}") ? Integer.parseInt(version) : 0;
    }

    static String status(KubeObject secret) {
        return secret.meta().labels().getOrDefault("status", "");
    }

    static Optional<KubeObject> newest(List<KubeObject> history) {
        return history.isEmpty() ? Optional.empty() : Optional.of(history.get(history.size() - 1));
    }

    Future<Void> write(HelmRelease release) {
        return client.apply(Resources.SECRETS, release.key(), release.secret()).mapEmpty();
    }

    /** Those that are too many go, the oldest first. */
    Future<Void> prune(List<KubeObject> history) {
        int tooMany = Math.max(0, history.size() - MOST_KEPT + 1);
        return loop.inTurns(history.subList(0, tooMany), this::remove);
    }

    Future<Void> remove(KubeObject secret) {
        return Outcomes.ignoring(
                client.delete(Resources.SECRETS, secret.key(), DeleteOptions.onlyIf(secret.uid())), Reason.NotFound);
    }
}
