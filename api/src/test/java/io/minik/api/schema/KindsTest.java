package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KindsTest {
    private static final Schema BUILT_IN = Schema.load();

    private final Kinds kinds = new Kinds(BUILT_IN);

    /** A kind that looks like a ConfigMap. */
    private static KindRow row(String version, String plural, Resource stored) {
        KindRow like = BUILT_IN.kind(Resources.CONFIG_MAPS);
        Resource resource = new Resource("example.com", version, plural, "Widget", true);
        return new KindRow(
                resource,
                "widget",
                List.of(),
                List.of(),
                like.verbs(),
                List.of(),
                stored,
                like.type(),
                Optional.empty());
    }

    @Test
    void aChangeIsSeenWholeByReadersAndListeners() {
        Resource stored = new Resource("example.com", "v1", "widgets", "Widget", true);
        List<KindRow> both = List.of(row("v1", "widgets", stored), row("v1beta1", "widgets", stored));
        List<Kinds.Change> heard = new ArrayList<>();
        kinds.onChange(heard::add);
        Schema before = kinds.now();
        kinds.change(List.of(), both);
        assertThat(kinds.find("example.com/v1beta1", "widgets")).contains(both.get(1));
        assertThat(before.findResource("example.com/v1", "widgets")).isEmpty();
        assertThat(kinds.now().stored(both.get(1).resource())).isEqualTo(stored);
        assertThat(kinds.now().watched())
                .contains(stored)
                .doesNotContain(both.get(1).resource());
        kinds.change(both, List.of());
        assertThat(kinds.all()).isEqualTo(BUILT_IN.kinds());
        assertThat(heard)
                .extracting(change -> change.added().size() - change.removed().size())
                .containsExactly(2, -2);
        assertThat(heard.get(1).now()).isSameAs(kinds.now());
    }

    @Test
    void aNameIsServedOnceAndWhatIsNotServedDoesNotGo() {
        KindRow widgets = row("v1", "widgets", new Resource("example.com", "v1", "widgets", "Widget", true));
        kinds.change(List.of(), List.of(widgets));
        assertThatThrownBy(() -> kinds.change(List.of(), List.of(widgets))).hasMessageContaining("is served already");
        KindRow other = row("v2", "widgets", widgets.stored());
        assertThatThrownBy(() -> kinds.change(List.of(other), List.of())).hasMessageContaining("not all of these");
        assertThatThrownBy(() -> kinds.change(List.of(), List.of(other, other)))
                .hasMessageContaining("is served already");
        kinds.change(List.of(widgets), List.of(widgets));
        assertThat(kinds.all()).hasSize(BUILT_IN.kinds().size() + 1);
    }

    @Test
    void aKindOfTwoVersionsIsWatchedInThatWhichIsStored() {
        assertThat(BUILT_IN.watched())
                .filteredOn(resource -> resource.plural().equals("events"))
                .containsExactly(Resources.EVENTS);
        assertThat(BUILT_IN.watched())
                .filteredOn(resource -> resource.plural().equals("horizontalpodautoscalers"))
                .extracting(Resource::version)
                .containsExactly("v2");
    }
}
