package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Finalizers;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says which ServiceCIDRs Services get addresses from (the condition Ready), and keeps one that is being deleted for as
 * long as a Service has an address that no other ServiceCIDR has. Follows upstream's pkg/controller/servicecidrs.
 */
public final class ServiceCidrController implements Controller {
    private static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";
    private static final String READY = "Ready";

    /** A request that was taken in before the deletion may still give an address away. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ControllerContext context;
    private final Informer ranges;
    private final ReconcileLoop work;

    public ServiceCidrController(ControllerContext context) {
        this.context = context;
        this.ranges = context.informer(Resources.SERVICE_CIDRS);
        Informer services = context.informer(Resources.SERVICES);
        this.work =
                context.reconcile("service-cidr", this::reconcile).watch(ranges).needs(services);
        // What holds one back is another one that is not there, or a Service that is: both may change.
        ranges.onChange((before, now) -> leaving().forEach(work::add));
        services.onChange((before, now) -> {
            if (before.isPresent() && !addresses(before).equals(addresses(now))) {
                leaving().forEach(work::add);
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static List<String> addresses(Optional<KubeObject> service) {
        return service.map(found -> Json.stringList(found.tree(), "spec", "clusterIPs"))
                .orElse(List.of());
    }

    private Stream<ObjectKey> leaving() {
        return ranges.list().stream().filter(object -> object.meta().deleting()).map(KubeObject::key);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = ranges.get(key);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        KubeObject object = found.get();
        if (object.meta().deleting()) {
            return object.meta().finalizers().contains(FINALIZER) ? leave(object) : Outcomes.done();
        }
        // The finalizer first: its write is seen, and brings the object here again.
        return Outcomes.done(
                object.meta().finalizers().contains(FINALIZER)
                        ? ready(object, "True", "", "Kubernetes Service CIDR is ready")
                        : Finalizers.add(context.client(), Resources.SERVICE_CIDRS, object, FINALIZER));
    }

    private Future<Optional<Duration>> leave(KubeObject object) {
        return needed(object).compose(needed -> {
            if (needed) {
                return Outcomes.done(ready(
                        object,
                        "False",
                        "Terminating",
                        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new"
                                + " ServiceCIDR"));
            }
            Duration left = Duration.between(
                    context.loop().now(),
                    Outcomes.instant(object.meta().deletionTimestamp())
                            .map(since -> since.plus(GRACE))
                            .orElse(context.loop().now()));
            if (!left.isNegative() && !left.isZero()) {
                return Outcomes.again(left);
            }
            return Outcomes.done(Finalizers.remove(context.client(), Resources.SERVICE_CIDRS, object, FINALIZER));
        });
    }

    /** Asked uncached: an address that is given away can't be called back. */
    private Future<Boolean> needed(KubeObject object) {
        List<Cidr> others = ranges.list().stream()
                .filter(other -> !other.name().equals(object.name()))
                .map(ServiceCidrController::cidrs)
                .flatMap(Collection::stream)
                .toList();
        List<Cidr> own = cidrs(object).stream()
                .filter(cidr -> others.stream()
                        .noneMatch(other -> other.prefix() <= cidr.prefix() && other.contains(cidr.network())))
                .toList();
        if (own.isEmpty()) {
            return Future.succeededFuture(false);
        }
        return context.client()
                .list(Resources.IP_ADDRESSES, "", ListOptions.ALL)
                .map(addresses -> addresses.items().stream()
                        .map(KubeObject::name)
                        .map(Address::find)
                        .flatMap(Optional::stream)
                        .anyMatch(address -> own.stream().anyMatch(cidr -> cidr.contains(address))
                                && others.stream().noneMatch(cidr -> cidr.contains(address))));
    }

    private static List<Cidr> cidrs(KubeObject object) {
        return Json.stringList(object.tree(), "spec", "cidrs").stream()
                .map(Cidr::find)
                .flatMap(Optional::stream)
                .toList();
    }

    private Future<Void> ready(KubeObject object, String value, String reason, String message) {
        boolean said = Conditions.find(object.at("status"), READY)
                .map(condition -> Json.text(condition, "status").equals(value)
                        && Json.text(condition, "message").equals(message))
                .orElse(false);
        if (said) {
            return Future.succeededFuture();
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("resourceVersion", object.meta().resourceVersion());
        ObjectNode status = patch.putObject("status");
        Json.items(object.tree(), "status", "conditions").forEach(status.withArray("conditions")::add);
        Conditions.set(status, READY, value, reason, message, context.time());
        return Outcomes.ignoring(
                context.client().patch(Resources.SERVICE_CIDRS, object.key(), "status", PatchType.MERGE, patch),
                Reason.NotFound);
    }
}
