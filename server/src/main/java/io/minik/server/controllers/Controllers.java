package io.minik.server.controllers;

import io.minik.api.meta.Resource;
import io.minik.api.room.Room;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** All controllers, in the order they are started; each is a room. They share one loop and one set of informers. */
public final class Controllers {
    /**
     * @param rootCaPem what pods trust the API server by
     * @param clusterCidr the pods' addresses
     * @param nodePrefix how long a node's piece of them is
     * @param namespaced all namespaced resources as of now, those of CRDs too: a namespace's end deletes them
     */
    public record Config(
            String rootCaPem,
            String clusterCidr,
            int nodePrefix,
            Supplier<? extends Collection<Resource>> namespaced) {}

    private Controllers() {}

    public static List<Room> all(ControllerContext context, Config config) {
        return List.of(
                new NamespaceController(context, config.namespaced()),
                new ServiceAccountController(context),
                new RootCaPublisher(context, config.rootCaPem()),
                new NodeIpamController(context, config.clusterCidr(), config.nodePrefix()),
                ReplicaSetController.replicaSets(context),
                ReplicaSetController.replicationControllers(context),
                new DeploymentController(context));
    }
}
