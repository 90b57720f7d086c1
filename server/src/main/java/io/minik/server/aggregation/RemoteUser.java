package io.minik.server.aggregation;

import io.minik.server.authn.User;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Who asks, as headers that an extension server believes for the certificate beside them. */
final class RemoteUser {
    static final String USER = "X-Remote-User";
    static final String UID = "X-Remote-Uid";
    static final String GROUP = "X-Remote-Group";
    static final String EXTRA = "X-Remote-Extra-";

    private static final String TOKEN = "!#$&'*+-.^_`|~";

    private RemoteUser() {}

    /** In place of whatever a client said there. */
    static void put(MultiMap headers, User user) {
        List<String> said = new ArrayList<>();
        headers.names().stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("x-remote-"))
                .forEach(said::add);
        said.forEach(headers::remove);
        headers.set(USER, octets(user.name()));
        if (!user.uid().isEmpty()) {
            headers.set(UID, octets(user.uid()));
        }
        user.groups().forEach(group -> headers.add(GROUP, octets(group)));
        user.extra()
                .forEach((key, values) -> values.forEach(value -> headers.add(EXTRA + escaped(key), octets(value))));
    }

    /** UTF-8, as Go writes it: headers go out a letter an octet, and two names of other letters would be the same question marks. */
    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** As client-go does it: what may not be in a header's name, and the percent sign, by their octets. */
    private static String escaped(String key) {
        StringBuilder name = new StringBuilder();
        for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || TOKEN.indexOf(c) >= 0)) {
                name.append(c);
            } else {
                name.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            }
        }
        return name.toString();
    }
}
