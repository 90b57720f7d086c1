package io.minik.agent.ingress;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of all Ingresses one node keeps ready: a table is held twice while it is exchanged, and is made anew at every change. No
 * namespace alone takes the room of all others. Of one plan.
 */
final class PlanRoom {
    /** Hosts and paths, each of some 200 bytes. */
    static final int MOST_OF_NAMESPACE = 5_000;

    private static final int MOST = 20_000;

    /** Of the regular expressions together, each step of some 100 bytes. */
    static final int MOST_STEPS_OF_NAMESPACE = 20_000;

    private static final int MOST_STEPS = 100_000;

    /** Of the objects as they are read: what is not is not parsed at each change either. */
    static final int MOST_BYTES_OF_NAMESPACE = 2 << 20;

    private static final int MOST_BYTES = 8 << 20;

    static final String WORDS = "the Ingresses of a namespace may have " + MOST_OF_NAMESPACE + " hosts and paths, "
            + MOST_STEPS_OF_NAMESPACE + " steps of regular expressions and " + MOST_BYTES_OF_NAMESPACE
            + " bytes together, all that a node serves four or five times that; remove some, or spread them over namespaces";

    private final Map<String, Taken> namespaces = new HashMap<>();
    private final Taken all = new Taken();

    private static final class Taken {
        int entries;
        long steps;
        long bytes;
    }

    private Taken of(String namespace) {
        return namespaces.computeIfAbsent(namespace, none -> new Taken());
    }

    /** An Ingress before it is read. @return false: it is not to be */
    boolean takesObject(String namespace, int bytes) {
        Taken own = of(namespace);
        boolean fits = own.bytes + bytes <= MOST_BYTES_OF_NAMESPACE
                && all.bytes + bytes <= MOST_BYTES
                && own.entries < MOST_OF_NAMESPACE
                && all.entries < MOST;
        if (fits) {
            own.bytes += bytes;
            all.bytes += bytes;
        }
        return fits;
    }

    /** One host or path, or so many steps of an expression that is a path. @return false: nothing was taken */
    boolean takes(String namespace, int steps) {
        Taken own = of(namespace);
        int entries = steps == 0 ? 1 : 0;
        boolean fits = own.entries + entries <= MOST_OF_NAMESPACE
                && all.entries + entries <= MOST
                && own.steps + steps <= MOST_STEPS_OF_NAMESPACE
                && all.steps + steps <= MOST_STEPS;
        if (fits) {
            own.entries += entries;
            all.entries += entries;
            own.steps += steps;
            all.steps += steps;
        }
        return fits;
    }
}
