package io.minik.api.validation;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** IP addresses as text. */
final class Addresses {
    static final String WORDS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private Addresses() {}

    /** Never asks a name server: only what has an address's letters is looked at. */
    static boolean valid(String text) {
        boolean v4 = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        boolean v6 = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]{2,45}");
        if (!v4 && !v6) {
            return false;
        }
        try {
            InetAddress.getByName(text);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
