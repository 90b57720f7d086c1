package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InformerTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final ApiClient client = new ApiClient(api, "test");
    private final List<String> heard = new ArrayList<>();

    private Informer informer(ListOptions selection) {
        return new Informer(loop, client, Resources.CONFIG_MAPS, "", selection, false)
                .onChange((before, now) -> heard.add(before.map(KubeObject::name)
                                .orElse("-") + ">" + now.map(KubeObject::name).orElse("-")));
    }

    private static KubeObject map(String namespace, String name, String label) {
        return KubeObject.named("v1", "ConfigMap", ObjectKey.of(namespace, name), tree -> Json.child(tree, "metadata")
                .putObject("labels")
                .put("app", label));
    }

    @Test
    void listsFirstThenFollowsTheWatch() {
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        Informer informer = informer(ListOptions.ALL).start();
        assertThat(informer.isSynced()).isFalse();
        loop.settle();
        assertThat(informer.synced().succeeded()).isTrue();
        api.put(Resources.CONFIG_MAPS, map("b", "two", "x"));
        api.edit(Resources.CONFIG_MAPS, ObjectKey.of("a", "one"), tree -> tree.putObject("data"));
        api.remove(Resources.CONFIG_MAPS, ObjectKey.of("b", "two"));
        loop.settle();
        assertThat(heard).containsExactly("->one", "->two", "one>one", "two>-");
        assertThat(informer.list()).hasSize(1);
        assertThat(informer.byNamespace("a")).hasSize(1);
        assertThat(informer.byNamespace("b")).isEmpty();
    }

    @Test
    void anObjectThatLeavesTheSelectorIsGone() {
        Informer informer = informer(ListOptions.labels("app=x")).start();
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        loop.settle();
        api.put(Resources.CONFIG_MAPS, map("a", "one", "y"));
        loop.settle();
        assertThat(heard).containsExactly("->one", "one>-");
        assertThat(informer.list()).isEmpty();
    }

    @Test
    void afterA410ItListsAgainAndTellsWhatIsGone() {
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        Informer informer = informer(ListOptions.ALL).start();
        loop.settle();
        api.breakWatches(Resources.CONFIG_MAPS, true);
        api.remove(Resources.CONFIG_MAPS, ObjectKey.of("a", "one"));
        api.put(Resources.CONFIG_MAPS, map("a", "two", "x"));
        loop.advance(Duration.ofSeconds(5));
        assertThat(heard).containsExactlyInAnyOrder("->one", "->two", "one>-");
        assertThat(informer.get(ObjectKey.of("a", "two"))).isPresent();
        assertThat(loop.timers()).as("nothing left to wait for").isZero();
    }

    @Test
    void aWatchThatEndsInPeaceGoesOnFromItsVersion() {
        Informer informer = informer(ListOptions.ALL).start();
        loop.settle();
        api.breakWatches(Resources.CONFIG_MAPS, false);
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        loop.advance(Duration.ofSeconds(5));
        assertThat(informer.list()).hasSize(1);
        assertThat(api.calls(ApiCall.Verb.LIST, Resources.CONFIG_MAPS)).hasSize(1);
    }

    @Test
    void aFailingServerIsAskedLessAndLess() {
        api.failing(call -> Optional.of(ApiException.unavailable("away")));
        informer(ListOptions.ALL).start();
        loop.advance(Duration.ofMinutes(10));
        assertThat(api.calls()).hasSizeBetween(12, 30);
        api.failing(call -> Optional.empty());
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        loop.advance(Duration.ofMinutes(2));
        assertThat(heard).containsExactly("->one");
    }

    @Test
    void anObjectMadeAnewBetweenListsIsHeardAsTwo() {
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        informer(ListOptions.ALL).start();
        loop.settle();
        api.breakWatches(Resources.CONFIG_MAPS, true);
        api.remove(Resources.CONFIG_MAPS, ObjectKey.of("a", "one"));
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        loop.advance(Duration.ofSeconds(5));
        assertThat(heard).containsExactly("->one", "one>-", "->one");
    }

    @Test
    void indexesFollowTheObjects() {
        Informer informer = informer(ListOptions.ALL)
                .index("app", object -> object.meta().labels().values());
        informer.start();
        api.put(Resources.CONFIG_MAPS, map("a", "one", "x"));
        loop.settle();
        assertThat(informer.byIndex("app", "x")).hasSize(1);
        api.put(Resources.CONFIG_MAPS, map("a", "one", "y"));
        loop.settle();
        assertThat(informer.byIndex("app", "x")).isEmpty();
        assertThat(informer.byIndex("app", "y")).hasSize(1);
    }
}
