package io.minik.api.validation;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.Optional;

/** IP addresses as text. */
final class Addresses {
    static final String WORDS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    static final String CIDR_WORDS = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    private Addresses() {}

    /** What Go 1.16 took for one: {@link AddressRules} says whether zeros before a number are allowed. */
    static boolean valid(String text) {
        return sloppy(text).isPresent();
    }

    /** Also of one with zeros before its decimal numbers, which are passed over. */
    static Optional<Address> sloppy(String text) {
        Optional<Address> found = Address.find(text);
        if (found.isPresent() || text.indexOf('.') < 0) {
            return found;
        }
        int quad = text.lastIndexOf(':') + 1;
        return Address.find(text.substring(0, quad) + text.substring(quad).replaceAll("(^|\\.)0{1,9}(?=[0-9])", "$1"));
    }

    /** A range in the same sense. */
    static Optional<Cidr> sloppyCidr(String text) {
        int slash = text.indexOf('/');
        String prefix = text.substring(slash + 1);
        if (slash < 0 || !prefix.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(prefix);
        return sloppy(text.substring(0, slash))
                .filter(address -> bits <= address.bits())
                .map(address -> new Cidr(address, bits));
    }
}
