package io.minik.api.cel;

import io.minik.ground.net.Address;
import java.util.Optional;

/** An address and how many of its bits are the network's: unlike a Cidr it keeps the host's. */
record Prefix(Address address, int bits) {
    static Optional<Prefix> find(String text) {
        int slash = text.lastIndexOf('/');
        Optional<Address> address = slash < 0 ? Optional.empty() : Address.find(text.substring(0, slash));
        String bits = text.substring(slash + 1);
        if (address.isEmpty()
                || !bits.matches("0|[1-9][0-9]{0,2}")
                || (text.startsWith("::ffff:") && text.contains("."))) {
            return Optional.empty();
        }
        int count = Integer.parseInt(bits);
        return count > address.get().bits() ? Optional.empty() : Optional.of(new Prefix(address.get(), count));
    }

    Prefix masked() {
        return new Prefix(masked(address, bits), bits);
    }

    boolean contains(Address other) {
        return other.bits() == address.bits() && masked(other, bits).equals(masked(address, bits));
    }

    private static Address masked(Address address, int bits) {
        byte[] bytes = address.bytes();
        for (int at = 0; at < bytes.length; at++) {
            int kept = Math.max(0, Math.min(8, bits - 8 * at));
            bytes[at] = (byte) (bytes[at] & (0xff00 >> kept));
        }
        return Address.of(bytes);
    }

    @Override
    public String toString() {
        return address + "/" + bits;
    }
}
