package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.room.Room;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** v1 ComponentStatus: the three names that kubectl get cs has always shown, as the rooms behind them feel. */
final class ComponentStatuses {
    private final Supplier<List<Room>> rooms;

    ComponentStatuses(Supplier<List<Room>> rooms) {
        this.rooms = rooms;
    }

    List<KubeObject> all() {
        return List.of(
                status("controller-manager", name -> name.endsWith("controller") || name.endsWith("collector")),
                status("etcd-0", name -> name.equals("store") || name.equals("watchcache")),
                status("scheduler", name -> name.equals("scheduler")));
    }

    private KubeObject status(String component, Predicate<String> part) {
        List<String> troubles = rooms.get().stream()
                .filter(room -> part.test(room.name()) && !room.health().ready())
                .map(room -> room.name() + ": " + room.health().message())
                .toList();
        return KubeObject.named("v1", "ComponentStatus", ObjectKey.cluster(component), tree -> {
            ObjectNode condition = tree.putArray("conditions").addObject().put("type", "Healthy");
            if (troubles.isEmpty()) {
                condition.put("status", "True").put("message", "ok");
            } else {
                condition.put("status", "False").put("error", String.join("; ", troubles));
            }
        });
    }
}
