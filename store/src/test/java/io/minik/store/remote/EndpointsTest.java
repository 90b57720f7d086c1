package io.minik.store.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static StoreException refusal(String text) {
        return Assertions.catchThrowableOfType(StoreException.class, () -> EtcdEndpoint.parse(text));
    }

    @Test
    void urlsAreReadAsK3sHasThem() {
        EtcdEndpoint.Parsed parsed = EtcdEndpoint.parse("https://a:2379, https://10.0.0.2,https://[fd00::1]:4001");
        assertThat(parsed.endpoints())
                .containsExactly(
                        new EtcdEndpoint(true, "a", 2379),
                        new EtcdEndpoint(true, "10.0.0.2", 2379),
                        new EtcdEndpoint(true, "fd00::1", 4001));
        assertThat(parsed.endpoints().get(2)).hasToString("https://[fd00::1]:4001");
        assertThat(parsed.user()).isEmpty();
        EtcdEndpoint.Parsed named = EtcdEndpoint.parse("http://root:s%3Acret@a:1,http://b:2");
        assertThat(named.user()).isEqualTo("root");
        assertThat(named.password()).isEqualTo("s:cret");
    }

    @Test
    void databasesAreRefusedWithAWordOfEtcd() {
        for (String text : List.of(
                "mysql://user:pw@tcp(host:3306)/k3s",
                "postgres://user:pw@host:5432/k3s",
                "sqlite:///x",
                "nats://host")) {
            assertThat(refusal(text))
                    .hasMessageContaining("under kine, which minik has not")
                    .hasMessageContaining("https://host:2379");
        }
    }

    @Test
    void whatIsNoUrlOfEtcdIsRefusedAndTellsNoPassword() {
        assertThat(refusal("host:2379")).hasMessageContaining("\"host:2379\" is no URL of etcd");
        assertThat(refusal("http://a,https://b")).hasMessageContaining("can't be mixed");
        assertThat(refusal("http://a:1/path")).hasMessageContaining("a host, and perhaps a port");
        assertThat(refusal("http://u:1@a,http://v:1@b")).hasMessageContaining("two users");
        assertThat(refusal("ftp://root:secret@a")).hasMessageContaining("***@a").hasMessageNotContaining("secret");
        assertThat(refusal("http://root:secret@a/x")).hasMessageNotContaining("secret");
    }

    @Test
    void versionsFrom34To3xAreServed() {
        assertThat(List.of("3.4.0", "3.5.16", "3.6.0-rc.1", "3.10.1")).allMatch(EtcdVersion::isServed);
        assertThat(List.of("3.3.27", "2.3.8", "4.0.0", "", "three")).noneMatch(EtcdVersion::isServed);
    }

    @Test
    void aMemberThatFailsIsLeftAloneForAWhileThatDoubles() {
        Endpoints<String> endpoints = new Endpoints<>(List.of("a", "b"), new Random(1));
        String first = endpoints.choose(0).member();
        assertThat(endpoints.choose(0).member()).isEqualTo(first);
        endpoints.failed(first, 0);
        String second = endpoints.choose(0).member();
        assertThat(second).isNotEqualTo(first);
        // One that works is not left for one that worked once.
        assertThat(endpoints.choose(1_000_000).member()).isEqualTo(second);
        endpoints.failed(second, 0);
        assertThat(endpoints.choose(0).waitMillis())
                .isBetween(Deadlines.BACK_OFF_MILLIS / 2, Deadlines.BACK_OFF_MILLIS);
        long now = 0;
        for (int i = 0; i < 20; i++) {
            now += Deadlines.MOST_BACK_OFF_MILLIS;
            endpoints.failed(first, now);
            endpoints.failed(second, now);
        }
        assertThat(endpoints.choose(now).waitMillis())
                .isBetween(Deadlines.MOST_BACK_OFF_MILLIS / 2, Deadlines.MOST_BACK_OFF_MILLIS);
        endpoints.answered(first);
        assertThat(endpoints.choose(now)).isEqualTo(new Endpoints.Choice<>(first, 0));
    }

    @Test
    void failuresAtOneTimeAreOne() {
        Endpoints<String> endpoints = new Endpoints<>(List.of("a"), new Random(1));
        for (int i = 0; i < 50; i++) {
            endpoints.failed("a", 0);
        }
        assertThat(endpoints.choose(0).waitMillis()).isLessThanOrEqualTo(Deadlines.BACK_OFF_MILLIS);
    }

    @Test
    void readPointsOfTheSameTimeAreOneQuestionAndNoneIsOlderThanItsAsker() {
        List<Promise<Long>> asked = new ArrayList<>();
        ReadPoint point = new ReadPoint(() -> {
            Promise<Long> promise = Promise.promise();
            asked.add(promise);
            return promise.future();
        });
        Future<Long> first = point.revision();
        List<Future<Long>> later = List.of(point.revision(), point.revision(), point.revision());
        assertThat(asked).hasSize(1);
        asked.get(0).complete(5L);
        assertThat(first.result()).isEqualTo(5);
        assertThat(later).noneMatch(Future::isComplete);
        assertThat(asked).hasSize(2);
        Future<Long> last = point.revision();
        asked.get(1).fail(new StoreException.Unreachable("gone"));
        assertThat(later).allMatch(Future::failed);
        asked.get(2).complete(7L);
        assertThat(last.result()).isEqualTo(7);
        assertThat(asked).hasSize(3);
    }

    @Test
    void anUnknownMemberIsAMistake() {
        Endpoints<String> endpoints = new Endpoints<>(List.of("a"), new Random(1));
        assertThatThrownBy(() -> endpoints.failed("b", 0)).hasMessageContaining("no such member");
    }
}
