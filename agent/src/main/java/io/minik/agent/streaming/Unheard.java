package io.minik.agent.streaming;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said to a client that may have gone: a failure matters to nobody, and the connection's end tells the rest. */
final class Unheard {
    private static final Logger log = LoggerFactory.getLogger(Unheard.class);

    private Unheard() {}

    static void note(Future<?> said) {
        said.onFailure(
                error -> log.atDebug().addKeyValue("err", error.toString()).log("a client did not hear the end"));
    }
}
