package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.server.authn.User;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** A request's body, which stays where it is until someone wants it: who is refused costs no memory. */
interface RequestBody {
    /** Read once. @param user whose memory it takes */
    Future<Buffer> read(User user);

    /** What needs no reading, in process; not to be written to. */
    default Optional<ObjectNode> tree() {
        return Optional.empty();
    }
}
