package io.minik.server.authz;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The Secrets whose certificates Ingresses of minik's classes name: all nodes show them, so all may read them, and no others.
 * Written by one loop, read by any.
 */
final class IngressReferences {
    private static final String CONTROLLER = "minik.io/ingress";
    private static final String OLD_CLASS = "kubernetes.io/ingress.class";

    /** What one Ingress names. */
    private record Named(String className, Set<String> secrets) {}

    private final Map<String, Map<ObjectKey, Named>> byNamespace = new ConcurrentHashMap<>();
    private final Set<String> classes = ConcurrentHashMap.newKeySet();

    void ingress(Optional<KubeObject> before, Optional<KubeObject> now) {
        before.or(() -> now)
                .map(KubeObject::namespace)
                .ifPresent(namespace -> byNamespace.compute(namespace, (name, all) -> {
                    Map<ObjectKey, Named> present = all == null ? new ConcurrentHashMap<>() : all;
                    before.ifPresent(each -> present.remove(each.key()));
                    now.ifPresent(each -> {
                        Named named = named(each);
                        if (!named.secrets().isEmpty()) {
                            present.put(each.key(), named);
                        }
                    });
                    return present.isEmpty() ? null : present;
                }));
    }

    private static Named named(KubeObject ingress) {
        String name = ingress.text("spec", "ingressClassName");
        return new Named(
                name.isEmpty() ? ingress.annotations().getOrDefault(OLD_CLASS, "") : name,
                Json.items(ingress.tree(), "spec", "tls").stream()
                        .map(each -> Json.text(each, "secretName"))
                        .filter(each -> !each.isEmpty())
                        .collect(Collectors.toUnmodifiableSet()));
    }

    void ingressClass(Optional<KubeObject> before, Optional<KubeObject> now) {
        before.ifPresent(each -> classes.remove(each.name()));
        now.filter(each -> each.text("spec", "controller").equals(CONTROLLER))
                .ifPresent(each -> classes.add(each.name()));
    }

    boolean names(String namespace, String secret) {
        return byNamespace.getOrDefault(namespace, Map.of()).values().stream()
                .anyMatch(each -> each.secrets().contains(secret) && classes.contains(each.className()));
    }
}
