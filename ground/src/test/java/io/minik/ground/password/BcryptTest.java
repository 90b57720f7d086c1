package io.minik.ground.password;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BcryptTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hash(String password) {
        byte[] salt = new byte[Bcrypt.SALT_BYTES];
        RANDOM.nextBytes(salt);
        return Bcrypt.hash(utf8(password), salt);
    }

    /** The one of cost 10 among the vectors that implementations share. */
    @Test
    void hashesAsOpenBsdDoes() {
        byte[] salt = HexFormat.of().parseHex("9b7c9d2ada0fd07091c915d1517701d6");
        assertThat(Bcrypt.hash(utf8(""), salt))
                .isEqualTo("$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW");
    }

    /** Of the crypt that bcrypt came with, and of others since. */
    @ParameterizedTest
    @CsvSource({
        "a, $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        "abc, $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
        "abcdefghijklmnopqrstuvwxyz, $2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
    })
    void knownHashesMatch(String password, String hash) {
        assertThat(Bcrypt.matches(utf8(password), hash)).isTrue();
        assertThat(Bcrypt.matches(utf8(password + "x"), hash)).isFalse();
    }

    /** Made by an implementation of our own: at 72 bytes the key has no room for its final zero. */
    @ParameterizedTest
    @CsvSource({
        "71, $2a$10$8ZALziINJYgRvTG5XBUyxOybKILB5t/hmk8C0wzg2TC0fNCdgr2ly",
        "72, $2a$10$/J1sSNWjln.gA9G.m7Q/UuLvFm2mnFx3qq.sjJJ9Wa9CGKp7mv3iq",
        "73, $2a$10$VguL4vrMx8x09pcUCO983OEUwKFZN3W5Df2zJ5xfCOnuIP2ksUn2O",
        "100, $2a$10$PdNth6AEnHtt94Dqcop2VuAu5QR5lqSPPrjlkAIO3Ah0NBgxEoPAK",
    })
    void longPasswordsCountUpTo72Bytes(int length, String hash) {
        assertThat(Bcrypt.matches(utf8("p".repeat(length)), hash)).isTrue();
        assertThat(Bcrypt.matches(utf8("p".repeat(71)), hash)).isEqualTo(length == 71);
    }

    @Test
    void whatItMakesItKnows() {
        String hash = hash("p\u00e4ss");
        assertThat(hash).matches("\\$2a\\$10\\$[./A-Za-z0-9]{53}");
        assertThat(Bcrypt.matches(utf8("p\u00e4ss"), hash)).isTrue();
        assertThat(Bcrypt.matches(utf8("pass"), hash)).isFalse();
        assertThat(hash("p\u00e4ss")).isNotEqualTo(hash);
    }

    @Test
    void whatIsNoHashMatchesNothing() {
        assertThat(Bcrypt.matches(utf8(""), "")).isFalse();
        assertThat(Bcrypt.matches(utf8("a"), "$2a$06$short")).isFalse();
        // One try would take an hour.
        assertThat(Bcrypt.matches(utf8("a"), "$2a$31$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"))
                .isFalse();
    }
}
