package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
    private static final Flag FLAG = new Flag("--disable");

    @Test
    void k3sNameOfTheIngressDoesAsWell() {
        Parts parts = new Parts(List.of("traefik", "servicelb"));
        parts.check(FLAG);
        assertThat(parts.has(Parts.INGRESS)).isFalse();
        assertThat(parts.has(Parts.SERVICE_LB)).isFalse();
        assertThat(parts.has(Parts.CONSOLE)).isTrue();
    }

    @Test
    void whatIsNoPartIsNamed() {
        assertThatThrownBy(() -> new Parts(List.of("ingress", "nginx")).check(FLAG))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("nginx")
                .hasMessageContaining("servicelb");
    }
}
