package io.minik.server.console;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Links that let a browser in once: a code that stands for a token for two minutes, so that no token is ever part of an address.
 * In memory only. Any thread.
 */
public final class ConsoleLinks {
    /** From the terminal to the browser. */
    static final Duration LIFE = Duration.ofMinutes(2);
    /** The oldest go first: nobody opens so many at once. */
    static final int MOST = 64;

    private static final int CODE_BYTES = 32;
    private static final int MOST_TOKEN_CHARS = 16 * 1024;

    private record Link(String token, Instant until) {}

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Link> links = new LinkedHashMap<>();

    public ConsoleLinks(InstantSource clock) {
        this.clock = clock;
    }

    /** @throws IllegalArgumentException if it is no bearer token */
    public synchronized String open(String token) {
        if (token.isEmpty() || token.length() > MOST_TOKEN_CHARS || !token.matches("[A-Za-z0-9._~+/=-]+")) {
            throw new IllegalArgumentException("token: a bearer token is required");
        }
        byte[] bytes = new byte[CODE_BYTES];
        random.nextBytes(bytes);
        String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        links.put(code, new Link(token, clock.instant().plus(LIFE)));
        Iterator<Map.Entry<String, Link>> oldest = links.entrySet().iterator();
        while (oldest.hasNext()) {
            boolean over = !clock.instant().isBefore(oldest.next().getValue().until());
            if (over || links.size() > MOST) {
                oldest.remove();
            }
        }
        return code;
    }

    /** The token, once. */
    synchronized Optional<String> take(String code) {
        Link link = links.remove(code);
        return link != null && clock.instant().isBefore(link.until()) ? Optional.of(link.token()) : Optional.empty();
    }

    synchronized int size() {
        return links.size();
    }
}
