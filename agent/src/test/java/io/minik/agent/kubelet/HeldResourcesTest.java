package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldResourcesTest {
    private final HeldResources held = new HeldResources();

    private static Pod pod(String uid, String containers) {
        String text = "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default','uid':'" + uid
                + "'},'spec':{" + containers + "}}";
        return Pod.of(KubeObject.of(Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8))));
    }

    private static Pod wants(String uid, long cpuMillis, long memoryBytes) {
        return pod(
                uid,
                "'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'" + cpuMillis + "m','memory':'"
                        + memoryBytes + "'}}}]");
    }

    private static Pod listens(String uid, String port) {
        return pod(uid, "'containers':[{'name':'c','image':'i','ports':[" + port + "]}]");
    }

    @Test
    void aPodIsNotHeldAgainstItself() {
        held.hold(wants("a", 300, 10));
        held.hold(wants("b", 200, 20));
        assertThat(held.used("cpu", "a")).isEqualTo(200);
        assertThat(held.used("cpu", "c")).isEqualTo(500);
        assertThat(held.pods("a")).isEqualTo(1);
        assertThat(held.pods("c")).isEqualTo(2);
    }

    @Test
    void anotherGrantIsToldOnlyIfItIsAnother() {
        held.hold(wants("a", 300, 10));
        assertThat(held.renew(wants("a", 300, 10))).isFalse();
        assertThat(held.renew(wants("a", 400, 10))).isTrue();
        assertThat(held.used("cpu", "")).isEqualTo(400);
        assertThat(held.release("a")).isTrue();
        assertThat(held.release("a")).isFalse();
        assertThat(held.renew(wants("a", 300, 10))).as("it has ended").isFalse();
        assertThat(held.pods("")).isZero();
    }

    /** Upstream's HostPortInfo: another protocol or another address of the node is another port; 0.0.0.0 is all of them. */
    @Test
    void aPortOfTheNodeIsAnAddressAProtocolAndANumber() {
        held.hold(listens("a", "{'containerPort':80,'hostPort':8080,'hostIP':'10.0.0.1'}"));
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080,'hostIP':'10.0.0.1'}")))
                .isTrue();
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080}")))
                .isTrue();
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080,'hostIP':'0.0.0.0'}")))
                .isTrue();
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080,'hostIP':'10.0.0.2'}")))
                .isFalse();
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080,'protocol':'UDP'}")))
                .isFalse();
        assertThat(held.collides(listens("b", "{'containerPort':80}"))).isFalse();
        held.release("a");
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':8080}")))
                .isFalse();
    }

    @Test
    void sidecarsHoldPortsAndInitContainersDoNot() {
        held.hold(pod(
                "a",
                "'initContainers':[{'name':'i','image':'i','ports':[{'containerPort':1,'hostPort':1}]},"
                        + "{'name':'s','image':'i','restartPolicy':'Always','ports':[{'containerPort':2,'hostPort':2}]}],"
                        + "'containers':[{'name':'c','image':'i'}]"));
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':1}")))
                .isFalse();
        assertThat(held.collides(listens("b", "{'containerPort':1,'hostPort':2}")))
                .isTrue();
    }

    /** However pods come, grow, shrink and go: the sums are those of the pods that are there. */
    @Test
    void sumsAreThoseOfThePodsThatAreThere() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Long> model = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            String uid = "u" + random.nextInt(30);
            long cpu = random.nextInt(5) * 100L;
            switch (random.nextInt(3)) {
                case 0 -> {
                    held.hold(wants(uid, cpu, cpu * 7));
                    model.put(uid, cpu);
                }
                case 1 -> {
                    boolean other = model.containsKey(uid) && !model.get(uid).equals(cpu);
                    assertThat(held.renew(wants(uid, cpu, cpu * 7)))
                            .as("seed %d", seed)
                            .isEqualTo(other);
                    model.computeIfPresent(uid, (known, before) -> cpu);
                }
                default -> assertThat(held.release(uid)).as("seed %d", seed).isEqualTo(model.remove(uid) != null);
            }
            long sum = model.values().stream().mapToLong(Long::longValue).sum();
            long own = model.getOrDefault("u1", 0L);
            assertThat(held.used("cpu", "")).as("seed %d", seed).isEqualTo(sum);
            assertThat(held.used("cpu", "u1")).as("seed %d", seed).isEqualTo(sum - own);
            assertThat(held.used("memory", "")).as("seed %d", seed).isEqualTo(sum * 7);
            assertThat(held.pods("")).as("seed %d", seed).isEqualTo(model.size());
        }
    }
}
