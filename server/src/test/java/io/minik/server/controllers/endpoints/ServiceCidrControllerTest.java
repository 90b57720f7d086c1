package io.minik.server.controllers.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceCidrControllerTest {
    private static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";

    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new ServiceCidrController(cluster.context));
    }

    private void range(String name, String... cidrs) {
        cluster.put(Resources.SERVICE_CIDRS, name, tree -> {
            var list = Json.child(tree, "spec").putArray("cidrs");
            List.of(cidrs).forEach(list::add);
        });
        cluster.loop.settle();
    }

    /** As a Service and its guard come and go in one transaction. */
    private void service(String name, String ip) {
        cluster.put(Resources.IP_ADDRESSES, ip, tree -> Json.child(Json.child(tree, "spec"), "parentRef")
                .put("resource", "services")
                .put("namespace", Cluster.NAMESPACE)
                .put("name", name));
        cluster.put(Resources.SERVICES, name, tree -> {
            var spec = Json.child(tree, "spec").put("clusterIP", ip);
            spec.putArray("clusterIPs").add(ip);
            spec.putArray("ports").addObject().put("port", 80);
        });
        cluster.loop.settle();
    }

    private void remove(String service, String ip) {
        cluster.api.remove(Resources.IP_ADDRESSES, ObjectKey.cluster(ip));
        cluster.api.remove(Resources.SERVICES, ObjectKey.of(Cluster.NAMESPACE, service));
        cluster.loop.settle();
    }

    private void delete(String range) {
        cluster.context
                .client()
                .delete(Resources.SERVICE_CIDRS, ObjectKey.cluster(range), DeleteOptions.DEFAULT)
                .onFailure(error -> {
                    throw new AssertionError(error);
                });
        cluster.loop.settle();
    }

    private JsonNode ready(String name) {
        return cluster.get(Resources.SERVICE_CIDRS, name)
                .at("status", "conditions")
                .path(0);
    }

    private Optional<KubeObject> find(String name) {
        return cluster.api.all(Resources.SERVICE_CIDRS).stream()
                .filter(object -> object.name().equals(name))
                .findAny();
    }

    @Test
    void aRangeIsReadyAndGuardedFromTheStart() {
        range("more", "10.50.0.0/24");
        assertThat(cluster.get(Resources.SERVICE_CIDRS, "more").meta().finalizers())
                .containsExactly(FINALIZER);
        assertThat(Json.text(ready("more"), "type")).isEqualTo("Ready");
        assertThat(Json.text(ready("more"), "status")).isEqualTo("True");
        assertThat(Json.text(ready("more"), "message")).isEqualTo("Kubernetes Service CIDR is ready");
    }

    @Test
    void whatIsSaidOnceIsNotWrittenAgain() {
        range("more", "10.50.0.0/24");
        String before = cluster.get(Resources.SERVICE_CIDRS, "more").meta().resourceVersion();
        cluster.edit(Resources.SERVICE_CIDRS, "more", tree -> Json.child(Json.child(tree, "metadata"), "labels")
                .put("touched", "yes"));
        String touched = cluster.get(Resources.SERVICE_CIDRS, "more").meta().resourceVersion();
        cluster.loop.advance(Duration.ofMinutes(5));
        assertThat(cluster.get(Resources.SERVICE_CIDRS, "more").meta().resourceVersion())
                .isEqualTo(touched)
                .isNotEqualTo(before);
    }

    @Test
    void anEmptyOneGoesAfterTheGraceInWhichARequestMayStillBeUnderWay() {
        range("more", "10.50.0.0/24");
        delete("more");
        cluster.loop.advance(Duration.ofSeconds(8));
        assertThat(find("more")).isPresent();
        cluster.loop.advance(Duration.ofSeconds(3));
        assertThat(find("more")).isEmpty();
    }

    @Test
    void oneWithAServiceStaysUntilTheServiceIsGone() {
        range("more", "10.50.0.0/24");
        service("web", "10.50.0.7");
        delete("more");
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(Json.text(ready("more"), "status")).isEqualTo("False");
        assertThat(Json.text(ready("more"), "reason")).isEqualTo("Terminating");
        assertThat(Json.text(ready("more"), "message"))
                .isEqualTo("There are still IPAddresses referencing the ServiceCIDR, please remove them or create a"
                        + " new ServiceCIDR");
        remove("web", "10.50.0.7");
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(find("more")).isEmpty();
    }

    @Test
    void anotherRangeThatHasTheAddressSetsItFree() {
        range("more", "10.50.0.0/24");
        service("web", "10.50.0.7");
        delete("more");
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(find("more")).isPresent();
        range("larger", "10.50.0.0/16");
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(find("more")).isEmpty();
        assertThat(find("larger")).isPresent();
    }

    @Test
    void aSmallerRangeThatHasJustTheAddressDoesAsWell() {
        range("more", "10.50.0.0/24");
        range("few", "10.50.0.0/28");
        service("web", "10.50.0.7");
        delete("more");
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(find("more")).isEmpty();
    }

    @Test
    void addressesOfOtherRangesHoldNothing() {
        range("more", "10.50.0.0/24");
        service("web", "10.43.0.7");
        delete("more");
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(find("more")).isEmpty();
    }

    @Test
    void whatOthersPutOnItStays() {
        cluster.put(Resources.SERVICE_CIDRS, "more", tree -> {
            Json.child(tree, "metadata").putArray("finalizers").add("example.com/mine");
            Json.child(tree, "spec").putArray("cidrs").add("10.50.0.0/24");
        });
        cluster.loop.settle();
        assertThat(cluster.get(Resources.SERVICE_CIDRS, "more").meta().finalizers())
                .containsExactly("example.com/mine", FINALIZER);
        delete("more");
        cluster.loop.advance(Duration.ofSeconds(11));
        assertThat(cluster.get(Resources.SERVICE_CIDRS, "more").meta().finalizers())
                .containsExactly("example.com/mine");
    }
}
