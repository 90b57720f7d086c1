package io.minik.server.controllers.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    private static final ObjectKey OWNER = ObjectKey.of("default", "web");
    private static final ObjectKey OTHER = ObjectKey.of("default", "other");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Expectations expectations = new Expectations();

    private static KubeObject pod(String uid, boolean deleting) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("default", "p-" + uid), tree -> {
            Json.child(tree, "metadata").put("uid", uid);
            if (deleting) {
                Json.child(tree, "metadata").put("deletionTimestamp", START.toString());
            }
        });
    }

    private void shows(KubeObject pod) {
        expectations.saw(Optional.empty(), Optional.of(pod));
    }

    private void gone(KubeObject pod) {
        expectations.saw(Optional.of(pod), Optional.empty());
    }

    @Test
    void untilACreatedPodShowsItselfTheOwnerWaits() {
        expectations.created(OWNER, pod("a", false), false, START);
        assertThat(expectations.fulfilled(OWNER, START)).isFalse();
        assertThat(expectations.fulfilled(OTHER, START)).isTrue();
        shows(pod("b", false));
        assertThat(expectations.fulfilled(OWNER, START)).isFalse();
        shows(pod("a", false));
        assertThat(expectations.fulfilled(OWNER, START)).isTrue();
    }

    @Test
    void aPodThatShowedItselfBeforeItsAnswerIsNotWaitedFor() {
        shows(pod("a", false));
        expectations.created(OWNER, pod("a", false), true, START);
        assertThat(expectations.fulfilled(OWNER, START)).isTrue();
    }

    /** Somebody ended it at once, and its maker's answer comes last: five minutes of waiting would follow. */
    @Test
    void aPodThatCameAndWentBeforeItsAnswerIsNotWaitedFor() {
        shows(pod("a", false));
        gone(pod("a", false));
        expectations.created(OWNER, pod("a", false), false, START);
        assertThat(expectations.fulfilled(OWNER, START)).isTrue();
    }

    @Test
    void aDeletionIsSeenByItsBeginningOrItsEnd() {
        for (String uid : List.of("a", "b", "c")) {
            expectations.deleted(OWNER, pod(uid, false), START);
        }
        shows(pod("a", false));
        assertThat(expectations.fulfilled(OWNER, START)).isFalse();
        shows(pod("a", true));
        gone(pod("b", false));
        assertThat(expectations.fulfilled(OWNER, START)).isFalse();
        expectations.failedToDelete(pod("c", false));
        assertThat(expectations.fulfilled(OWNER, START)).isTrue();
    }

    @Test
    void patienceEndsAndAnOwnerThatIsGoneIsForgotten() {
        expectations.created(OWNER, pod("a", false), false, START);
        expectations.deleted(OTHER, pod("b", false), START);
        Instant almost = START.plus(Duration.ofMinutes(5)).minusMillis(1);
        assertThat(expectations.fulfilled(OWNER, almost)).isFalse();
        assertThat(expectations.fulfilled(OWNER, almost.plusMillis(1))).isTrue();
        assertThat(expectations.fulfilled(OTHER, almost)).isFalse();
        expectations.forget(OTHER);
        assertThat(expectations.fulfilled(OTHER, almost)).isTrue();
    }

    /** Answers and events in any order: an owner waits if, and only if, something it did has not shown itself. */
    @Test
    void whateverComesFirstNothingIsCountedTwiceOrWaitedForInVain() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            Expectations tried = new Expectations();
            Set<String> answered = new HashSet<>();
            Set<String> shown = new HashSet<>();
            Map<String, KubeObject> cache = new HashMap<>();
            List<Runnable> steps = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String uid = "u" + i;
                List<Runnable> events = new ArrayList<>();
                events.add(() -> {
                    tried.saw(Optional.empty(), Optional.of(pod(uid, false)));
                    cache.put(uid, pod(uid, false));
                    shown.add(uid);
                });
                if (random.nextBoolean()) {
                    events.add(() -> {
                        tried.saw(Optional.ofNullable(cache.remove(uid)), Optional.empty());
                    });
                }
                Runnable answer = () -> {
                    tried.created(OWNER, pod(uid, false), cache.containsKey(uid), START);
                    answered.add(uid);
                };
                events.add(random.nextInt(events.size() + 1), answer);
                events.forEach(event -> steps.add(event));
            }
            steps.forEach(step -> {
                step.run();
                Set<String> waited = new HashSet<>(answered);
                waited.removeAll(shown);
                assertThat(tried.fulfilled(OWNER, START)).isEqualTo(waited.isEmpty());
            });
        }
    }
}
