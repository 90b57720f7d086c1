package io.minik.agent.node;

import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the routes to the other nodes' pods, each by itself: a node whose address is of no use here costs its own pods and
 * has an event that says so, the others are reached. Owned by the loop.
 */
final class NodeRoutes {
    private static final Logger log = LoggerFactory.getLogger(NodeRoutes.class);

    /** A gateway that is not on our link yet (another bridge is being set up) may be soon. */
    private static final Duration RETRY = Duration.ofSeconds(15);

    private final Loop loop;
    private final NodeNetwork network;
    private final EventRecorder events;
    private final Informer nodes;
    private final String self;

    /** Empty until the first: what another cluster, or another role of this machine, left must go. */
    private Optional<Map<String, String>> asked = Optional.empty();

    private Map<String, String> refused = Map.of();
    private boolean retrying;
    private boolean stopped;

    NodeRoutes(Loop loop, NodeNetwork network, EventRecorder events, Informer nodes, String self) {
        this.loop = loop;
        this.network = network;
        this.events = events;
        this.nodes = nodes;
        this.self = self;
    }

    void stop() {
        stopped = true;
    }

    /** The nodes may have changed. */
    void update() {
        Map<String, String> wanted = PodRoutes.to(nodes.list(), self);
        if (!asked.equals(Optional.of(wanted)) && !stopped) {
            set(wanted);
        }
    }

    private void set(Map<String, String> wanted) {
        asked = Optional.of(wanted);
        Map<String, String> failed = new TreeMap<>();
        Map<Cidr, Address> routes = new HashMap<>();
        Map<Cidr, String> names = new HashMap<>();
        wanted.forEach((range, node) -> {
            Optional<Cidr> pods = Cidr.find(range);
            Optional<Address> address = Address.find(node);
            if (pods.isPresent() && address.isPresent()) {
                routes.put(pods.get(), address.get());
                names.put(pods.get(), range);
            } else {
                failed.put(range, "\"" + (pods.isPresent() ? node : range) + "\" is not an address");
            }
        });
        network.routes(routes)
                .onSuccess(refusals -> loop.run(() -> {
                    refusals.forEach((pods, why) -> failed.put(names.getOrDefault(pods, ""), why));
                    known(wanted, failed);
                }))
                .onFailure(error -> loop.run(() -> {
                    log.atWarn()
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("routes to other nodes could not be set");
                    retryLater();
                }));
    }

    /** @param failed why, by range of pods */
    private void known(Map<String, String> wanted, Map<String, String> failed) {
        if (!asked.equals(Optional.of(wanted))) {
            return;
        }
        failed.forEach((range, why) -> {
            if (!why.equals(refused.get(range))) {
                tell(range, wanted.getOrDefault(range, ""), why);
            }
        });
        refused = Map.copyOf(failed);
        if (!failed.isEmpty()) {
            retryLater();
        }
    }

    private void tell(String range, String address, String why) {
        for (KubeObject node : nodes.list()) {
            if (PodRoutes.ranges(node).contains(range)) {
                log.atWarn()
                        .addKeyValue("node", node.name())
                        .addKeyValue("podCidr", range)
                        .addKeyValue("address", address)
                        .addKeyValue("err", why)
                        .log("the pods of a node are not reached");
                events.warning(
                        node,
                        "FailedToCreateRoute",
                        "Could not create route " + range + " via \"" + address + "\" on node " + self + ": " + why);
            }
        }
    }

    private void retryLater() {
        if (!retrying && !stopped) {
            retrying = true;
            loop.after(RETRY, () -> {
                retrying = false;
                if (!stopped) {
                    set(PodRoutes.to(nodes.list(), self));
                }
            });
        }
    }
}
