package io.minik.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IngressReferencesTest {
    private final IngressReferences references = new IngressReferences();

    private static KubeObject ingress(String namespace, String className, String secret) {
        return KubeObject.named("networking.k8s.io/v1", "Ingress", ObjectKey.of(namespace, "i"), tree -> {
            var spec = Json.child(tree, "spec").put("ingressClassName", className);
            spec.putArray("tls").addObject().put("secretName", secret);
        });
    }

    private static KubeObject ingressClass(String name, String controller) {
        return KubeObject.named(
                "networking.k8s.io/v1", "IngressClass", ObjectKey.cluster(name), tree -> Json.child(tree, "spec")
                        .put("controller", controller));
    }

    private void now(KubeObject ingress) {
        references.ingress(Optional.empty(), Optional.of(ingress));
    }

    @Test
    void namesWhatIngressesOfOurClassesName() {
        now(ingress("a", "minik", "cert"));
        assertThat(references.names("a", "cert"))
                .as("the class is not there yet")
                .isFalse();
        KubeObject ours = ingressClass("minik", "minik.io/ingress");
        references.ingressClass(Optional.empty(), Optional.of(ours));
        assertThat(references.names("a", "cert")).isTrue();
        assertThat(references.names("b", "cert")).as("of another namespace").isFalse();
        assertThat(references.names("a", "other")).isFalse();
        assertThat(references.names("a", "")).isFalse();
        references.ingressClass(Optional.of(ours), Optional.of(ingressClass("minik", "example.com/other")));
        assertThat(references.names("a", "cert"))
                .as("it is somebody else's class now")
                .isFalse();
    }

    @Test
    void forgetsWithTheIngress() {
        references.ingressClass(Optional.empty(), Optional.of(ingressClass("minik", "minik.io/ingress")));
        references.ingressClass(Optional.empty(), Optional.of(ingressClass("nginx", "k8s.io/ingress-nginx")));
        KubeObject before = ingress("a", "minik", "cert");
        now(before);
        references.ingress(Optional.of(before), Optional.of(ingress("a", "minik", "next")));
        assertThat(references.names("a", "cert")).isFalse();
        assertThat(references.names("a", "next")).isTrue();
        references.ingress(Optional.of(ingress("a", "minik", "next")), Optional.of(ingress("a", "nginx", "next")));
        assertThat(references.names("a", "next")).as("another controller's").isFalse();
        references.ingress(Optional.of(ingress("a", "nginx", "next")), Optional.empty());
        assertThat(references.names("a", "next")).isFalse();
    }
}
