package io.minik.runtime.net;

import io.minik.runtime.RuntimeFault;

/** An IPv4 range. @param network its first address as a number, host bits zero */
record Cidr(int network, int prefix) {
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0
                || !text.substring(slash + 1).matches("[0-9]{1,2}")
                || Integer.parseInt(text.substring(slash + 1)) > 32) {
            throw invalid(text);
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        return new Cidr(address(text.substring(0, slash)) & mask(prefix), prefix);
    }

    static int address(String text) {
        String[] parts = text.split("\\.", -1);
        int address = 0;
        if (parts.length != 4) {
            throw invalid(text);
        }
        for (String part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                throw invalid(text);
            }
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }

    private static RuntimeFault invalid(String text) {
        return new RuntimeFault(
                RuntimeFault.Kind.INVALID_CONFIG,
                "parse address",
                "\"" + text + "\" is not an IPv4 address or range",
                0);
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    /** How many addresses it has. */
    long size() {
        return 1L << (32 - prefix);
    }

    int at(long index) {
        return (int) (network + index);
    }

    boolean contains(int address) {
        return (address & mask(prefix)) == network;
    }

    static String show(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    @Override
    public String toString() {
        return show(network) + "/" + prefix;
    }
}
