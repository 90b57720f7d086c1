package io.minik.server.aggregation;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.discovery.Priorities;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * A group version that another API server serves: the spec of an APIService that names a Service.
 *
 * @param caBundle PEM of who signs its serving certificate; empty: the system's authorities
 * @param insecure whether anybody is believed to be that server
 */
public record Extension(
        String group,
        String version,
        Priorities priorities,
        String namespace,
        String service,
        int port,
        String caBundle,
        boolean insecure) {
    private static final int HTTPS = 443;

    /** Of an APIService that was validated; empty if it is about what this server serves. */
    static Optional<Extension> of(KubeObject apiService) {
        var spec = apiService.at("spec");
        var service = spec.path("service");
        if (!service.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Extension(
                Json.text(spec, "group"),
                Json.text(spec, "version"),
                new Priorities(Json.intOr(0, spec, "groupPriorityMinimum"), Json.intOr(0, spec, "versionPriority")),
                Json.text(service, "namespace"),
                Json.text(service, "name"),
                Json.intOr(HTTPS, service, "port"),
                new String(Base64.getMimeDecoder().decode(Json.text(spec, "caBundle")), StandardCharsets.UTF_8),
                Json.bool(spec, "insecureSkipTLSVerify")));
    }

    String groupVersion() {
        return group + "/" + version;
    }

    /** Under which it lists its resources. */
    String path() {
        return "/apis/" + groupVersion();
    }

    /** The name that its certificate must have. */
    String serverName() {
        return service + "." + namespace + ".svc";
    }
}
