package io.minik.server.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A machine: containers, which run on whatever becomes of the agent, and an agent, which dies and comes back. Only the agent
 * starts and ends containers.
 */
final class HollowNode {
    private static final Duration RENEW = Duration.ofSeconds(10);
    private static final int START_MILLIS = 1500;
    private static final int WORK_SECONDS = 20;

    /** What runs, by pod, for real: whoever looks here is not fooled by what the API says. */
    final Map<ObjectKey, Running> running = new TreeMap<>();

    final String name;
    private final SimulatedTime time;
    private final Supplier<Optional<Transport>> server;
    private Optional<Agent> agent = Optional.empty();
    private int addresses;

    /** @param until when a job's work is done */
    record Running(String uid, Instant until, String address) {}

    HollowNode(String name, SimulatedTime time, Supplier<Optional<Transport>> server) {
        this.name = name;
        this.time = time;
        this.server = server;
    }

    boolean alive() {
        return agent.isPresent();
    }

    void start() {
        Agent next = new Agent();
        agent = Optional.of(next);
        next.loop.run(next::register);
    }

    void die() {
        agent.ifPresent(Agent::die);
        agent = Optional.empty();
    }

    void lose(int perMille) {
        agent.ifPresent(living -> living.wire.lose(perMille));
    }

    void breakWatches() {
        agent.ifPresent(living -> living.wire.breakWatches());
    }

    int watches() {
        return agent.map(living -> living.wire.watches()).orElse(0);
    }

    private final class Agent {
        final MortalLoop loop = new MortalLoop(time.loop());
        final Wire wire = new Wire(loop, server, time.random());
        private final ApiClient client = new ApiClient(wire, "kubelet");
        private final Informers informers = new Informers(loop, client);
        private final Informer pods =
                informers.of(Resources.PODS, "", ListOptions.fields("spec.nodeName=" + name), false);
        private final ReconcileLoop work = new ReconcileLoop("kubelet", loop, 8, this::reconcile).watch(pods);
        private final Map<ObjectKey, Instant> slow = new TreeMap<>();

        void die() {
            loop.die();
            informers.stop();
        }

        void register() {
            KubeObject node = KubeObject.named("v1", "Node", ObjectKey.cluster(name), tree -> {
                ObjectNode status = tree.putObject("status");
                for (String what : new String[] {"capacity", "allocatable"}) {
                    status.putObject(what).put("cpu", "8").put("memory", "16Gi").put("pods", "110");
                }
            });
            Outcomes.ignoring(client.create(Resources.NODES, node), Reason.AlreadyExists)
                    .onFailure(failed -> loop.after(Duration.ofSeconds(1), this::register))
                    .onSuccess(there -> {
                        beat();
                        work.start().onFailure(failed -> {
                            throw new AssertionError(failed);
                        });
                        pods.synced().onSuccess(synced -> running.keySet().forEach(work::add));
                    });
        }

        /** A sign of life in the lease, and that the node is ready. */
        private void beat() {
            loop.after(RENEW, this::beat);
            ObjectNode lease = Json.object();
            lease.putObject("spec")
                    .put("holderIdentity", name)
                    .put("leaseDurationSeconds", 40)
                    .put("renewTime", micros());
            ObjectKey key = ObjectKey.of("kube-node-lease", name);
            client.patch(Resources.LEASES, key, "", PatchType.MERGE, lease)
                    .recover(missing -> client.create(
                            Resources.LEASES,
                            KubeObject.named("coordination.k8s.io/v1", "Lease", key, tree -> tree.setAll(lease))))
                    .compose(renewed -> ready())
                    .onFailure(HollowNode::comesAgain);
        }

        private Future<KubeObject> ready() {
            ObjectNode patch = Json.object();
            Conditions.set(patch.putObject("status"), "Ready", "True", "KubeletReady", "hollow", now())
                    .put("lastHeartbeatTime", now());
            return client.patch(Resources.NODES, ObjectKey.cluster(name), "status", PatchType.STRATEGIC, patch);
        }

        private Future<Optional<Duration>> reconcile(ObjectKey key) {
            Optional<KubeObject> found = pods.get(key);
            Running here = running.get(key);
            if (here != null && found.map(pod -> !pod.uid().equals(here.uid())).orElse(true)) {
                running.remove(key);
                return Outcomes.again(Duration.ofMillis(1));
            }
            if (found.isEmpty()) {
                slow.remove(key);
                return Outcomes.done();
            }
            KubeObject pod = found.get();
            if (pod.meta().deleting()) {
                return end(pod);
            }
            if (Pods.finished(pod)) {
                running.remove(key);
                return Outcomes.done();
            }
            return here == null ? begin(pod) : tell(pod, here);
        }

        private Future<Optional<Duration>> end(KubeObject pod) {
            if (!isDue(pod.key())) {
                return Outcomes.again(Duration.ofMillis(200));
            }
            running.remove(pod.key());
            slow.remove(pod.key());
            return Outcomes.done(Outcomes.ignoring(
                    client.delete(
                            Resources.PODS,
                            pod.key(),
                            DeleteOptions.onlyIf(pod.uid()).grace(0)),
                    Reason.NotFound,
                    Reason.Conflict));
        }

        private Future<Optional<Duration>> begin(KubeObject pod) {
            if (!isDue(pod.key())) {
                return Outcomes.again(Duration.ofMillis(200));
            }
            slow.remove(pod.key());
            boolean ends = pod.text("spec", "restartPolicy").matches("Never|OnFailure");
            Instant until = ends ? time.instant().plusSeconds(1 + time.random().nextInt(WORK_SECONDS)) : Instant.MAX;
            running.put(
                    pod.key(),
                    new Running(
                            pod.uid(),
                            until,
                            "10.42." + name.substring("node-".length()) + "." + (++addresses % 250 + 2)));
            return tell(pod, running.get(pod.key()));
        }

        /** What starts and ends takes a while, other for each. */
        private boolean isDue(ObjectKey key) {
            Instant at = slow.computeIfAbsent(
                    key, asked -> time.instant().plusMillis(time.random().nextInt(START_MILLIS)));
            return !time.instant().isBefore(at);
        }

        private Future<Optional<Duration>> tell(KubeObject pod, Running here) {
            boolean done = !time.instant().isBefore(here.until());
            boolean crashes = pod.text("metadata", "labels", "app").startsWith(WorkloadWords.CRASHES);
            String phase = !done ? "Running" : crashes ? "Failed" : "Succeeded";
            boolean ready = !done && !crashes;
            Optional<Duration> again = here.until().equals(Instant.MAX) || done
                    ? Optional.empty()
                    : Optional.of(Duration.between(time.instant(), here.until()).plusMillis(1));
            if (Pods.phase(pod).equals(phase) && Pods.ready(pod) == ready) {
                return Future.succeededFuture(again);
            }
            ObjectNode patch = Json.object();
            patch.putObject("metadata").put("uid", pod.uid());
            ObjectNode status = patch.putObject("status").put("phase", phase).put("podIP", here.address());
            status.putArray("podIPs").addObject().put("ip", here.address());
            Conditions.set(status, "Ready", ready ? "True" : "False", "", "", now());
            return Outcomes.ignoring(
                            client.patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch),
                            Reason.NotFound,
                            Reason.Conflict)
                    .map(written -> again);
        }
    }

    /** The next beat does what this one could not. */
    private static void comesAgain(Throwable why) {}

    private String now() {
        return time.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private String micros() {
        return now().replace("Z", ".000000Z");
    }
}
