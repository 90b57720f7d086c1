package io.minik.cli;

import io.minik.agent.dns.DnsService;
import io.minik.api.client.ApiClient;
import io.minik.api.schema.Kinds;
import io.minik.ground.room.Room;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.User;
import io.minik.server.authz.Rbac;
import io.minik.server.authz.RoleAggregation;
import io.minik.server.controllers.Controllers;
import io.minik.server.controllers.accounts.TokenController;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.deploy.ManifestDeployer;
import io.minik.server.http.ApiServer;
import io.minik.server.leader.ServerPresence;
import io.minik.server.pki.Pki;
import io.minik.server.policy.PolicyTypes;
import io.minik.server.reviews.CertificateSigner;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The rooms on the controllers' loop that need nothing but the API, in start order. */
record ControlRooms(
        Vertx vertx,
        ApiServer apiServer,
        Pki pki,
        ServerOptions options,
        Path dataDir,
        Kinds kinds,
        String nodeName,
        ServiceAccountTokens tokens,
        Rbac rbac,
        Leadership leadership) {
    /**
     * What each server does for itself.
     *
     * @param advertised where the cluster finds it
     */
    List<Room> ofEachServer(ControllerContext context, String advertised) {
        List<Room> all = new ArrayList<>(List.of(
                new InformersRoom("controller-informers", context.informers()),
                apiServer.flows().follow(context)));
        all.addAll(Controllers.ofEachServer(context, nodeName));
        if (leadership.elected()) {
            all.add(new ServerPresence(
                    context.loop(),
                    writing("kube-apiserver"),
                    new ServerPresence.Here(nodeName, leadership.identity(), advertised, apiServer::port)));
        }
        return all;
    }

    /**
     * What one server does for all.
     *
     * @param shared of the rooms that each server has: a leader has mirrors of its own, which end with it
     */
    List<Room> ofOneServer(ControllerContext shared) {
        ControllerContext context =
                leadership.elected() ? ControllerContext.of(shared.loop(), shared.client()) : shared;
        List<Room> all = new ArrayList<>();
        if (leadership.elected()) {
            all.add(new InformersRoom("leader-informers", context.informers()));
        }
        all.addAll(Controllers.all(
                context,
                new Controllers.Config(
                        pki.serverCa().pem(),
                        options.clusterCidr,
                        ControlPlane.NODE_PREFIX,
                        new ServedResources(kinds, apiServer.aggregation()),
                        Duration.ofSeconds(options.nodeMonitorPeriodSeconds),
                        Duration.ofSeconds(options.nodeMonitorGraceSeconds),
                        nodeName,
                        options.parts().box(options.httpsListenPort, apiServer))));
        all.add(new PolicyTypes(context, kinds));
        all.add(new RoleAggregation(context.loop(), context.informers(), context.client()));
        all.add(new DnsService(context.loop(), context.client(), context.informers(), options.clusterDns));
        all.add(new CertificateSigner(context.loop(), context.informers(), context.client(), pki, rbac.authorizer()));
        all.add(new TokenController(
                context.loop(),
                context.informers(),
                context.client(),
                tokens::issueLegacy,
                pki.serverCa().pem()));
        // As k3s' own: what these apply is known by their managers.
        all.add(new ManifestDeployer(vertx, with(context, "deploy"), kinds, dataDir.resolve("server/manifests")));
        all.add(options.parts().charts(vertx, with(context, "helm"), kinds, dataDir));
        return all;
    }

    private ControllerContext with(ControllerContext context, String manager) {
        return new ControllerContext(context.loop(), writing(manager), context.informers());
    }

    private ApiClient writing(String manager) {
        return new ApiClient(apiServer.transport(User.system("system:apiserver", User.MASTERS)), manager);
    }
}
