package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.ingress.RouteOptions.Rewrite;
import io.vertx.core.MultiMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassedHeadersTest {
    private static MultiMap pass(String... pairs) {
        MultiMap from = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < pairs.length; i += 2) {
            from.add(pairs[i], pairs[i + 1]);
        }
        MultiMap to = MultiMap.caseInsensitiveMultiMap();
        PassedHeaders.request(
                from,
                to,
                new PassedHeaders.Client("192.0.2.1", true, 443),
                RequestTarget.of("/", List.of("h.example:8443")),
                new Rewrite("", false, "", "/pre"));
        return to;
    }

    @Test
    void whatBelongsToOneHopEndsThere() {
        MultiMap to = pass(
                "Connection",
                "close, X-Private",
                "X-Private",
                "1",
                "Keep-Alive",
                "2",
                "TE",
                "gzip",
                "Transfer-Encoding",
                "chunked",
                "Upgrade",
                "h2c",
                "HTTP2-Settings",
                "x",
                "Proxy-Authorization",
                "y",
                "Expect",
                "100-continue",
                "Trailer",
                "z",
                "Content-Length",
                "3",
                "X-Kept",
                "yes");
        assertThat(to.names())
                .containsExactlyInAnyOrder(
                        "X-Kept",
                        "X-Forwarded-For",
                        "X-Real-IP",
                        "X-Forwarded-Host",
                        "X-Forwarded-Port",
                        "X-Forwarded-Proto",
                        "X-Forwarded-Scheme",
                        "X-Forwarded-Prefix");
    }

    @Test
    void nobodySaysForUsWhoAsks() {
        MultiMap to = pass(
                "X-Forwarded-For",
                "10.0.0.1",
                "x-forwarded-proto",
                "http",
                "X_Forwarded_For",
                "10.0.0.1",
                "X_REAL_IP",
                "10.0.0.1",
                "Forwarded",
                "for=10.0.0.1",
                "X-Forwarded-User",
                "admin",
                "X-Original-URL",
                "/admin",
                "X-Rewrite-Url",
                "/admin",
                "Proxy",
                "http://evil");
        assertThat(to.getAll("X-Forwarded-For")).containsExactly("192.0.2.1");
        assertThat(to.getAll("X-Real-IP")).containsExactly("192.0.2.1");
        assertThat(to.getAll("X-Forwarded-Proto")).containsExactly("https");
        assertThat(to.get("X-Forwarded-Host")).isEqualTo("h.example:8443");
        assertThat(to.get("X-Forwarded-Port")).isEqualTo("443");
        assertThat(to.get("X-Forwarded-Prefix")).isEqualTo("/pre");
        assertThat(to.names())
                .doesNotContain(
                        "Forwarded",
                        "X-Forwarded-User",
                        "X-Original-URL",
                        "X-Rewrite-Url",
                        "Proxy",
                        "X_Forwarded_For",
                        "X_REAL_IP");
    }

    @Test
    void connectionTakesNothingOutThatWeSay() {
        assertThat(pass("Connection", "X-Forwarded-For, X-Real-IP").get("X-Forwarded-For"))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void piecesOfACookieBecomeOne() {
        assertThat(pass("cookie", "a=1", "cookie", "b=2").getAll("Cookie")).containsExactly("a=1; b=2");
    }

    @Test
    void aCookieIsFoundAmongOthers() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Cookie", "xROUTE=no; ROUTE=abc; z=1");
        assertThat(PassedHeaders.cookie(headers, "ROUTE")).isEqualTo("abc");
        assertThat(PassedHeaders.cookie(headers, "none")).isEmpty();
    }
}
