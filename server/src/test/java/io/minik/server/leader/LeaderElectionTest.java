package io.minik.server.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiClient;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.minik.server.controllers.Cluster;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Servers of one cluster on driven time; each has a way to the API that can be cut. */
class LeaderElectionTest {
    private static final ObjectKey LEASE = ObjectKey.of("kube-system", "kube-controller-manager");

    /** Seen at a look, run out, and seen to be so at the next. */
    private static final Duration TAKEN_WITHIN =
            LeaderElection.LEASE.plus(LeaderElection.RETRY).plus(LeaderElection.RETRY);

    private final Cluster cluster = new Cluster();
    /** What runs at this moment, of all servers. */
    private final List<String> running = new ArrayList<>();
    /** Most servers whose rooms ran at the same time. */
    private int most;

    private final class Work implements Room {
        private final String name;

        Work(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Future<Void> start() {
            running.add(name);
            most = Math.max(most, (int)
                    running.stream().map(each -> each.split("-")[0]).distinct().count());
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> stop() {
            running.remove(name);
            return Future.succeededFuture();
        }

        @Override
        public Health health() {
            return Health.READY;
        }
    }

    private final class Server implements Transport {
        private final LeaderElection election;
        private boolean cut;

        Server(String name) {
            election = new LeaderElection(
                    cluster.loop,
                    new ApiClient(this, "kube-controller-manager"),
                    LEASE.name(),
                    name,
                    () -> List.of(new Work(name + "-first"), new Work(name + "-second")));
        }

        Server start() {
            cluster.start(election);
            return this;
        }

        @Override
        public Future<KubeObject> send(ApiCall call) {
            return cut ? Future.failedFuture(ApiException.unavailable("cut")) : cluster.api.send(call);
        }

        @Override
        public Future<KubeList> list(ApiCall call) {
            return cut ? Future.failedFuture(ApiException.unavailable("cut")) : cluster.api.list(call);
        }

        @Override
        public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
            return cluster.api.watch(call, handler);
        }
    }

    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 500) {
            cluster.loop.advance(Duration.ofMillis(500));
            cluster.loop.settle();
        }
    }

    private String holder() {
        return Json.text(cluster.api.require(Resources.LEASES, LEASE).tree(), "spec", "holderIdentity");
    }

    @Test
    void theFirstLeadsAndTheOthersWait() {
        Server a = new Server("a").start();
        Server b = new Server("b").start();
        assertThat(running).containsExactly("a-first", "a-second");
        pass(Duration.ofMinutes(5));
        assertThat(a.election.isLeading()).isTrue();
        assertThat(b.election.isLeading()).isFalse();
        assertThat(running).containsExactly("a-first", "a-second");
        KubeObject lease = cluster.api.require(Resources.LEASES, LEASE);
        assertThat(lease.tree().at("/spec/leaseTransitions").asInt()).isZero();
        assertThat(lease.tree().at("/spec/leaseDurationSeconds").asInt()).isEqualTo(15);
        assertThat(Json.text(lease.tree(), "spec", "renewTime")).matches("\\d{4}-.*\\.\\d{6}Z");
    }

    @Test
    void aLeaderThatStopsHandsOverAtOnce() {
        Server a = new Server("a").start();
        new Server("b").start();
        Future<Void> stopped = a.election.stop();
        cluster.loop.settle();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(running).isEmpty();
        assertThat(holder()).isEmpty();
        pass(LeaderElection.RETRY);
        assertThat(running).containsExactly("b-first", "b-second");
        assertThat(cluster.api
                        .require(Resources.LEASES, LEASE)
                        .tree()
                        .at("/spec/leaseTransitions")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aLeaderThatIsCutOffHasStoppedBeforeAnotherStarts() {
        Server a = new Server("a").start();
        Server b = new Server("b").start();
        pass(Duration.ofSeconds(4));
        a.cut = true;
        pass(LeaderElection.RENEW_DEADLINE);
        assertThat(running).isEmpty();
        assertThat(a.election.isLeading()).isFalse();
        pass(TAKEN_WITHIN.minus(LeaderElection.RENEW_DEADLINE));
        assertThat(running).containsExactly("b-first", "b-second");
        assertThat(b.election.isLeading()).isTrue();
        // It comes back, in the same process, and waits for its turn.
        a.cut = false;
        pass(Duration.ofSeconds(30));
        assertThat(running).containsExactly("b-first", "b-second");
        b.cut = true;
        pass(TAKEN_WITHIN);
        assertThat(running).containsExactly("a-first", "a-second");
        assertThat(most).isEqualTo(1);
    }

    @Test
    void aShortSilenceOfTheApiChangesNothing() {
        Server a = new Server("a").start();
        new Server("b").start();
        a.cut = true;
        pass(Duration.ofSeconds(7));
        a.cut = false;
        pass(Duration.ofMinutes(1));
        assertThat(a.election.isLeading()).isTrue();
        assertThat(running).containsExactly("a-first", "a-second");
    }

    @Test
    void theTimesThatOthersWroteAreNotBelieved() {
        cluster.api.put(Resources.LEASES, KubeObject.named("coordination.k8s.io/v1", "Lease", LEASE, tree -> Json.child(
                        tree, "spec")
                .put("holderIdentity", "ahead")
                .put("leaseDurationSeconds", 15)
                .put("renewTime", "2099-01-01T00:00:00.000000Z")));
        new Server("a").start();
        pass(Duration.ofSeconds(14));
        assertThat(running).isEmpty();
        pass(Duration.ofSeconds(4));
        assertThat(running).containsExactly("a-first", "a-second");
    }

    @Test
    void aLeaseThatSomebodyTookByForceIsGivenUp() {
        Server a = new Server("a").start();
        cluster.api.edit(
                Resources.LEASES, LEASE, tree -> Json.child(tree, "spec").put("holderIdentity", "a person"));
        pass(LeaderElection.RETRY);
        assertThat(running).isEmpty();
        assertThat(a.election.isLeading()).isFalse();
        pass(TAKEN_WITHIN);
        assertThat(a.election.isLeading()).isTrue();
    }

    @Test
    void inAnHourOfCutsNeverTwoLeadAndSomebodyDoesInTheEnd() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<Server> servers = Stream.of("a", "b", "c").map(Server::new).toList();
        servers.forEach(Server::start);
        for (int second = 0; second < 3600; second++) {
            if (random.nextInt(10) == 0) {
                Server one = servers.get(random.nextInt(servers.size()));
                one.cut = !one.cut;
            }
            pass(Duration.ofSeconds(1));
            assertThat(servers.stream()
                            .filter(server -> server.election.isLeading())
                            .count())
                    .as("-Dseed=" + seed + ", second " + second)
                    .isLessThanOrEqualTo(1);
        }
        assertThat(most).as("-Dseed=" + seed).isEqualTo(1);
        servers.forEach(server -> server.cut = false);
        pass(TAKEN_WITHIN);
        assertThat(running).hasSize(2);
    }
}
