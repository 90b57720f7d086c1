package io.minik.cli;

import io.minik.api.client.ApiClient;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Uuids;
import io.minik.ground.room.Room;
import io.minik.server.leader.LeaderElection;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;

/**
 * What one server of a cluster runs: by election where several share an etcd, always where there is one.
 *
 * @param identity alike for no two processes
 */
record Leadership(boolean elected, String identity) {
    static Leadership of(Datastore datastore, String nodeName) {
        return new Leadership(datastore.isElsewhere(), nodeName + "_" + Uuids.next(new SecureRandom()));
    }

    /** @param led makes rooms anew each time that this server begins to lead */
    List<Room> rooms(Loop loop, ApiClient api, String lease, Supplier<List<Room>> led) {
        return elected ? List.of(new LeaderElection(loop, api, lease, identity, led)) : led.get();
    }
}
