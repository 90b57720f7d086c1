package io.minik.server.controllers;

import io.minik.api.meta.Resource;
import io.minik.ground.room.Room;
import io.minik.server.controllers.accounts.RootCaPublisher;
import io.minik.server.controllers.accounts.ServiceAccountController;
import io.minik.server.controllers.accounts.TokenCleaner;
import io.minik.server.controllers.autoscaling.HorizontalController;
import io.minik.server.controllers.balancing.IngressStatus;
import io.minik.server.controllers.balancing.ServiceBalancer;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.endpoints.EndpointSliceController;
import io.minik.server.controllers.endpoints.EndpointSliceMirroring;
import io.minik.server.controllers.endpoints.EndpointsController;
import io.minik.server.controllers.endpoints.ServiceCidrController;
import io.minik.server.controllers.garbage.GarbageCollector;
import io.minik.server.controllers.garbage.NamespaceController;
import io.minik.server.controllers.jobs.CronJobController;
import io.minik.server.controllers.jobs.JobController;
import io.minik.server.controllers.jobs.TtlController;
import io.minik.server.controllers.nodes.NodeIpamController;
import io.minik.server.controllers.nodes.NodeLifecycleController;
import io.minik.server.controllers.nodes.PodGcController;
import io.minik.server.controllers.nodes.PolicyReaders;
import io.minik.server.controllers.nodes.ServerRole;
import io.minik.server.controllers.nodes.TaintEvictionController;
import io.minik.server.controllers.volumes.EphemeralVolumes;
import io.minik.server.controllers.volumes.LocalProvisioner;
import io.minik.server.controllers.volumes.LocalStorageClass;
import io.minik.server.controllers.volumes.NodeVolumes;
import io.minik.server.controllers.volumes.StorageProtection;
import io.minik.server.controllers.volumes.VolumeBinder;
import io.minik.server.controllers.workloads.DaemonSetController;
import io.minik.server.controllers.workloads.DeploymentController;
import io.minik.server.controllers.workloads.DisruptionController;
import io.minik.server.controllers.workloads.ReplicaSetController;
import io.minik.server.controllers.workloads.StatefulSetController;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All controllers, in the order they are started; each is a room. They share one loop and one set of informers. */
public final class Controllers {
    /**
     * @param rootCaPem what pods trust the API server by
     * @param clusterCidr the pods' addresses
     * @param nodePrefix how long a node's piece of them is
     * @param nodeMonitorPeriod and nodeMonitorGrace: how often silence is looked for, and how long a node may be silent
     * @param serverNode the node of this server's machine, if it has one
     * @param served a namespace's end and the garbage collector look through them
     * @param box what comes in the box, and can be left out
     */
    public record Config(
            String rootCaPem,
            String clusterCidr,
            int nodePrefix,
            Served served,
            Duration nodeMonitorPeriod,
            Duration nodeMonitorGrace,
            String serverNode,
            Box box) {}

    /**
     * @param serverPort of the API server, on its node
     * @param localStorage empty: without
     * @param networkPolicy nodes enforce policies
     * @param ingress nodes serve Ingresses
     */
    public record Box(
            boolean serviceLb,
            int serverPort,
            Optional<NodeVolumes> localStorage,
            boolean networkPolicy,
            boolean ingress) {}

    /** All resources that can be listed, watched and deleted, those too that come and go. */
    public interface Served {
        List<Resource> now();

        /** Group versions of which nobody knows at the moment what is in them, each with why. */
        default List<String> undiscovered() {
            return List.of();
        }

        /** @param changed called on any thread, after {@link #now} has changed */
        void onChange(Runnable changed);
    }

    private Controllers() {}

    /** Of several servers each has these. @param serverNode the node of its machine, if it has one */
    public static List<Room> ofEachServer(ControllerContext context, String serverNode) {
        return List.of(new ServerRole(context, serverNode));
    }

    public static List<Room> all(ControllerContext context, Config config) {
        List<Room> all = new ArrayList<>(box(context, config));
        all.addAll(List.of(
                new NamespaceController(
                        context,
                        () -> config.served().now().stream()
                                .filter(Resource::namespaced)
                                .toList(),
                        config.served()::undiscovered),
                new ServiceAccountController(context),
                new TokenCleaner(context),
                new RootCaPublisher(context, config.rootCaPem()),
                new NodeIpamController(context, config.clusterCidr(), config.nodePrefix()),
                ReplicaSetController.replicaSets(context),
                ReplicaSetController.replicationControllers(context),
                new DeploymentController(context),
                new DaemonSetController(context),
                new StatefulSetController(context),
                new JobController(context),
                new CronJobController(context, ZoneId.systemDefault()),
                new TtlController(context),
                new DisruptionController(context),
                new HorizontalController(context, config.served()::now),
                new VolumeBinder(context),
                new EphemeralVolumes(context),
                new StorageProtection(context),
                new EndpointsController(context),
                new EndpointSliceController(context),
                new EndpointSliceMirroring(context),
                new ServiceCidrController(context),
                new NodeLifecycleController(
                        context,
                        new NodeLifecycleController.Config(config.nodeMonitorPeriod(), config.nodeMonitorGrace())),
                new TaintEvictionController(context),
                new PodGcController(context, PodGcController.MOST_ENDED),
                garbage(context, config.served())));
        return all;
    }

    private static List<Room> box(ControllerContext context, Config config) {
        List<Room> rooms = new ArrayList<>();
        Box box = config.box();
        rooms.add(new ServiceBalancer(
                context, new ServiceBalancer.Config(box.serviceLb(), config.serverNode(), box.serverPort())));
        rooms.add(new PolicyReaders(context, box.networkPolicy()));
        rooms.add(IngressStatus.boxedClass(context, box.ingress()));
        rooms.add(new IngressStatus(context, box.ingress()));
        rooms.add(LocalStorageClass.of(context, box.localStorage().isPresent()));
        box.localStorage().ifPresent(directories -> rooms.add(new LocalProvisioner(context, directories)));
        return rooms;
    }

    private static GarbageCollector garbage(ControllerContext context, Served served) {
        GarbageCollector collector = new GarbageCollector(context, withoutEvents(served.now()));
        served.onChange(() -> collector.watch(withoutEvents(served.now())));
        return collector;
    }

    /** Events belong to nobody, and there are many. */
    private static List<Resource> withoutEvents(List<Resource> resources) {
        return resources.stream()
                .filter(resource -> !resource.plural().equals("events"))
                .toList();
    }
}
