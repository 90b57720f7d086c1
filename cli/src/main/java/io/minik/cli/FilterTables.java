package io.minik.cli;

import io.minik.agent.pki.NodeIdentity;
import io.minik.agent.policy.PolicyRoom;
import io.minik.agent.proxy.Proxy;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informers;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.runtime.nft.Nft;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** Who has a table in the packet filter, beside the pod network. */
record FilterTables(Proxy proxy, PolicyRoom policy) {
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (proxy.health().ready()) {
            names.add(Proxy.Settings.TABLE);
        }
        if (policy.isThere()) {
            names.add(PolicyRoom.TABLE);
        }
        return names;
    }

    void renew() {
        proxy.renew();
        policy.renew();
    }

    static PolicyRoom policy(Vertx vertx, Loop loop, Informers informers, EventRecorder events, NodeIdentity identity) {
        return new PolicyRoom(
                vertx,
                loop,
                informers,
                events,
                new PolicyRoom.Settings(
                        identity.nodeName(),
                        new Parts(identity.cluster().disabled()).has(Parts.NETWORK_POLICY),
                        Nft.ofHost(),
                        Address.find(identity.cluster().clusterDns())));
    }
}
