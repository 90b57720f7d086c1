package io.minik.server.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class ManagedConfigTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] CONTEXT = "/registry/secrets/a/b".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLAIN = "{}".getBytes(StandardCharsets.UTF_8);

    private static Providers providers(ManagedConfig config) {
        return EncryptionConfig.parse(config.document(), RANDOM)
                .of("", "secrets")
                .orElseThrow();
    }

    @Test
    void eachStepReadsWhatTheOnesBeforeWrote() throws Exception {
        ManagedConfig begun = ManagedConfig.begun(RANDOM);
        byte[] first = providers(begun).seal(PLAIN, CONTEXT);
        assertThat(new String(first, StandardCharsets.ISO_8859_1)).startsWith("k8s:enc:secretbox:v1:key1:");
        ManagedConfig rotated = begun.rotated(RANDOM);
        byte[] second = providers(rotated).seal(PLAIN, CONTEXT);
        assertThat(new String(second, StandardCharsets.ISO_8859_1)).startsWith("k8s:enc:secretbox:v1:key2:");
        assertThat(providers(rotated).open(first, CONTEXT)).isEqualTo(PLAIN);
        assertThat(rotated.keyNames()).containsExactly("key2", "key1");
        ManagedConfig forgotten = rotated.withFirstKeyAlone();
        assertThat(providers(forgotten).open(second, CONTEXT)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> providers(forgotten).open(first, CONTEXT)).hasMessageContaining("no matching key");
        ManagedConfig off = forgotten.on(false);
        assertThat(providers(off).seal(PLAIN, CONTEXT)).isEqualTo(PLAIN);
        assertThat(providers(off).open(second, CONTEXT)).isEqualTo(PLAIN);
        assertThat(providers(off).open(PLAIN, CONTEXT)).isEqualTo(PLAIN);
    }

    @Test
    void itIsReadAsItWasWritten() {
        for (ManagedConfig config : new ManagedConfig[] {
            ManagedConfig.begun(RANDOM),
            ManagedConfig.begun(RANDOM).rotated(RANDOM),
            ManagedConfig.begun(RANDOM).on(false)
        }) {
            ManagedConfig read = ManagedConfig.parse(Json.parse(Json.bytes(config.document())));
            assertThat(read.document()).isEqualTo(config.document());
            assertThat(read.isOn()).isEqualTo(config.isOn());
        }
        assertThatThrownBy(() -> ManagedConfig.parse(Json.object())).isInstanceOf(IllegalArgumentException.class);
    }
}
