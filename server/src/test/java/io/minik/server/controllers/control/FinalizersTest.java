package io.minik.server.controllers.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Finalizers of one object that several keep there: each takes its own off and no other's, also by an old copy. */
class FinalizersTest {
    private static final String OURS = "example.com/ours";

    private final Cluster cluster = new Cluster();
    private final KubeObject made = cluster.put(Resources.CONFIG_MAPS, "one", tree -> Json.child(tree, "metadata")
            .putArray("finalizers")
            .add(OURS)
            .add("example.com/first"));

    private Future<Void> removed(KubeObject seen) {
        Future<Void> done = Finalizers.remove(cluster.context.client(), Resources.CONFIG_MAPS, seen, OURS);
        cluster.loop.settle();
        assertThat(done.isComplete()).isTrue();
        return done;
    }

    private List<String> present() {
        return cluster.api
                .find(Resources.CONFIG_MAPS, made.key())
                .map(object -> object.meta().finalizers())
                .orElseThrow();
    }

    @Test
    void ownOnesGoOnAndComeOffBesideOthers() {
        assertThat(removed(made).succeeded()).isTrue();
        assertThat(present()).containsExactly("example.com/first");
        KubeObject now = cluster.api.find(Resources.CONFIG_MAPS, made.key()).orElseThrow();
        Future<Void> added = Finalizers.add(cluster.context.client(), Resources.CONFIG_MAPS, now, OURS);
        cluster.loop.settle();
        assertThat(added.succeeded()).isTrue();
        assertThat(present()).containsExactly("example.com/first", OURS);
    }

    @Test
    void whatSomebodyPutThereMeanwhileStays() {
        cluster.api.edit(Resources.CONFIG_MAPS, made.key(), tree -> Json.child(tree, "metadata")
                .withArrayProperty("finalizers")
                .add("example.com/late"));
        Future<Void> stale = removed(made);
        assertThat(ApiException.is(stale.cause(), Reason.Conflict)).isTrue();
        assertThat(present()).containsExactly(OURS, "example.com/first", "example.com/late");
    }

    @Test
    void theNextOneOfTheNameKeepsItsOwn() {
        cluster.api.remove(Resources.CONFIG_MAPS, made.key());
        assertThat(removed(made).succeeded()).as("what is gone has none").isTrue();
        cluster.put(Resources.CONFIG_MAPS, "one", tree -> Json.child(tree, "metadata")
                .putArray("finalizers")
                .add(OURS));
        assertThat(ApiException.is(removed(made).cause(), Reason.Conflict)).isTrue();
        assertThat(present()).containsExactly(OURS);
    }
}
