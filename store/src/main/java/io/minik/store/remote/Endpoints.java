package io.minik.store.remote;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which member is spoken to: one, until it fails, then the next. A member that failed is left alone for a while, which doubles.
 * Owned by the store's loop.
 *
 * @param <T> what is kept of each
 */
final class Endpoints<T> {
    private static final int MOST_DOUBLINGS = 6;

    private static final class Place<T> {
        final T member;
        int failures;
        long downUntil;

        Place(T member) {
            this.member = member;
        }
    }

    private final List<Place<T>> places;
    private final RandomGenerator random;
    private int current;

    Endpoints(List<T> members, RandomGenerator random) {
        this.places = members.stream().map(Place::new).toList();
        this.random = random;
        // Servers of one cluster should not all begin at the first.
        this.current = random.nextInt(members.size());
    }

    /** @param waitMillis until it may be asked, 0: now */
    record Choice<T>(T member, long waitMillis) {}

    Choice<T> choose(long nowMillis) {
        Place<T> soonest = places.get(current);
        for (int i = 0; i < places.size(); i++) {
            int at = (current + i) % places.size();
            Place<T> place = places.get(at);
            if (place.downUntil <= nowMillis) {
                current = at;
                return new Choice<>(place.member, 0);
            }
            if (place.downUntil < soonest.downUntil) {
                soonest = place;
            }
        }
        return new Choice<>(soonest.member, soonest.downUntil - nowMillis);
    }

    /** Calls that were under way together fail together: that is one failure. */
    void failed(T member, long nowMillis) {
        Place<T> place = of(member);
        if (place.downUntil > nowMillis) {
            return;
        }
        long pause = Math.min(
                Deadlines.MOST_BACK_OFF_MILLIS, Deadlines.BACK_OFF_MILLIS << Math.min(MOST_DOUBLINGS, place.failures));
        place.failures++;
        place.downUntil = nowMillis + pause / 2 + random.nextLong(pause / 2 + 1);
    }

    void answered(T member) {
        Place<T> place = of(member);
        place.failures = 0;
        place.downUntil = 0;
    }

    private Place<T> of(T member) {
        return places.stream()
                .filter(place -> place.member.equals(member))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such member: " + member));
    }
}
