package io.minik.agent.kubelet;

import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import io.minik.agent.volume.FileWork;
import io.minik.agent.volume.PodVolumes;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.core.ContainerState;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Node;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the pods that the API binds to this node. Owned by the agent's loop; the informers it uses must belong to it too.
 *
 * <p>On start it waits for the first list of pods, then looks at what the runtime has: pods that are gone from the API are
 * ended, all others adopted by the same level-based planning that made them.
 */
public final class Kubelet implements Room {
    private static final Logger log = LoggerFactory.getLogger(Kubelet.class);

    /** The rooms and clients that the kubelet works with. */
    public record Parts(
            Loop loop,
            ApiClient api,
            Informers informers,
            EventRecorder events,
            RuntimeService runtime,
            ImageService images,
            PodVolumes volumes,
            Prober prober,
            Actions actions,
            FileWork files) {}

    private final KubeletConfig config;
    private final Parts parts;
    private final Loop loop;
    private final Informer pods;
    private final Informer services;
    private final PodEvents events;
    private final PodWorker.Node node;
    private final StorageEviction storage;
    private final StaticPods statics;
    private final NodeEviction eviction;
    private final ImageGarbage garbage;
    private final Leftovers leftovers;
    private final NodeShutdown shutdown;

    // Owned by the loop.
    private final Workers workers;
    private final HeldResources held = new HeldResources();
    /** Pods whose spec asks for more than there was room for, by UID; those that ask no more are left out when others are woken. */
    private final Set<String> waiting = new LinkedHashSet<>();

    private boolean running;
    private volatile Health health = Health.notReady("not started");

    public Kubelet(KubeletConfig config, Parts parts) {
        this(config, parts, new LinkedHashMap<>());
    }

    /** @param workers where those of pods are kept, by UID, empty */
    Kubelet(KubeletConfig config, Parts parts, Map<String, PodWorker> workers) {
        this.workers = new Workers(workers);
        this.config = config;
        this.parts = parts;
        this.loop = parts.loop();
        this.pods = parts.informers()
                .of(Resources.PODS, "", ListOptions.fields("spec.nodeName=" + config.nodeName()), false);
        this.services = parts.informers().of(Resources.SERVICES);
        this.events = new PodEvents(parts.events());
        ImageAccess access =
                new ImageAccess(config.rootDir(), config.settings().images().verification(), parts.files());
        this.garbage = new ImageGarbage(
                new ImageGarbage.Parts(loop, parts.images(), parts.runtime(), parts.files(), access),
                ImageGarbage.Disk.of(config.rootDir()),
                config.settings().images());
        ContainerStart.Node start = new ContainerStart.Node(
                config,
                parts.api(),
                parts.runtime(),
                new ImageFetch(new ImageFetch.Parts(parts.images(), parts.api(), events, loop, garbage, access)),
                parts.volumes(),
                parts.actions(),
                events,
                parts.files(),
                this::serviceLinks,
                new UserRanges(parts.runtime()));
        this.storage = new StorageEviction(loop, start, this.workers::all);
        this.eviction = new NodeEviction(
                loop,
                new NodeEviction.Parts(
                        start, config.machine().pressure(), config.machine().left(), storage, garbage::free),
                this.workers::all);
        this.node = new PodWorker.Node(start, parts.prober(), loop, new Others());
        StaticFolder manifests = new StaticFolder(config.places().podManifests(), config.nodeName());
        StaticPage page = new StaticPage(config, parts.files());
        this.statics = new StaticPods(
                new StaticPods.Parts(loop, parts.files(), parts.api(), manifests, page, config.node()),
                this::arrive,
                this.workers);
        this.leftovers = new Leftovers(parts.runtime(), parts.volumes());
        this.shutdown = new NodeShutdown(loop, config.settings().shutdown(), events, this.workers::all);
    }

    @Override
    public String name() {
        return "kubelet";
    }

