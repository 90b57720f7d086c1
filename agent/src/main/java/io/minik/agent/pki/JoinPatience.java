package io.minik.agent.pki;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a server that is not there yet: machines of a house come back from a power cut in any order. What a server
 * answered is an end; only its absence is waited out, and said: at once, when its reason changes, and now and then.
 */
public final class JoinPatience {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LAST = Duration.ofSeconds(5);
    /** A person who looks at the log sees one of these without scrolling. */
    private static final int TRIES_BETWEEN_WORDS = 6;

    private static final Logger log = LoggerFactory.getLogger(JoinPatience.class);

    private final Loop loop;
    private final String server;

    /** @param server as it was given, for the words */
    public JoinPatience(Loop loop, String server) {
        this.loop = loop;
        this.server = server;
    }

    /** The first identity that comes, or why there will be none. */
    public Future<NodeIdentity> until(Supplier<Future<NodeIdentity>> obtain) {
        // One promise for all tries: a chain of them, a night long, would be too deep to complete.
        Promise<NodeIdentity> came = Promise.promise();
        attempt(obtain, new Waiting("", 0, FIRST), came);
        return came.future();
    }

    /** @param said the last reason that was logged, @param silent how many tries ago */
    private record Waiting(String said, int silent, Duration pause) {
        Waiting next(String why, boolean speaks) {
            Duration longer = pause.multipliedBy(2);
            return new Waiting(why, speaks ? 0 : silent + 1, longer.compareTo(LAST) < 0 ? longer : LAST);
        }
    }

    private void attempt(Supplier<Future<NodeIdentity>> obtain, Waiting waiting, Promise<NodeIdentity> came) {
        obtain.get().onSuccess(came::tryComplete).onFailure(error -> {
            if (!passes(error)) {
                came.tryFail(error);
                return;
            }
            String why = String.valueOf(error.getMessage());
            boolean speaks = !why.equals(waiting.said()) || waiting.silent() >= TRIES_BETWEEN_WORDS;
            if (speaks) {
                log.atWarn()
                        .addKeyValue("server", server)
                        .addKeyValue("err", why)
                        .log("waiting for the server to join; trying again until it answers");
            }
            loop.after(waiting.pause(), () -> attempt(obtain, waiting.next(why, speaks), came));
        });
    }

    private static boolean passes(Throwable error) {
        return ApiException.is(error, Status.Reason.ServiceUnavailable)
                || ApiException.is(error, Status.Reason.Timeout)
                || ApiException.is(error, Status.Reason.TooManyRequests)
                || ApiException.is(error, Status.Reason.InternalError);
    }
}
