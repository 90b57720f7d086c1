package io.minik.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.authn.User;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RemoteUserTest {
    @Test
    void whoAsksReplacesWhateverTheClientSaid() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("x-remote-user", "mallory")
                .add("X-REMOTE-GROUP", "system:masters")
                .add("X-Remote-Extra-Key", "v")
                .add("X-Remote-Uid", "0")
                .add("Accept", "application/json");

        RemoteUser.put(headers, new User("jane", "", List.of("a", "b"), Map.of("example.com/Tür%", List.of("1", "2"))));

        assertThat(headers.get("X-Remote-User")).isEqualTo("jane");
        assertThat(headers.getAll("X-Remote-Group")).containsExactly("a", "b");
        assertThat(headers.contains("X-Remote-Uid")).isFalse();
        assertThat(headers.contains("X-Remote-Extra-Key")).isFalse();
        assertThat(headers.getAll("X-Remote-Extra-example.com%2FT%C3%BCr%25")).containsExactly("1", "2");
        assertThat(headers.get("Accept")).isEqualTo("application/json");
    }

    @Test
    void namesGoOutAsUtf8() {
        MultiMap headers = HttpHeaders.headers();

        RemoteUser.put(headers, new User("\u0430dmin", "", List.of("T\u00fcr"), Map.of()));

        assertThat(headers.get("X-Remote-User")).isEqualTo("\u00d0\u00b0dmin");
        assertThat(headers.get("X-Remote-Group")).isEqualTo("T\u00c3\u00bcr");
    }
}
