package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.PodQos;
import io.minik.api.core.PodSpec;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Pods. Their binding and eviction are {@link PodBinding}'s and {@link PodEviction}'s. */
final class PodKind implements KindStrategy {
    private static final long DEFAULT_GRACE_SECONDS = 30;

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.COUNTS_GENERATIONS, Trait.RETURNED_WHEN_DELETED);
    }

    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.of(PlainKind.parsed("{\"phase\":\"Pending\"}"));
    }

    @Override
    public List<String> prepareCreate(ObjectNode tree) {
        return AppArmorFields.copy(tree);
    }

    @Override
    public void settle(ObjectNode tree) {
        Json.child(tree, "status")
                .put("qosClass", PodQos.of(PodSpec.of(tree.path("spec"))).name());
    }

    @Override
    public ObjectNode narrow(String subresource, ObjectNode next, KubeObject old) {
        return switch (subresource) {
            case "ephemeralcontainers" -> KindStrategy.only(next, old, "spec", "ephemeralContainers");
            case "resize" -> Resize.apply(next, KindStrategy.keeping(next, old));
            default -> KindStrategy.super.narrow(subresource, next, old);
        };
    }

    @Override
    public boolean writesStatus(String subresource) {
        return subresource.equals("binding");
    }

    @Override
    public List<String> keptByStatus() {
        return List.of("ownerReferences");
    }

    @Override
    public long graceSeconds(KubeObject pod, Optional<Long> asked) {
        String phase = pod.text("status", "phase");
        if (pod.text("spec", "nodeName").isEmpty() || phase.equals("Succeeded") || phase.equals("Failed")) {
            return 0;
        }
        long own = Json.longOr(DEFAULT_GRACE_SECONDS, pod.tree(), "spec", "terminationGracePeriodSeconds");
        long wanted = asked.orElse(own);
        // As upstream has it: less than nothing is a second, not at once.
        return wanted < 0 ? 1 : wanted;
    }

    @Override
    public List<String> selectableFields() {
        return List.of(
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork",
                "status.phase",
                "status.podIP",
                "status.nominatedNodeName");
    }

    /** Each node watches its own. */
    @Override
    public Optional<String> foundBy() {
        return Optional.of("spec.nodeName");
    }

    /** Absent and false read the same. */
    @Override
    public String absent(String field) {
        return field.equals("spec.hostNetwork") ? "false" : "";
    }
}
