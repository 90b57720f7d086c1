package io.minik.agent.dns;

import java.util.List;
import java.util.Optional;

/**
 * How names below one zone are answered, if not as all others: what a block of a Corefile says. Pure.
 *
 * @param name without the closing dot; empty for the root, to which every name belongs
 * @param cluster whether the cluster's own names are answered here, too (plugin kubernetes)
 * @param cacheSeconds how long an answer of others may be told again at most; 0: not at all
 */
record StubZone(
        String name,
        boolean cluster,
        HostTable hosts,
        List<NameRewrite> rewrites,
        Optional<Forwarding> forwarding,
        int cacheSeconds,
        boolean logs) {
    /** As in the Corefile of k3s. */
    static final int DEFAULT_CACHE_SECONDS = 30;

    /**
     * Who is asked.
     *
     * @param nodes whether the node's own servers are asked after these
     * @param except zones below this one that are not forwarded
     * @param shuffled whether any of them is asked first, or always the first one
     */
    record Forwarding(List<NameServer> servers, boolean nodes, List<String> except, boolean tcp, boolean shuffled) {
        /** A zone of which nothing is said: its names are refused. */
        static final Forwarding NOBODY = new Forwarding(List.of(), false, List.of(), false, false);

        /** The node's own servers, in the order of its resolv.conf. */
        static final Forwarding NODE = new Forwarding(List.of(), true, List.of(), false, false);

        boolean forwards(String name) {
            return except.stream().noneMatch(zone -> below(name, zone));
        }
    }

    /** Everything that no other zone has. */
    static final StubZone ROOT = new StubZone(
            "", true, HostTable.NONE, List.of(), Optional.of(Forwarding.NODE), DEFAULT_CACHE_SECONDS, false);

    boolean holds(String asked) {
        return below(asked, name);
    }

    /** The name by which it is looked up. */
    String rewritten(String asked) {
        String now = asked;
        for (NameRewrite rewrite : rewrites) {
            Optional<String> other = rewrite.apply(now);
            if (other.isPresent()) {
                now = other.get();
                if (rewrite.stops()) {
                    return now;
                }
            }
        }
        return now;
    }

    private static boolean below(String name, String zone) {
        return zone.isEmpty() || name.equals(zone) || name.endsWith("." + zone);
    }
}
