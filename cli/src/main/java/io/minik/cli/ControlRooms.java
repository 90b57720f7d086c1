package io.minik.cli;

import io.minik.agent.dns.DnsService;
import io.minik.api.schema.Kinds;
import io.minik.ground.room.Room;
import io.minik.server.authz.RoleAggregation;
import io.minik.server.controllers.Controllers;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.ApiServer;
import io.minik.server.pki.Pki;
import io.minik.server.policy.PolicyTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The rooms on the controllers' loop that need nothing but the API, in start order. */
record ControlRooms(ControllerContext controllers, ApiServer apiServer, Pki pki, ServerOptions options) {
    List<Room> all(Kinds kinds, String nodeName) {
        List<Room> all = new ArrayList<>(List.of(new InformersRoom("controller-informers", controllers.informers())));
        all.addAll(Controllers.all(
                controllers,
                new Controllers.Config(
                        pki.serverCa().pem(),
                        options.clusterCidr,
                        ControlPlane.NODE_PREFIX,
                        new ServedResources(kinds, apiServer.aggregation()),
                        Duration.ofSeconds(options.nodeMonitorPeriodSeconds),
                        Duration.ofSeconds(options.nodeMonitorGraceSeconds),
                        nodeName,
                        options.parts().box(options.httpsListenPort, apiServer))));
        all.add(new PolicyTypes(controllers, kinds));
        all.add(apiServer.flows().follow(controllers));
        all.add(new RoleAggregation(controllers.loop(), controllers.informers(), controllers.client()));
        all.add(new DnsService(controllers.loop(), controllers.client(), controllers.informers(), options.clusterDns));
        return all;
    }
}
