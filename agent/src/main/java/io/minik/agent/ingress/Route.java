package io.minik.agent.ingress;

import io.minik.api.object.ObjectKey;
import java.util.Optional;

/**
 * Where requests of a path go.
 *
 * @param ingress who says so
 * @param path as the Ingress has it
 * @param tls the Ingress names a certificate for the host
 * @param pattern if the path is a regular expression
 * @param moved all of this host is to be found at that one
 */
record Route(
        ObjectKey ingress,
        String path,
        boolean tls,
        Optional<PathPattern> pattern,
        Optional<String> moved,
        RouteOptions options,
        ServiceBackend backend) {
    Route at(String normalPath) {
        return new Route(ingress, normalPath, tls, pattern, moved, options, backend);
    }

    Route matching(PathPattern expression) {
        return new Route(ingress, path, tls, Optional.of(expression), moved, options, backend);
    }

    Route movedTo(String host) {
        return new Route(ingress, "/", tls, Optional.empty(), Optional.of(host), options, backend);
    }
}
