package io.minik.server.registry;

import io.minik.ground.loop.Uuids;
import java.util.random.RandomGenerator;

/** Makes uids and the tails of generated names. */
public final class NameSource {
    /** Without vowels and look-alikes, so that no words arise: apimachinery's alphabet. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private static final int TAIL = 5;
    private static final int LONGEST_BASE = 63 - TAIL;

    private final RandomGenerator random;

    public NameSource(RandomGenerator random) {
        this.random = random;
    }

    public String nameFrom(String base) {
        String head = base.length() > LONGEST_BASE ? base.substring(0, LONGEST_BASE) : base;
        return head + tail();
    }

    /** Five random characters. */
    public String tail() {
        StringBuilder tail = new StringBuilder(TAIL);
        for (int i = 0; i < TAIL; i++) {
            tail.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return tail.toString();
    }

    /** A version 4 UUID. */
    public String uid() {
        return Uuids.next(random).toString();
    }
}
