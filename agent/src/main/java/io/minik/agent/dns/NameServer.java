package io.minik.agent.dns;

import io.minik.ground.net.Address;
import java.util.Optional;

/** A server that is asked for names. @param host an address, never a name */
record NameServer(String host, int port) {
    static final int DNS_PORT = 53;
    private static final int MAX_PORT = 65535;

    /** {@code 10.0.0.1}, {@code 10.0.0.1:5353}, {@code [fd00::1]:53}, {@code dns://…}; empty if it is none of these. */
    static Optional<NameServer> parse(String text) {
        String rest = text.startsWith("dns://") ? text.substring("dns://".length()) : text;
        if (Address.find(rest).isPresent()) {
            return Optional.of(new NameServer(rest, DNS_PORT));
        }
        int colon = rest.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = rest.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String plain = bracketed ? host.substring(1, host.length() - 1) : host;
        String port = rest.substring(colon + 1);
        boolean valid = port.matches("[0-9]{1,5}") && Integer.parseInt(port) > 0 && Integer.parseInt(port) <= MAX_PORT;
        return valid && Address.find(plain).isPresent() && bracketed == plain.contains(":")
                ? Optional.of(new NameServer(plain, Integer.parseInt(port)))
                : Optional.empty();
    }
}
