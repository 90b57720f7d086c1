package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of {@code runc update --memory}, as docker's go-units reads them: {@code RAMInBytes}, and -1 for no limit. */
class UpdateTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-1, -1",
        "32, 32",
        "32b, 32",
        "32k, 32768",
        "32K, 32768",
        "32kb, 32768",
        "32KiB, 32768",
        "32 kib, 32768",
        "64m, 67108864",
        "64Mb, 67108864",
        "1g, 1073741824",
        "1.5g, 1610612736",
        "0.5k, 512",
        "2T, 2199023255552",
        "1pib, 1125899906842624"
    })
    void sizesArePowersOfTwo(String text, long bytes) {
        assertThat(Update.bytes("memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "hello", "-32", "32e", "32mm", "1..5g", "32.m.g", "9000000000000000000g", ".g"})
    void whatIsNoSizeIsRefusedByName(String text) {
        assertThatThrownBy(() -> Update.bytes("memory", text)).hasMessage("invalid value for memory: " + text);
    }
}
