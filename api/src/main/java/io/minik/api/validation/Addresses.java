package io.minik.api.validation;

import io.minik.ground.net.Address;
import java.util.Optional;

/** IP addresses as text. */
final class Addresses {
    static final String WORDS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

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
}
