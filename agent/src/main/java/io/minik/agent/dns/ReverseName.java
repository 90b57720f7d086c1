package io.minik.agent.dns;

import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The address that a name below in-addr.arpa or ip6.arpa asks for. Pure. */
final class ReverseName {
    private static final int V4_LABELS = 4;
    private static final int V6_LABELS = 32;

    private ReverseName() {}

    /** {@code 10.42.0.7} of {@code 7.0.42.10.in-addr.arpa}; IPv6 by nibbles. Empty if it is no whole address. */
    static Optional<Address> address(String name) {
        List<String> labels = new ArrayList<>(Record.labels(name));
        Collections.reverse(labels);
        if (name.endsWith(".in-addr.arpa") && labels.size() == V4_LABELS + 2) {
            return Address.find(String.join(".", labels.subList(2, labels.size())));
        }
        if (name.endsWith(".ip6.arpa") && labels.size() == V6_LABELS + 2) {
            String nibbles = String.join("", labels.subList(2, labels.size()));
            return Address.find(nibbles.replaceAll("(.{4})(?!$)", "$1:"));
        }
        return Optional.empty();
    }
}
