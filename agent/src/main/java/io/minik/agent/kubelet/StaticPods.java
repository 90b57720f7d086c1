package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.volume.FileWork;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pods that this node runs by files or by a URL, whether there is an API or not, and their mirrors, which show them there. Owned by the agent's
 * loop.
 *
 * <pre>
 *   file --> worker (UID = digest of node, path and text) --> status --> mirror (created here, UID of the API's)
 *   file changed: the old worker ends; the new one begins once that is gone, for both have one name
 *   mirror deleted by somebody: made anew. Mirror of nobody: deleted
 * </pre>
 */
final class StaticPods {
    private static final Logger log = LoggerFactory.getLogger(StaticPods.class);

    private static final Duration RETRY = Duration.ofSeconds(10);

    /** @param node as the API has it; its UID is a mirror's owner's */
    record Parts(
            Loop loop,
            FileWork files,
            ApiClient api,
            StaticFolder folder,
            StaticPage page,
            Supplier<Optional<KubeObject>> node) {}

    private final Parts parts;
    private final Loop loop;
    private final Consumer<Pod> arrive;
    private final Workers all;

    private Map<String, KubeObject> ofFolder = Map.of();
    private Map<String, KubeObject> ofPage = Map.of();
    private Loop.Timer next = () -> {};
    /** By UID, of those that were started here and are not retired. */
    private final Set<String> begun = new HashSet<>();

    private final Map<ObjectKey, KubeObject> mirrors = new HashMap<>();
    private final Set<ObjectKey> asking = new HashSet<>();
    private boolean running;

    /** @param arrive runs a pod; @param all workers, others' too: read only */
    StaticPods(Parts parts, Consumer<Pod> arrive, Workers all) {
        this.parts = parts;
        this.loop = parts.loop();
        this.arrive = arrive;
        this.all = all;
    }

    /** The first look: what is wanted is known before anything that runs is taken for a leftover. */
    Future<Void> read() {
        return parts.page().remembered(loop.now()).compose(found -> {
            ofPage = found;
            return readFolder();
        });
    }

    private Future<Void> readFolder() {
        return parts.files().call(() -> parts.folder().look(loop.now())).map(found -> {
            ofFolder = found;
            return null;
        });
    }

    private List<KubeObject> wanted() {
        return Stream.concat(ofFolder.values().stream(), ofPage.values().stream())
                .toList();
    }

    /** UIDs of the pods that are wanted. */
    Set<String> uids() {
        Set<String> uids = new HashSet<>();
        wanted().forEach(pod -> uids.add(pod.uid()));
        return uids;
    }

    void begin() {
        running = true;
        reconcile();
        // Also those that an earlier minik left, of pods that are wanted no more.
        Set.copyOf(mirrors.keySet()).forEach(this::mirror);
        lookAtPage();
    }

    void stop() {
        running = false;
        next.cancel();
    }

    private void lookAtPage() {
        if (!running || parts.page().every().isEmpty()) {
            return;
        }
        parts.page()
                .look(loop.now())
                .onComplete(done -> loop.run(() -> {
                    if (running) {
                        ofPage = done.succeeded() ? done.result() : ofPage;
                        reconcile();
                        next = loop.after(parts.page().every().orElseThrow(), this::lookAtPage);
                    }
                }));
    }

    /** The folder may have changed. */
    void look() {
        readFolder()
                .onComplete(done -> loop.run(() -> {
                    if (!running) {
                        return;
                    }
                    if (done.failed()) {
                        log.atWarn()
                                .addKeyValue("err", String.valueOf(done.cause().getMessage()))
                                .log("static pods stay as they are: their folder can't be read");
                        loop.after(RETRY, this::look);
                    }
                    reconcile();
                }));
    }

    private void reconcile() {
        Set<String> uids = uids();
        for (String uid : Set.copyOf(begun)) {
            Optional<PodWorker> unwanted = all.of(uid).filter(PodWorker::known).filter(worker -> !uids.contains(uid));
            unwanted.ifPresent(worker -> {
                log.atInfo().addKeyValue("pod", worker.pod().key()).log("static pod is wanted no more");
                worker.gone();
            });
        }
        for (KubeObject pod : wanted()) {
            boolean taken = begun.contains(pod.uid()) || worker(pod.key()).isPresent();
            if (!taken) {
                begun.add(pod.uid());
                arrive.accept(Pod.of(pod));
                mirror(pod.key());
            }
        }
    }

    /** Also one that ends. */
    private Optional<PodWorker> worker(ObjectKey key) {
        return all.of(key).filter(worker -> begun.contains(worker.pod().uid())).findFirst();
    }

    /** The last trace of a pod is gone. */
    void retired(PodWorker worker) {
        if (begun.remove(worker.pod().uid()) && running) {
            reconcile();
            mirror(worker.pod().key());
        }
    }

    // ---- mirrors

    /** What the API tells of this node's pods comes here first. @return whether it is a mirror, and none of the API's own pods */
    boolean told(Optional<KubeObject> before, Optional<KubeObject> now) {
        KubeObject pod = now.or(() -> before).orElseThrow();
        if (!StaticManifest.isMirror(pod)) {
            return false;
        }
        if (now.isPresent()) {
            mirrors.put(pod.key(), pod);
        } else {
            mirrors.remove(pod.key());
        }
        mirror(pod.key());
        return true;
    }

    private void mirror(ObjectKey key) {
        Optional<PodWorker> worker = worker(key);
        Optional<KubeObject> mirror = Optional.ofNullable(mirrors.get(key));
        if (!running
                || asking.contains(key)
                || worker.filter(each -> !each.known()).isPresent()) {
            return;
        }
        if (worker.isEmpty()) {
            mirror.ifPresent(of -> delete(of));
            return;
        }
        Pod pod = worker.get().pod();
        if (mirror.isEmpty()) {
            worker.get().writer().seen(pod);
            create(pod);
        } else if (Pod.of(mirror.get()).deleting()
                || !pod.uid().equals(mirror.get().annotations().get(StaticManifest.MIRROR))) {
            delete(mirror.get());
        } else {
            worker.get().writer().seen(Pod.of(mirror.get()));
            worker.get().wake();
        }
    }

    private void create(Pod pod) {
        Optional<KubeObject> node = parts.node().get();
        if (node.isEmpty()) {
            loop.after(RETRY, () -> mirror(pod.key()));
            return;
        }
        KubeObject mirror = pod.object().edit(tree -> {
            ObjectNode metadata = Json.child(tree, "metadata");
            metadata.remove("uid");
            Json.child(metadata, "annotations").put(StaticManifest.MIRROR, pod.uid());
            metadata.putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", "v1")
                    .put("kind", "Node")
                    .put("name", node.get().name())
                    .put("uid", node.get().uid())
                    .put("controller", true);
        });
        ask(
                pod.key(),
                "made",
                parts.api().create(Resources.PODS, mirror).onSuccess(made -> mirrors.putIfAbsent(pod.key(), made)));
    }

    private void delete(KubeObject mirror) {
        ask(
                mirror.key(),
                "deleted",
                parts.api()
                        .delete(
                                Resources.PODS,
                                mirror.key(),
                                DeleteOptions.onlyIf(mirror.uid()).grace(0))
                        .onSuccess(gone -> forget(mirror)));
    }

    /** The informer may tell it later, or have told of the next one already. */
    private void forget(KubeObject mirror) {
        KubeObject known = mirrors.get(mirror.key());
        if (known != null && known.uid().equals(mirror.uid())) {
            mirrors.remove(mirror.key());
        }
    }

    /** One question at a time for each name; if it fails, it is asked again later. */
    private void ask(ObjectKey key, String what, Future<KubeObject> asked) {
        asking.add(key);
        asked.onComplete(done -> loop.run(() -> {
            asking.remove(key);
            if (done.failed()) {
                log.atWarn()
                        .addKeyValue("pod", key)
                        .addKeyValue("err", String.valueOf(done.cause().getMessage()))
                        .log("a static pod's mirror could not be " + what);
                loop.after(RETRY, () -> mirror(key));
            } else {
                mirror(key);
            }
        }));
    }
}
