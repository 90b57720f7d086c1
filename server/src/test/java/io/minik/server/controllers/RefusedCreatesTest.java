package io.minik.server.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A store that has no room refuses what grows: whoever is refused tries again, ever more seldom, and writes nothing meanwhile. */
class RefusedCreatesTest {
    private final Cluster cluster = new Cluster();

    private static void job(ObjectNode tree) {
        ObjectNode spec = Json.child(tree, "spec").put("completions", 3).put("parallelism", 2);
        Cluster.template(spec, "job", "i");
        ((ObjectNode) spec.at("/template/spec")).put("restartPolicy", "Never");
        spec.putObject("selector").putObject("matchLabels").put("app", "job");
    }

    @Test
    void nobodyWritesWithoutEnd() {
        cluster.start(Controllers.all(
                        cluster.context,
                        new Controllers.Config(
                                "PEM",
                                "10.42.0.0/16",
                                24,
                                new Controllers.Served() {
                                    @Override
                                    public List<Resource> now() {
                                        return List.of(Resources.PODS);
                                    }

                                    @Override
                                    public void onChange(Runnable changed) {}
                                },
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(10),
                                "",
                                new Controllers.Box(true, 6443, Optional.empty(), true, true)))
                .toArray(Room[]::new));
        cluster.api.failing(call -> call.verb() == Verb.CREATE
                ? Optional.of(ApiException.of(Reason.InsufficientStorage, "no room", Details.NONE))
                : Optional.empty());
        cluster.put(Resources.DEPLOYMENTS, "web", Cluster.workload("web", 3, "i"));
        cluster.put(Resources.REPLICA_SETS, "rs", Cluster.workload("rs", 3, "i"));
        cluster.put(Resources.STATEFUL_SETS, "db", Cluster.workload("db", 3, "i"));
        cluster.put(Resources.DAEMON_SETS, "ds", Cluster.workload("ds", 3, "i"));
        cluster.put(Resources.JOBS, "job", RefusedCreatesTest::job);
        cluster.loop.advance(Duration.ofMinutes(5));
        int before = cluster.api.calls().size();
        cluster.loop.advance(Duration.ofMinutes(10));
        List<ApiCall> calls = cluster.api.calls();
        Map<String, Integer> counted = new TreeMap<>();
        calls.subList(before, calls.size())
                .forEach(call -> counted.merge(
                        call.verb() + " " + call.resource().plural() + " "
                                + call.key().name(),
                        1,
                        Integer::sum));
        assertThat(counted.entrySet())
                .as("%s", counted)
                .allMatch(entry -> entry.getValue() < (entry.getKey().startsWith("CREATE") ? 200 : 5));
    }
}
