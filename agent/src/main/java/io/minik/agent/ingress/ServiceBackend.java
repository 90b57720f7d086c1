package io.minik.agent.ingress;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A Service's port with whoever is ready behind it. Any thread. */
final class ServiceBackend {
    /** What passes by itself. */
    private static final String NOBODY = "nobody is ready";

    private final String name;
    private final BackendProtocol protocol;
    private final List<BackendEndpoint> endpoints;
    private final String problem;
    private final AtomicInteger next = new AtomicInteger();

    private ServiceBackend(String name, BackendProtocol protocol, List<BackendEndpoint> endpoints, String problem) {
        this.name = name;
        this.protocol = protocol;
        this.endpoints = endpoints;
        this.problem = problem;
    }

    /** @param name namespace-service-port, as ingress-nginx has it in logs and figures */
    static ServiceBackend of(String name, BackendProtocol protocol, List<BackendEndpoint> endpoints) {
        return new ServiceBackend(name, protocol, endpoints, endpoints.isEmpty() ? NOBODY : "");
    }

    /** One that answers 503. */
    static ServiceBackend broken(String name, String problem) {
        return new ServiceBackend(name, BackendProtocol.HTTP, List.of(), problem);
    }

    String name() {
        return name;
    }

    BackendProtocol protocol() {
        return protocol;
    }

    List<BackendEndpoint> endpoints() {
        return endpoints;
    }

    /** Empty: it can be asked. */
    String problem() {
        return problem;
    }

    /** Somebody has to mend it. */
    boolean isBroken() {
        return !problem.isEmpty() && !problem.equals(NOBODY);
    }

    /**
     * The next one in turn.
     *
     * @param tried who did not answer; asked again only if there is nobody else
     */
    BackendEndpoint choose(Set<BackendEndpoint> tried) {
        int size = endpoints.size();
        int turn = Math.floorMod(next.getAndIncrement(), size);
        for (int i = 0; i < size; i++) {
            BackendEndpoint endpoint = endpoints.get((turn + i) % size);
            if (!tried.contains(endpoint)) {
                return endpoint;
            }
        }
        return endpoints.get(turn);
    }

    /** The one that a cookie names, if it is there still. */
    Optional<BackendEndpoint> tagged(String tag) {
        return endpoints.stream().filter(endpoint -> endpoint.tag().equals(tag)).findFirst();
    }
}
