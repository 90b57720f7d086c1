package io.minik.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Bytes;
import io.minik.store.DrivenClock;
import io.minik.store.KeyValue;
import io.minik.store.Store;
import io.minik.store.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** etcd's leases: a TTL in seconds, from the grant or the last renewal on, and the keys whose newest value names the lease. */
class LeasesTest {
    private final DrivenClock clock = new DrivenClock();
    private final Leases leases = new Leases(clock);

    private static KeyValue value(String key, long lease) {
        return new KeyValue(Bytes.utf8(key), Bytes.EMPTY, 1, 1, 1, lease);
    }

    private List<String> keys(long id) {
        return leases.keys(id).stream().map(Bytes::utf8).toList();
    }

    @Test
    void aLeaseLastsItsSecondsAndNoMillisecondLess() {
        leases.grant(7, 2);
        assertThat(leases.lease(7)).isEqualTo(new Store.Lease(7, 2, 2));
        clock.advance(1_001);
        assertThat(leases.lease(7).remainingSeconds())
                .as("what is begun counts")
                .isEqualTo(1);
        clock.advance(998);
        assertThat(leases.expired()).isEmpty();
        clock.advance(1);
        assertThat(leases.expired()).containsExactly(7L);
        assertThat(leases.lease(7).remainingSeconds()).isZero();
        assertThat(leases.exists(7)).as("until its end is in the journal").isTrue();
    }

    @Test
    void aRenewalGivesItAllItsSecondsAgain() {
        leases.grant(7, 10);
        clock.advance(9_000);
        leases.renew(7);
        clock.advance(9_999);
        assertThat(leases.expired()).isEmpty();
        assertThat(leases.nextDeadlineMillis()).isEqualTo(OptionalLong.of(clock.millis() + 1));
        assertThatThrownBy(() -> leases.renew(8)).isInstanceOf(StoreException.LeaseNotFound.class);
    }

    /** As etcd for a new leader: whoever kept a lease alive may not have been able to while nobody led. */
    @Test
    void whoOpensAStoreGivesAllLeasesTheirWholeTime() {
        leases.grant(7, 10);
        leases.grant(8, 5);
        clock.advance(60_000);
        leases.renewAll();
        assertThat(leases.expired()).isEmpty();
        assertThat(leases.all()).containsExactly(new Store.Lease(7, 10, 10), new Store.Lease(8, 5, 5));
    }

    @Test
    void aKeyIsOnTheLeaseOfItsNewestValue() {
        leases.grant(7, 10);
        leases.grant(8, 10);
        leases.changed(value("b", 7));
        leases.changed(value("a", 7));
        assertThat(keys(7)).as("sorted").containsExactly("a", "b");
        leases.changed(value("a", 8));
        assertThat(keys(7)).containsExactly("b");
        assertThat(keys(8)).containsExactly("a");
        leases.changed(value("a", 0));
        assertThat(keys(8)).isEmpty();
    }

    @Test
    void aValueOfALeaseThatIsGoneHoldsNothing() {
        leases.changed(value("a", 7));
        leases.grant(7, 10);
        assertThat(keys(7)).isEmpty();
        leases.changed(value("a", 7));
        leases.revoke(7);
        leases.grant(7, 10);
        assertThat(keys(7)).isEmpty();
    }

    /** Random grants, renewals, ends, writes and time, against the sums of a plain map. */
    @Test
    void anyHistoryOfLeasesIsThePlainMaps() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Long, long[]> model = new TreeMap<>();
        Map<String, Long> on = new HashMap<>();
        for (int step = 0; step < 5_000; step++) {
            long id = 1L + random.nextInt(6);
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (!model.containsKey(id)) {
                        long ttl = 1L + random.nextInt(20);
                        leases.grant(id, ttl);
                        model.put(id, new long[] {ttl, clock.millis() + ttl * 1000});
                    }
                }
                case 1 -> {
                    if (model.containsKey(id)) {
                        leases.renew(id);
                        model.get(id)[1] = clock.millis() + model.get(id)[0] * 1000;
                    }
                }
                case 2 -> {
                    leases.revoke(id);
                    model.remove(id);
                    on.values().removeIf(lease -> lease == id);
                }
                case 3, 4 -> {
                    String key = "k" + random.nextInt(10);
                    leases.changed(value(key, id));
                    on.remove(key);
                    if (model.containsKey(id)) {
                        on.put(key, id);
                    }
                }
                default -> clock.advance(random.nextInt(3_000));
            }
            check(model, on, seed);
        }
    }

    private void check(Map<Long, long[]> model, Map<String, Long> on, long seed) {
        long now = clock.millis();
        assertThat(leases.ids()).as("seed %d", seed).containsExactlyElementsOf(model.keySet());
        assertThat(leases.expired())
                .as("seed %d", seed)
                .containsExactlyElementsOf(model.entrySet().stream()
                        .filter(each -> each.getValue()[1] <= now)
                        .map(Map.Entry::getKey)
                        .toList());
        assertThat(leases.nextDeadlineMillis())
                .as("seed %d", seed)
                .isEqualTo(model.values().stream().mapToLong(each -> each[1]).min());
        model.keySet().forEach(id -> assertThat(keys(id))
                .as("seed %d: keys of %d", seed, id)
                .containsExactlyElementsOf(new TreeSet<>(on.entrySet().stream()
                        .filter(each -> each.getValue().equals(id))
                        .map(Map.Entry::getKey)
                        .toList())));
    }
}
