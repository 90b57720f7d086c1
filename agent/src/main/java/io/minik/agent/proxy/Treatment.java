package io.minik.agent.proxy;

import io.minik.runtime.nft.Family;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens to a packet for a service port, and the name of the chain that does it: {@code tcp_c3} is TCP to a cluster
 * address with three endpoints, {@code tcp6_c3} the same of IPv6.
 */
record Treatment(Family family, String protocol, Kind kind, int endpoints) {
    /** Elements for endpoints on this node are numbered from here, beside those for all endpoints. */
    static final int LOCAL_OFFSET = 65536;

    /** Who masquerades: so that the answer comes back through the node that translated. */
    enum Masquerade {
        NEVER,
        OFF_CLUSTER,
        ALWAYS;

        /** Where its mark is set. */
        Optional<String> chain() {
            return switch (this) {
                case NEVER -> Optional.empty();
                case OFF_CLUSTER -> Optional.of("mark_outsiders");
                case ALWAYS -> Optional.of("mark_all");
            };
        }
    }

    enum Kind {
        /** A cluster address; also an external one with policy Local, for clients inside. */
        CLUSTER("c", false, false, Masquerade.OFF_CLUSTER),
        /** A cluster address with internalTrafficPolicy Local. */
        CLUSTER_LOCAL("i", false, true, Masquerade.OFF_CLUSTER),
        /** An external or load balancer's address. */
        EXTERNAL("x", false, false, Masquerade.ALWAYS),
        /** The same with externalTrafficPolicy Local, for clients outside: they are seen by the pod. */
        EXTERNAL_LOCAL("l", false, true, Masquerade.NEVER),
        NODE_PORT("n", true, false, Masquerade.ALWAYS),
        NODE_PORT_INSIDE("k", true, false, Masquerade.OFF_CLUSTER),
        NODE_PORT_LOCAL("m", true, true, Masquerade.NEVER);

        final String letter;
        final boolean nodePort;
        final boolean local;
        final Masquerade masquerade;

        Kind(String letter, boolean nodePort, boolean local, Masquerade masquerade) {
            this.letter = letter;
            this.nodePort = nodePort;
            this.local = local;
            this.masquerade = masquerade;
        }
    }

    private static final Pattern NAME = Pattern.compile("(tcp|udp|sctp)(6?)_([a-z])([0-9]+)");

    String chain() {
        return family.named(protocol) + "_" + kind.letter + endpoints;
    }

    String verdict() {
        return "goto " + chain();
    }

    static Optional<Treatment> ofVerdict(String verdict) {
        Matcher matcher = NAME.matcher(verdict.startsWith("goto ") ? verdict.substring(5) : "");
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Family family = matcher.group(2).isEmpty() ? Family.IPV4 : Family.IPV6;
        for (Kind kind : Kind.values()) {
            if (kind.letter.equals(matcher.group(3))) {
                return Optional.of(new Treatment(family, matcher.group(1), kind, Integer.parseInt(matcher.group(4))));
            }
        }
        return Optional.empty();
    }
}
