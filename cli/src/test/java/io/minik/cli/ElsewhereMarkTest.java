package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElsewhereMarkTest {
    @TempDir
    Path data;

    @Test
    void aStoreThatWasLeftIsNotThePresent() {
        assertThatCode(() -> ElsewhereMark.of(data).refuse(false)).doesNotThrowAnyException();
        ElsewhereMark.of(data).set("[https://e1:2379]");
        assertThatThrownBy(() -> ElsewhereMark.of(data).refuse(false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("in the etcd at [https://e1:2379]")
                .hasMessageContaining("--cluster-reset-restore-path")
                .hasMessageContaining(data.resolve("server/db/ELSEWHERE").toString());
        assertThatCode(() -> ElsewhereMark.of(data).refuse(true)).doesNotThrowAnyException();
    }

    @Test
    void theMarkStaysAsItWasFirst() throws Exception {
        ElsewhereMark.of(data).set("[https://e1:2379]");
        ElsewhereMark.of(data).set("[https://e2:2379]");
        assertThat(Files.readString(data.resolve("server/db/ELSEWHERE"))).isEqualTo("[https://e1:2379]\n");
        Files.delete(data.resolve("server/db/ELSEWHERE"));
        assertThatCode(() -> ElsewhereMark.of(data).refuse(false)).doesNotThrowAnyException();
    }
}