    @Override
    public Future<Void> start() {
        pods.start();
        services.start();
        return Future.all(pods.synced(), services.synced(), statics.read())
                .compose(ignored -> leftovers.find(wanted()))
                .map(orphans -> {
                    loop.run(() -> begin(orphans));
                    return null;
                });
    }

    private void begin(List<Pod> orphans) {
        running = true;
        parts.runtime().onContainerExit(exited -> loop.run(() -> find(exited).ifPresent(PodWorker::wake)));
        pods.onChange((before, now) -> change(before, now));
        config.addressing()
                .ready()
                .onComplete(up -> loop.run(() -> workers.all().forEach(PodWorker::wake)));
        for (Pod orphan : orphans) {
            log.atInfo()
                    .addKeyValue("pod", orphan.key())
                    .addKeyValue("uid", orphan.uid())
                    .log("pod has left the API");
            PodWorker worker = new PodWorker(node, orphan);
            add(worker);
            worker.gone();
        }
        statics.begin();
        eviction.start();
        garbage.start();
        health = Health.READY;
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> {
            running = false;
            health = Health.notReady("stopped");
            pods.stop();
            statics.stop();
            eviction.stop();
            garbage.stop();
            workers.all().forEach(PodWorker::rest);
            workers.clear();
            held.clear();
            waiting.clear();
            done.complete();
        });
        return done.future();
    }

    @Override
    public Health health() {
        return health;
    }

    // ---- what the streaming room asks; on the loop

    /** The pods of this node, with the status as the kubelet sees it. */
    public List<KubeObject> pods() {
        return workers.all().stream()
                .filter(PodWorker::known)
                .map(worker -> worker.pod()
                        .object()
                        .edit(tree -> tree.set("status", worker.status().tree())))
                .toList();
    }

    /** As upstream's /metrics/probes. */
    public String probeMetrics() {
        return ProbeCounts.text(workers.all());
    }

    /** The pod's newest sandbox, if it runs. */
    public Optional<Cri.PodSandboxStatus> sandbox(ObjectKey pod) {
        return worker(pod).flatMap(worker -> worker.observed().sandbox());
    }

    /** The newest attempt of a container that was started; with {@code previous} the one before that ended. */
    public Optional<Cri.ContainerStatus> container(ObjectKey pod, String name, boolean previous) {
        return worker(pod).flatMap(worker -> {
            List<Cri.ContainerStatus> begun = worker.observed().attempts(name).stream()
                    .filter(c -> c.state() != Cri.ContainerState.CONTAINER_CREATED)
                    .toList();
            if (!previous) {
                return begun.stream().findFirst();
            }
            return Stream.of(
                            worker.status().containerStatuses(), worker.status().initContainerStatuses())
                    .flatMap(List::stream)
                    .filter(status -> status.name().equals(name))
                    .map(ContainerStatus::lastState)
                    .filter(ContainerState.Terminated.class::isInstance)
                    .map(state -> ((ContainerState.Terminated) state).containerId())
                    .flatMap(id -> begun.stream().filter(c -> id.equals(ContainerStatuses.SCHEME + c.id())))
                    .findFirst();
        });
    }

    /** {@code ContainerCreating}, {@code ErrImagePull}, …: why a container has not started. */
    public String waitingReason(ObjectKey pod, String name) {
        return worker(pod).stream()
                .flatMap(worker -> Stream.of(
                        worker.status().containerStatuses(), worker.status().initContainerStatuses()))
                .flatMap(List::stream)
                .filter(status -> status.name().equals(name))
                .map(ContainerStatus::state)
                .filter(ContainerState.Waiting.class::isInstance)
                .map(state -> ((ContainerState.Waiting) state).reason())
                .findFirst()
                .orElse("ContainerCreating");
    }

    public Optional<Pod> pod(ObjectKey key) {
        return worker(key).map(PodWorker::pod);
    }

    private Optional<PodWorker> worker(ObjectKey pod) {
        return workers.of(pod).filter(PodWorker::known).findFirst();
    }

    /** The folder of static pods has changed, or may have. From any thread. */
    public void staticPodsChanged() {
        loop.run(() -> {
            if (running) {
                statics.look();
            }
        });
    }

    // ---- pods come and go

    private void change(Optional<KubeObject> before, Optional<KubeObject> now) {
        if (!running || statics.told(before, now)) {
            return;
        }
        if (now.isEmpty()) {
            before.map(KubeObject::uid).flatMap(workers::of).ifPresent(worker -> {
                before.map(StaticManifest::ofApi).ifPresent(worker::seen);
                worker.gone();
            });
            return;
        }
        KubeObject object = StaticManifest.ofApi(now.get());
        workers.of(object.uid()).ifPresentOrElse(known -> known.seen(object), () -> arrive(Pod.of(object)));
    }

    private void arrive(Pod pod) {
        PodWorker worker = new PodWorker(node, pod);
        admit(worker);
        add(worker);
        storage.watch(worker);
        log.atInfo().addKeyValue("pod", pod.key()).addKeyValue("uid", pod.uid()).log("pod arrived");
        worker.wake();
    }

    private void add(PodWorker worker) {
        workers.add(worker);
        if (worker.holdsResources()) {
            held.hold(worker.grant().granted());
        }
    }

    /**
     * The machine goes down: new pods are refused, and those that run end in the order of their priorities, each with the grace
     * that the settings give its group. Succeeds when they have ended, or their time is over. From any thread.
     */
    public Future<Void> shutDown() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> shutdown.begin().onComplete(done));
        return done.future();
    }

    /** A pod that has begun here before was admitted then. */
    private void admit(PodWorker worker) {
        Pod pod = worker.pod();
        if (!pod.status().startTime().isEmpty() || pod.terminal() || pod.deleting()) {
            return;
        }
        shutdown.refuse()
                .or(() -> NodeAdmission.refuse(pod, config.machine().pressure().now()))
                .or(() -> NodeAdmission.refuse(
                        pod, held, config.allocatable(), config.node().get().map(Node::of)))
                .or(() -> NodeSecurity.refuse(pod, config.settings().unsafeSysctls()))
                .ifPresent(refusal -> {
                    events.warning(pod, refusal.reason(), refusal.message());
                    worker.fail(
                            PodEnd.Why.FAILED,
                            refusal.reason(),
                            refusal.told(),
                            pod.spec().terminationGracePeriodSeconds());
                });
    }

    private Optional<PodWorker> find(Cri.ContainerEvent event) {
        return workers.of(event.labels().getOrDefault(ContainerConfigs.POD_UID, ""));
    }

    private final class Others implements Neighbours {
        @Override
        public Optional<NodeAdmission.Rejection> refuse(Pod pod) {
            Optional<NodeAdmission.Rejection> refusal = NodeAdmission.refuseResize(pod, held, config.allocatable());
            refusal.ifPresent(why -> waiting.add(pod.uid()));
            return refusal;
        }

        @Override
        public boolean network() {
            return config.addressing().ready().succeeded();
        }

        @Override
        public void granted(Pod pod) {
            if (held.renew(pod)) {
                wakeWaiting();
            }
        }

        @Override
        public void released(Pod pod) {
            if (held.release(pod.uid())) {
                wakeWaiting();
            }
        }

        private void wakeWaiting() {
            waiting.removeIf(uid -> workers.of(uid)
                    .filter(worker -> worker.grant().pending().isPresent())
                    .isEmpty());
            waiting.forEach(uid -> workers.of(uid).ifPresent(PodWorker::wake));
        }

        @Override
        public void retired(PodWorker worker) {
            workers.remove(worker);
            statics.retired(worker);
            released(worker.pod());
        }
    }

    /** UIDs of the pods that stay. */
    private Set<String> wanted() {
        Set<String> wanted = statics.uids();
        pods.list().forEach(pod -> wanted.add(pod.uid()));
        return wanted;
    }

    private Map<String, String> serviceLinks(Pod pod) {
        return ServiceLinks.of(pod, services.byNamespace(pod.namespace()), services.byNamespace("default"));
    }
}
