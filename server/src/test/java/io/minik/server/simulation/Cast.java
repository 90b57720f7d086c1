package io.minik.server.simulation;

import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import java.util.List;

/** Who runs in a server, besides the API. A test puts in somebody who does wrong, to see that it is seen. */
@FunctionalInterface
interface Cast {
    /** All as they are. */
    Cast OURS = (context, all) -> all;

    /** @param all controllers, in the order of their start; none was started */
    List<Room> rooms(ControllerContext context, List<Room> all);
}
