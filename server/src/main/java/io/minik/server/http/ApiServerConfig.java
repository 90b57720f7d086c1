package io.minik.server.http;

import io.minik.ground.tls.ClientAuthority;
import io.minik.server.admission.AdmissionPlugins;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.audit.AuditConfig;
import io.minik.server.kinds.PortRange;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Map;
import java.util.Optional;

/**
 * What the wiring decides about the API server.
 *
 * @param host address to listen on
 * @param port 0 lets the system choose: {@link ApiServer#port}
 * @param advertiseAddress IP that pods reach the server at, in the kubernetes Endpoints
 * @param advertiseAddress where the cluster finds this server; empty: somebody else tells of all servers
 * @param tls empty: plain HTTP, for tests
 * @param loops event loops that serve connections
 * @param serviceCidr {@code 10.43.0.0/16}
 * @param tolerations how long pods stay on not-ready and on unreachable nodes
 * @param admitting what admission is told
 * @param version as /version tells: {@code v1.36.4+minik}
 */
public record ApiServerConfig(
        String host,
        int port,
        String advertiseAddress,
        Optional<Serving> tls,
        int loops,
        String serviceCidr,
        PortRange nodePorts,
        DefaultTolerationSeconds.Periods tolerations,
        Admitting admitting,
        AuditConfig audit,
        Version version,
        Optional<KubeletTls> kubelets,
        Optional<Extensions> extensions) {

    /** @param clients who signs client certificates, if anybody does */
    public record Serving(KeyCertOptions identity, Optional<ClientAuthority> clients) {}

    /**
     * How API servers know this one that serve groups behind it.
     *
     * @param identity shown to them
     * @param published what they read of it in ConfigMap kube-system/extension-apiserver-authentication
     */
    public record Extensions(KeyCertOptions identity, Map<String, String> published) {}

    /**
     * @param podSecurity what holds for namespaces without labels, and who is exempt
     * @param plugins which steps of admission are asked besides or instead of the usual
     */
    public record Admitting(PodSecurityConfig podSecurity, AdmissionPlugins plugins) {
        public static final Admitting USUAL = new Admitting(PodSecurityConfig.NONE, AdmissionPlugins.DEFAULT);
    }

    /**
     * @param gitTreeState clean, dirty, or empty as gitCommit and buildDate are if the build knew of no git
     * @param platform {@code linux/amd64}
     */
    public record Version(String gitVersion, String gitCommit, String gitTreeState, String buildDate, String platform) {
        String major() {
            return gitVersion.replaceFirst("^v", "").split("\\.", 3)[0];
        }

        String minor() {
            return gitVersion.split("\\.", 3)[1];
        }
    }

    /**
     * How the server shows itself to kubelets, and whom it believes.
     *
     * @param roundabout whether pods are reached through their nodes' kubelets, since the server's own host is no node
     */
    public record KubeletTls(KeyCertOptions identity, PemTrustOptions trust, boolean roundabout) {}
}
