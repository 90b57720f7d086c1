package io.minik.server.registry;

/** The node ports that Services may have, both ends included: {@code 30000-32767}. */
public record PortRange(int first, int last) {
    public static final PortRange NODE_PORTS = new PortRange(30000, 32767);

    private static final int MAX_PORT = 65535;

    /** @throws IllegalArgumentException that says what is wrong with the text */
    public static PortRange parse(String text) {
        if (!text.matches("[0-9]{1,5}-[0-9]{1,5}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not of the form FROM-TO, such as 30000-32767");
        }
        int dash = text.indexOf('-');
        int first = Integer.parseInt(text.substring(0, dash));
        int last = Integer.parseInt(text.substring(dash + 1));
        if (first < 1 || last > MAX_PORT || first > last) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": ports go from 1 to " + MAX_PORT + ", and FROM may not be above TO");
        }
        return new PortRange(first, last);
    }

    boolean contains(int port) {
        return port >= first && port <= last;
    }

    int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
