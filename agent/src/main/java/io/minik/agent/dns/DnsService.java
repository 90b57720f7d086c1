package io.minik.agent.dns;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the Service {@code kube-system/kube-dns}, which reserves the cluster DNS address and shows it to people and
 * tools. It has no selector and no endpoints: each node answers for itself. Tells the author of {@code coredns-custom} what
 * no node understands. Runs beside the API server, with its rights.
 */
public final class DnsService implements Room {
    private static final Logger LOG = LoggerFactory.getLogger(DnsService.class);

    private static final ObjectKey KEY = ObjectKey.of("kube-system", "kube-dns");
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final Loop loop;
    private final ApiClient client;
    private final EventRecorder events;
    private final Informer custom;
    private final String clusterIp;
    private Duration retry = FIRST_RETRY;
    private boolean stopped;

    private volatile Health health = Health.notReady("kube-dns not made yet");

    /** @param clusterIp the tenth address of the service CIDR by default: 10.43.0.10 */
    public DnsService(Loop loop, ApiClient client, Informers informers, String clusterIp) {
        this.loop = loop;
        this.client = client;
        this.events = new EventRecorder(loop, client, "minik-dns", "");
        this.custom = informers.of(
                Resources.CONFIG_MAPS,
                DnsServer.CUSTOM.namespace(),
                ListOptions.fields("metadata.name=" + DnsServer.CUSTOM.name()),
                false);
        this.clusterIp = clusterIp;
    }

    @Override
    public String name() {
        return "dns-service";
    }

    /** Returns at once: the Service is made as soon as the API server and the namespace are there. */
    @Override
    public Future<Void> start() {
        loop.run(() -> {
            custom.onChange((before, now) -> now.ifPresent(this::tell));
            custom.start();
            ensure();
        });
        return Future.succeededFuture();
    }

    private void tell(KubeObject written) {
        List<String> problems = DnsServer.rules(written).problems();
        if (!problems.isEmpty()) {
            events.warning(written, "UnsupportedDNSConfig", String.join("; ", problems));
        }
    }

    private void ensure() {
        if (stopped) {
            return;
        }
        client.get(Resources.SERVICES, KEY)
                .recover(why ->
                        isStatus(why, 404) ? client.create(Resources.SERVICES, wanted()) : Future.failedFuture(why))
                .onComplete(done -> loop.run(() -> ensured(done.cause())));
    }

    private void ensured(@org.jspecify.annotations.Nullable Throwable failure) {
        // Another server was faster: as good as made.
        if (failure == null || isStatus(failure, 409)) {
            health = Health.READY;
            return;
        }
        health = Health.notReady("kube-dns could not be made: " + failure.getMessage());
        LOG.atDebug().addKeyValue("err", failure.getMessage()).log("kube-dns not made yet");
        loop.after(retry, this::ensure);
        Duration next = retry.multipliedBy(2);
        retry = next.compareTo(LAST_RETRY) < 0 ? next : LAST_RETRY;
    }

    private static boolean isStatus(Throwable why, int code) {
        return why instanceof ApiException api && api.status().code() == code;
    }

    private KubeObject wanted() {
        return KubeObject.named("v1", "Service", KEY, tree -> {
            ObjectNode labels = Json.child(tree, "metadata").putObject("labels");
            // The names that tools look for.
            labels.put("k8s-app", "kube-dns").put("kubernetes.io/cluster-service", "true");
            labels.put("kubernetes.io/name", "CoreDNS");
            ObjectNode spec = tree.putObject("spec");
            spec.put("type", "ClusterIP").put("clusterIP", clusterIp);
            spec.putArray("clusterIPs").add(clusterIp);
            port(spec, "dns", "UDP");
            port(spec, "dns-tcp", "TCP");
        });
    }

    private static void port(ObjectNode spec, String name, String protocol) {
        spec.withArray("ports")
                .addObject()
                .put("name", name)
                .put("protocol", protocol)
                .put("port", 53)
                .put("targetPort", 53);
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> {
            stopped = true;
            done.complete();
        });
        return done.future();
    }

    @Override
    public Health health() {
        return health;
    }
}
