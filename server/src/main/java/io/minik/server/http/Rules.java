package io.minik.server.http;

import io.minik.api.object.KubeObject;
import io.minik.server.admission.Admission;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.DefaultIngressClass;
import io.minik.server.admission.DefaultStorageClass;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.admission.LimitRanger;
import io.minik.server.admission.NamespaceLifecycle;
import io.minik.server.admission.NodeRestriction;
import io.minik.server.admission.NotYet;
import io.minik.server.admission.PodSecurity;
import io.minik.server.admission.PodServiceAccount;
import io.minik.server.admission.Priority;
import io.minik.server.admission.ResourceQuotas;
import io.minik.server.admission.RuntimeClass;
import io.minik.server.admission.StorageObjectInUse;
import io.minik.server.registry.NameSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Admission's list, in execution order: what changes objects first, quotas last, on what the others left. */
final class Rules {
    private Rules() {}

    /** @param notYet takes an object and what minik does not do for it */
    static AdmissionChain chain(
            ApiServerConfig config,
            NameSource names,
            List<Admission> more,
            ResourceQuotas quotas,
            BiConsumer<KubeObject, String> notYet) {
        List<Admission> rules = new ArrayList<>(List.of(
                new NamespaceLifecycle(),
                new PodServiceAccount(names::tail),
                new NodeRestriction(),
                new DefaultTolerationSeconds(config.tolerations()),
                new Priority(),
                new RuntimeClass(),
                new DefaultStorageClass(),
                new DefaultIngressClass(),
                new StorageObjectInUse(),
                new LimitRanger(),
                new PodSecurity(config.podSecurity())));
        rules.addAll(more);
        rules.add(new NotYet(notYet));
        rules.add(quotas);
        return new AdmissionChain(rules);
    }
}
