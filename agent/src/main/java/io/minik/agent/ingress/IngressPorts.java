package io.minik.agent.ingress;

import io.minik.agent.ingress.IngressRoom.Port;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.NamedIdentities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports of this node that are listened at. One that another program has is tried again, later and later. Owned by the agent's loop. */
final class IngressPorts {
    private static final Logger log = LoggerFactory.getLogger(IngressPorts.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final Loop loop;
    private final DataPath path;
    private final NamedIdentities identities;
    private final List<Port> places;
    private final Runnable changed;
    private final Map<Integer, String> problems = new TreeMap<>();
    private boolean begun;
    private boolean stopped;

    IngressPorts(Loop loop, DataPath path, NamedIdentities identities, List<Port> places, Runnable changed) {
        this.loop = loop;
        this.path = path;
        this.identities = identities;
        this.places = places;
        this.changed = changed;
    }

    /** Idempotent. */
    void open() {
        if (!begun) {
            begun = true;
            places.forEach(place -> open(place, FIRST_RETRY));
        }
    }

    private void open(Port place, Duration retry) {
        if (stopped) {
            return;
        }
        path.listen(new DataPath.Place(place.host(), place.number(), place.tls()), identities)
                .onComplete(done -> loop.run(() -> {
                    if (done.succeeded()) {
                        problems.remove(place.number());
                        log.atInfo().addKeyValue("port", done.result()).log("the ingress serves");
                        return;
                    }
                    String why = String.valueOf(done.cause().getMessage());
                    if (problems.put(place.number(), why) == null) {
                        log.atWarn()
                                .addKeyValue("port", place.number())
                                .addKeyValue("err", why)
                                .log("the ingress can't have a port; it is tried again");
                        changed.run();
                    }
                    Duration next = retry.multipliedBy(2);
                    loop.after(retry, () -> open(place, next.compareTo(LAST_RETRY) < 0 ? next : LAST_RETRY));
                }));
    }

    /** Empty: there is none. */
    String problem() {
        return problems.entrySet().stream()
                .map(each -> "port " + each.getKey() + " is not to be had: " + each.getValue())
                .reduce((one, other) -> one + "; " + other)
                .orElse("");
    }

    void stop() {
        stopped = true;
    }
}
