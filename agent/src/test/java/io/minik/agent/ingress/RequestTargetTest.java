package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    private static RequestTarget of(String uri) {
        return RequestTarget.of(uri, List.of("example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b?c=d, /a/b",
        "/a//b, /a//b",
        "/%61dmin, /admin",
        "/%7euser, /~user",
        "/a%20b, /a%20b",
        "/a%c3%a4, /a%C3%A4",
        "/a%2fb, /a%2Fb",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/%2e%2e/b, /b",
        "/a/.%2E/b, /b",
        "/a/b/.., /a/",
        "/.well-known/acme-challenge/x, /.well-known/acme-challenge/x",
        "/..., /...",
        "/a..b/c, /a..b/c",
        "/a;v=1/b, /a;v=1/b"
    })
    void pathsHaveOneForm(String raw, String normal) {
        assertThat(of(raw).path()).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/a/../../b",
                "/%2e%2e/b",
                "/a/..%2fb",
                "/a/%2e%2e%2Fb",
                "/a%2f..%2fb",
                "/a/..%252fb",
                "/a/..%5cb",
                "/a/..;/b",
                "/a/..;x=y/b",
                "/a/.;/b",
                "/a\\..\\b",
                "/a%00b",
                "/a%zzb",
                "/a%2",
                "/a b",
                "/a\tb",
                "/a#b",
                "/\u00e4",
                "/a?b#c",
                "/a?b c",
                "*",
                "a/b",
                "",
                "ftp://example.com/",
                "//example.com@evil/%00"
            })
    void whatCouldBeReadInTwoWaysIsRefused(String raw) {
        assertThatThrownBy(() -> of(raw)).isInstanceOf(Refusal.class);
    }

    @Test
    void theRequestLineGoesBeforeTheHost() {
        RequestTarget target = RequestTarget.of("http://Other.example:8080/a?b", List.of("example.com"));
        assertThat(target.host()).isEqualTo("other.example");
        assertThat(target.port()).isEqualTo(8080);
        assertThat(target.path()).isEqualTo("/a");
        assertThat(target.query()).isEqualTo("?b");
        assertThat(RequestTarget.of("https://other.example", List.of("example.com"))
                        .path())
                .isEqualTo("/");
        assertThat(RequestTarget.of("http://other.example?x", List.of("example.com"))
                        .query())
                .isEqualTo("?x");
    }

    @ParameterizedTest
    @CsvSource({
        "EXAMPLE.com, example.com, 0",
        "example.com., example.com, 0",
        "example.com:80, example.com, 80",
        "example.com:, example.com, 0",
        "[2001:db8::1]:443, [2001:db8::1], 443",
        "[::1], [::1], 0",
        "my_host, my_host, 0"
    })
    void hostsHaveOneForm(String header, String host, int port) {
        RequestTarget target = RequestTarget.of("/", List.of(header));
        assertThat(target.host()).isEqualTo(host);
        assertThat(target.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a/b",
                "user@example.com",
                "example.com:99999",
                "example.com:8x",
                "example.com:80:80",
                "exa\u0000mple",
                "ex\u00e4mple",
                "a,b",
                "a?b",
                "[::1",
                "::1",
                "http://example.com"
            })
    void otherHostsAreRefused(String header) {
        assertThatThrownBy(() -> RequestTarget.of("/", List.of(header))).isInstanceOf(Refusal.class);
    }

    @Test
    void oneHostIsSaid() {
        assertThatThrownBy(() -> RequestTarget.of("/", List.of())).hasMessageContaining("no Host");
        assertThatThrownBy(() -> RequestTarget.of("/", List.of("a", "a"))).hasMessageContaining("more than one");
    }

    @Test
    void slashesThatFollowEachOtherAreMatchedAsOne() {
        assertThat(of("//admin///x").matched()).isEqualTo("/admin/x");
        assertThat(of("//admin///x").path()).isEqualTo("//admin///x");
    }
}
