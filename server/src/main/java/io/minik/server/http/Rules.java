package io.minik.server.http;

import io.minik.server.admission.Admission;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.AdmissionPlugins;
import io.minik.server.admission.AlwaysPullImages;
import io.minik.server.admission.DefaultIngressClass;
import io.minik.server.admission.DefaultStorageClass;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.admission.DenyServiceExternalIPs;
import io.minik.server.admission.ExtendedResourceToleration;
import io.minik.server.admission.LimitRanger;
import io.minik.server.admission.MutatingSteps;
import io.minik.server.admission.NamespaceLifecycle;
import io.minik.server.admission.NodeRestriction;
import io.minik.server.admission.PersistentVolumeClaimResize;
import io.minik.server.admission.PodSecurity;
import io.minik.server.admission.PodServiceAccount;
import io.minik.server.admission.Priority;
import io.minik.server.admission.RuntimeClass;
import io.minik.server.admission.StorageObjectInUse;
import io.minik.server.admission.TaintNodesByCondition;
import io.minik.server.kinds.ServiceAllocation;
import io.minik.server.policy.MutatingPolicies;
import io.minik.server.policy.ValidatingPolicies;
import io.minik.server.registry.NameSource;
import io.minik.server.registry.Present;
import io.minik.server.registry.Versions;
import io.minik.server.watchcache.WatchCaches;
import java.util.ArrayList;
import java.util.List;

/**
 * Admission's list, in execution order: what changes objects first, then what is given out on what the others left, quotas last
 * of all.
 */
final class Rules {
    private Rules() {}

    /** Those whom users configure alone: for what is not stored, in which what is built in has no say. */
    static AdmissionChain configured(ApiServerConfig config, ApiServer.Parts parts, Hooks hooks) {
        AdmissionPlugins plugins = config.admitting().plugins();
        Versions versions = hooks.versions();
        return new AdmissionChain(plugins.asked(List.of(
                new MutatingSteps(plugins.asked(
                        List.of(new MutatingPolicies(parts.kinds(), versions, parts.authorizer()), hooks.mutating()))),
                new ValidatingPolicies(parts.kinds(), versions, parts.authorizer()),
                hooks.validating())));
    }

    /** For what opens a way through. */
    static ConnectReview connecting(AdmissionChain configured, ApiServer.Parts parts, WatchCaches caches) {
        return new ConnectReview(configured, new Present(caches), parts.clock());
    }

    /** @param hooks asked after all that is built in; @param last of these, in their order */
    static AdmissionChain chain(
            ApiServerConfig config, ApiServer.Parts parts, NameSource names, Hooks hooks, List<Admission> last) {
        Versions versions = hooks.versions();
        AdmissionPlugins plugins = config.admitting().plugins();
        List<Admission> changing = new ArrayList<>(List.of(
                new NamespaceLifecycle(),
                new PodServiceAccount(names::tail),
                new NodeRestriction(),
                new TaintNodesByCondition(),
                new AlwaysPullImages(),
                new DefaultTolerationSeconds(config.tolerations()),
                new Priority(),
                new ExtendedResourceToleration(),
                new RuntimeClass(),
                new DefaultStorageClass(),
                new DefaultIngressClass(),
                new StorageObjectInUse(),
                new PersistentVolumeClaimResize(),
                new DenyServiceExternalIPs(),
                new LimitRanger(),
                new PodSecurity(config.admitting().podSecurity())));
        changing.addAll(parts.rules());
        changing.add(new MutatingPolicies(parts.kinds(), versions, parts.authorizer()));
        changing.add(hooks.mutating());
        List<Admission> rules = new ArrayList<>(List.of(
                new MutatingSteps(plugins.asked(changing)),
                new ServiceAllocation(config.serviceCidr(), config.nodePorts(), names, parts.random()),
                new ValidatingPolicies(parts.kinds(), versions, parts.authorizer()),
                hooks.validating()));
        rules.addAll(last);
        return new AdmissionChain(plugins.asked(rules));
    }
}
