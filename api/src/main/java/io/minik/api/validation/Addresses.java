package io.minik.api.validation;

import io.minik.ground.net.Address;

/** IP addresses as text. */
final class Addresses {
    static final String WORDS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private Addresses() {}

    static boolean valid(String text) {
        return Address.find(text).isPresent();
    }
}
