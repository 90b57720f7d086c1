package io.minik.store.etcdauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordHashTest {
    /** Of the crypt that bcrypt came with, and of others since. */
    @ParameterizedTest
    @CsvSource({
        "a, $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        "abc, $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
        "abcdefghijklmnopqrstuvwxyz, $2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
    })
    void knownHashesMatch(String password, String hash) {
        assertThat(PasswordHash.matches(password, hash)).isTrue();
        assertThat(PasswordHash.matches(password + "x", hash)).isFalse();
    }

    @Test
    void whatItMakesItKnows() {
        String hash = PasswordHash.hash("p\u00e4ss", new SecureRandom());
        assertThat(hash).matches("\\$2a\\$10\\$[./A-Za-z0-9]{53}");
        assertThat(PasswordHash.matches("p\u00e4ss", hash)).isTrue();
        assertThat(PasswordHash.matches("pass", hash)).isFalse();
        assertThat(PasswordHash.hash("p\u00e4ss", new SecureRandom())).isNotEqualTo(hash);
    }

    @Test
    void whatIsNoHashMatchesNothing() {
        assertThat(PasswordHash.matches("", "")).isFalse();
        assertThat(PasswordHash.matches("a", "$2a$06$short")).isFalse();
        // One try would take an hour.
        assertThat(PasswordHash.matches("a", "$2a$31$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"))
                .isFalse();
    }
}
