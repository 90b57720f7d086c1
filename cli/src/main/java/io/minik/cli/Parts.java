package io.minik.cli;

import io.minik.api.schema.Kinds;
import io.minik.server.controllers.Controllers;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.volumes.NodeVolumes;
import io.minik.server.helm.ChartController;
import io.minik.server.http.ApiServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What comes in the box and can be left out, by the names that k3s has for it where it has one. @param disabled as given */
record Parts(List<String> disabled) {
    static final String METRICS = "metrics-server";
    static final String SERVICE_LB = "servicelb";

    static final String LOCAL_STORAGE = "local-storage";

    static final String NETWORK_POLICY = "network-policy";

    static final String INGRESS = "ingress";

    static final String HELM_CONTROLLER = "helm-controller";

    static final String CONSOLE = "console";

    private static final List<String> ALL =
            List.of(METRICS, SERVICE_LB, LOCAL_STORAGE, NETWORK_POLICY, INGRESS, HELM_CONTROLLER, CONSOLE);

    /** What k3s calls otherwise: its ingress is Traefik's. */
    private static final Map<String, String> OF_K3S = Map.of("traefik", INGRESS);

    boolean has(String part) {
        return disabled.stream()
                .noneMatch(name -> OF_K3S.getOrDefault(name, name).equals(part));
    }

    /** @throws StartFailure naming what is no part */
    void check(Flag flag) {
        disabled.stream()
                .filter(text -> !ALL.contains(OF_K3S.getOrDefault(text, text)))
                .forEach(text -> {
                    throw flag.wrong(text, "is nothing that could be left out: that is " + String.join(", ", ALL));
                });
    }

    /** @param server asks the nodes for their directories */
    Controllers.Box box(int serverPort, ApiServer server) {
        return new Controllers.Box(
                has(SERVICE_LB),
                serverPort,
                has(LOCAL_STORAGE) ? Optional.of(new Directories(server)) : Optional.empty(),
                has(NETWORK_POLICY),
                has(INGRESS));
    }

    /** @param context of a client that is allowed whatever a chart may bring */
    ChartController charts(Vertx vertx, ControllerContext context, Kinds kinds, Path dataDir) {
        return new ChartController(
                vertx,
                context,
                kinds,
                new ChartController.Config(
                        dataDir.resolve("server/static"), Build.THIS.gitVersion(), has(HELM_CONTROLLER)));
    }

    private record Directories(ApiServer server) implements NodeVolumes {
        @Override
        public Future<String> make(String node, String name) {
            return server.askKubelet(node, "PUT", "/localVolumes/" + name).map(Buffer::toString);
        }

        @Override
        public Future<Void> remove(String node, String name) {
            return server.askKubelet(node, "DELETE", "/localVolumes/" + name).mapEmpty();
        }
    }
}
