package io.minik.charts.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class BcryptTest {
    /** The one of cost 10 among the vectors that implementations share. */
    @Test
    void hashesAsOpenBsdDoes() {
        byte[] salt = HexFormat.of().parseHex("9b7c9d2ada0fd07091c915d1517701d6");
        assertThat(Bcrypt.hash("".getBytes(StandardCharsets.UTF_8), salt))
                .isEqualTo("$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW");
    }
}
