package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Addresses and ranges that are not written as everybody writes them: others compare them as text. */
final class AddressWarnings {
    private static final int BITS = 8;
    private static final int GROUPS = 8;

    private AddressWarnings() {}

    static void addresses(JsonNode values, String path, List<String> said) {
        for (int at = 0; at < values.size(); at++) {
            address(values.get(at).asText(), path + "[" + at + "]", said);
        }
    }

    /** @param text validated, or empty */
    static void address(String text, String path, List<String> said) {
        if (text.isEmpty() || !Addresses.valid(text)) {
            return;
        }
        byte[] address = bytes(text);
        String plain = text(address);
        if (text.indexOf(':') >= 0 && address.length == Integer.BYTES) {
            said.add(path + ": non-standard IP address \"" + text
                    + "\" will be considered invalid in a future Kubernetes release: use \"" + plain + "\"");
        } else if (text.indexOf(':') >= 0 && !plain.equals(text)) {
            said.add(path + ": IPv6 address \"" + text + "\" should be in RFC 5952 canonical format (\"" + plain
                    + "\")");
        }
    }

    static void ranges(JsonNode values, String path, List<String> said) {
        for (int at = 0; at < values.size(); at++) {
            range(values.get(at).asText().strip(), path + "[" + at + "]", said);
        }
    }

    static void range(String text, String path, List<String> said) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (slash < 0 || !Addresses.valid(host) || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            return;
        }
        byte[] address = bytes(host);
        int prefix = Integer.parseInt(text.substring(slash + 1));
        boolean mapped = host.indexOf(':') >= 0 && address.length == Integer.BYTES;
        if (mapped || prefix > address.length * BITS) {
            return;
        }
        String network = text(masked(address, prefix)) + "/" + prefix;
        String plain = text(address);
        if (!network.equals(plain + "/" + prefix)) {
            said.add(path + ": CIDR value \"" + text + "\" is ambiguous in this context (should be \"" + network
                    + "\" or \"" + plain + "/" + address.length * BITS + "\"?)");
        }
        if (host.indexOf(':') >= 0 && !text.equals(plain + "/" + prefix)) {
            said.add(path + ": IPv6 CIDR value \"" + text + "\" should be in RFC 5952 canonical format (\"" + plain
                    + "/" + prefix + "\")");
        }
    }

    private static byte[] bytes(String valid) {
        try {
            return InetAddress.getByName(valid).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(valid + " was an address", e);
        }
    }

    private static byte[] masked(byte[] address, int prefix) {
        byte[] network = address.clone();
        for (int bit = prefix; bit < network.length * BITS; bit++) {
            network[bit / BITS] &= (byte) ~(0x80 >>> (bit % BITS));
        }
        return network;
    }

    /** RFC 5952: no leading zeros, lower case, the longest run of zero groups (of two at least, the first of equals) as ::. */
    private static String text(byte[] address) {
        if (address.length == Integer.BYTES) {
            return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "."
                    + (address[3] & 0xff);
        }
        int[] groups = new int[GROUPS];
        for (int at = 0; at < GROUPS; at++) {
            groups[at] = (address[2 * at] & 0xff) << BITS | (address[2 * at + 1] & 0xff);
        }
        int from = 0;
        int length = 1;
        for (int at = 0; at < GROUPS; at++) {
            int end = at;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - at > length) {
                from = at;
                length = end - at;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < GROUPS; at++) {
            if (length > 1 && at == from) {
                out.append("::");
                at += length - 1;
                continue;
            }
            if (out.length() > 0 && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[at]));
        }
        return out.toString();
    }
}
