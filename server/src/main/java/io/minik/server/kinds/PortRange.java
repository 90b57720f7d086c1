package io.minik.server.kinds;

/** The node ports that Services may have, both ends included: {@code 30000-32767}. */
public record PortRange(int first, int last) {
    public static final PortRange NODE_PORTS = new PortRange(30000, 32767);

    private static final int MAX_PORT = 65535;

    /** The lowest 32nd of the range, but 16 to 128 ports, is not given out while there are others: upstream's band. */
    private static final int BAND_SHARE = 32;

    private static final int LEAST_BAND = 16;
    private static final int MOST_BAND = 128;

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

    public boolean contains(int port) {
        return port >= first && port <= last;
    }

    int size() {
        return last - first + 1;
    }

    /** How many of the first ports are for those who name one. */
    int chosenByPeople() {
        return size() <= LEAST_BAND ? 0 : Math.min(MOST_BAND, Math.max(LEAST_BAND, size() / BAND_SHARE));
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
