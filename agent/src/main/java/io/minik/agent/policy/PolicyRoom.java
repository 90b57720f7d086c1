package io.minik.agent.policy;

import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.room.Room;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.nft.RuleTable;
import io.minik.runtime.nft.TableWords;
import io.minik.runtime.nft.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table of policies in step. All that a policy may be about is known before the first transaction, which replaces
 * what an earlier minik left; until then that goes on being enforced. {@link #stop} leaves the rules: pods outlive minik.
 *
 * <pre>
 *   IDLE --first policy--> pods, namespaces read --> the whole table --changes--> elements
 *     ^------------------------------ last policy gone: no table ------------------------'
 * </pre>
 */
public final class PolicyRoom implements Room {
    public static final String TABLE = "minik_policy";

    private static final Resource POLICIES =
            new Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);
    private static final String OWNER = "policies";
    /** Without it what pods of one node say to each other passes no rules. */
    private static final Path BRIDGED = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

    /** @param enabled if not, what an earlier minik left is taken away, and that is all */
    public record Settings(String nodeName, boolean enabled, Nft nft, Optional<Address> dns) {}

    private final Settings settings;
    private final Loop loop;
    private final Informers informers;
    private final EventRecorder events;
    private final PolicyScript script;
    private final WorkerExecutor worker;
    private final Transactions transactions;
    /** Succeeds when it is known whether there are policies. */
    private final Promise<Void> read = Promise.promise();

    // Owned by the loop.
    private final Map<String, KubeObject> starting = new HashMap<>();
    private final Map<String, List<String>> startingAt = new HashMap<>();
    private final List<Promise<Void>> waiting = new ArrayList<>();
    private RuleTable rules = new RuleTable();
    private @Nullable Informer policies;
    private @Nullable Informer pods;
    private @Nullable Informer namespaces;
    /** There is a table, ours or what an earlier minik left. */
    private boolean there;
    /** It has what {@code rules} say. */
    private boolean filled;

    private volatile Health health = Health.notReady("not started");

    /** @param informers on this loop; shared with other rooms of it */
    public PolicyRoom(Vertx vertx, Loop loop, Informers informers, EventRecorder events, Settings settings) {
        this.settings = settings;
        this.loop = loop;
        this.informers = informers;
        this.events = events;
        this.script = new PolicyScript(TABLE, settings.dns());
        // One thread: transactions of one table follow each other.
        this.worker = vertx.createSharedWorkerExecutor("minik-policy", 1);
        this.transactions = new Transactions(loop, settings.nft(), worker, "policies", this::next);
    }

    @Override
    public String name() {
        return "network-policy";
    }

    @Override
    public Future<Void> start() {
        return worker.executeBlocking(
                        () -> settings.nft().list("tables").lines().anyMatch(("table inet " + TABLE)::equals))
                .compose(left -> {
                    there = left;
                    if (settings.enabled()) {
                        loop.run(this::watch);
                        return Future.succeededFuture();
                    }
                    read.complete();
                    health = Health.READY;
                    return left ? dropped() : Future.succeededFuture();
                });
    }

    private void watch() {
        health = Health.READY;
        Informer informer = informers.of(POLICIES);
        policies = informer;
        informer.onChange((before, now) -> {
            now.ifPresent(policy -> {
                engage();
                if (!bridged()) {
                    events.warning(
                            policy,
                            "NotEnforced",
                            "node " + settings.nodeName() + " has no br_netfilter: between pods of this node nothing is"
                                    + " enforced; modprobe br_netfilter there");
                }
            });
            transactions.changed();
        });
        informer.start()
                .synced()
                .onSuccess(ready -> loop.run(() -> {
                    read.tryComplete();
                    if (informer.list().isEmpty()) {
                        transactions.begin();
                    }
                }))
                .onFailure(this::unread);
    }

    private void unread(Throwable why) {
        health = Health.notReady(String.valueOf(why.getMessage()));
    }

    private static boolean bridged() {
        try {
            return Files.exists(BRIDGED) && Files.readString(BRIDGED).strip().equals("1");
        } catch (IOException e) {
            return false;
        }
    }

    /** There is a policy: now it matters who the pods are. */
    private void engage() {
        if (pods != null) {
            return;
        }
        transactions.hold();
        Informer allPods = informers.of(Resources.PODS);
        Informer allNamespaces = informers.of(Resources.NAMESPACES);
        pods = allPods;
        namespaces = allNamespaces;
        allPods.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(pod -> forget(pod.uid()));
            }
            transactions.changed();
        });
        allNamespaces.onChange((before, now) -> transactions.changed());
        Future.all(allPods.start().synced(), allNamespaces.start().synced())
                .onSuccess(ready -> loop.run(transactions::begin))
                .onFailure(this::unread);
    }

    private void forget(String uid) {
        starting.remove(uid);
        startingAt.remove(uid);
    }

    /**
     * Before a pod's first container starts.
     *
     * @param addresses that it has
     * @return done when the kernel has what policies say of it; at once while there are none
     */
    public Future<Void> guarded(KubeObject pod, List<String> addresses) {
        return read.future().compose(known -> {
            Promise<Void> done = Promise.promise();
            loop.run(() -> {
                if (pods == null || (transactions.areDone() && addresses.equals(startingAt.get(pod.uid())))) {
                    done.complete();
                    return;
                }
                starting.put(pod.uid(), pod);
                startingAt.put(pod.uid(), addresses);
                waiting.add(done);
                transactions.changed();
            });
            return done.future();
        });
    }

    /** The table is gone, or may be: it is made anew. From any thread. */
    public void renew() {
        transactions.renew();
    }

    /** Whether there is a table to be looked after. */
    public boolean isThere() {
        return there && settings.enabled();
    }

    private Optional<Transactions.Transaction> next(boolean whole) {
        boolean none = policies == null || policies.list().isEmpty();
        String words;
        if (none) {
            words = there ? Nft.dropped("inet", TABLE) : "";
            rules = new RuleTable();
            filled = false;
        } else {
            rules.want(OWNER, PolicyElements.of(world()));
            words = whole || !filled
                    ? script.full(rules.takeAll())
                    : new TableWords(TABLE).changes(rules.takeChanges(), "");
            filled = true;
        }
        List<Promise<Void>> served = List.copyOf(waiting);
        waiting.clear();
        if (words.isEmpty()) {
            served.forEach(Promise::tryComplete);
            return Optional.empty();
        }
        return Optional.of(new Transactions.Transaction(
                Future.succeededFuture(words),
                () -> {
                    there = !none;
                    served.forEach(Promise::tryComplete);
                },
                // Who waits goes on waiting: a pod without its rules is not started.
                () -> waiting.addAll(served)));
    }

    private PolicyElements.World world() {
        List<PolicyPod> all = new ArrayList<>();
        Map<String, KubeObject> known = new HashMap<>(starting);
        if (pods != null) {
            pods.list().forEach(pod -> known.put(pod.uid(), pod));
        }
        known.values()
                .forEach(pod -> PolicyPod.of(pod, startingAt.getOrDefault(pod.uid(), List.of()), settings.nodeName())
                        .ifPresent(all::add));
        Map<String, Map<String, String>> labels = new HashMap<>();
        if (namespaces != null) {
            namespaces
                    .list()
                    .forEach(each -> labels.put(each.name(), each.meta().labels()));
        }
        return new PolicyElements.World(
                policies == null ? List.of() : List.copyOf(policies.list()), labels, all, settings.dns());
    }

    private Future<Void> dropped() {
        return worker.executeBlocking(() -> {
            settings.nft().apply(Nft.dropped("inet", TABLE));
            return null;
        });
    }

    @Override
    public Future<Void> stop() {
        return transactions.stop().compose(done -> worker.close());
    }

    @Override
    public Health health() {
        return health.ready() ? transactions.health() : health;
    }
}
