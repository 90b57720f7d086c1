package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import io.minik.ground.net.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static final String N = "'nginx.ingress.kubernetes.io/";
    private static final String T = "'traefik.ingress.kubernetes.io/";
    private final Ingresses cluster = new Ingresses();

    private record Asking(
            String method, String uri, String host, boolean secure, String from, Map<String, String> headers)
            implements Decision.Head {
        @Override
        public List<String> hosts() {
            return List.of(host);
        }

        @Override
        public Optional<Address> client() {
            return Address.find(from);
        }

        @Override
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        @Override
        public long contentLength() {
            return Long.parseLong(headers.getOrDefault("Content-Length", "-1"));
        }
    }

    @BeforeEach
    void services() {
        cluster.service("a/s", "10.42.0.2");
    }

    private void rule(String annotations) {
        cluster.all.clear();
        cluster.rule("a/i", annotations, "h.example", "Prefix", "/app", "s");
    }

    private Decision ask(String uri) {
        return ask("GET", uri, false, "192.0.2.1", Map.of());
    }

    private Decision ask(String method, String uri, boolean secure, String from, Map<String, String> headers) {
        return Decision.of(cluster.plan().table(), new Asking(method, uri, "h.example", secure, from, headers));
    }

    private static int status(Decision decision) {
        return decision instanceof Decision.Refuse refuse
                ? refuse.status()
                : decision instanceof Decision.Redirect redirect ? redirect.status() : 200;
    }

    private static String location(Decision decision) {
        return decision instanceof Decision.Redirect redirect ? redirect.location() : "";
    }

    private static String forwarded(Decision decision) {
        return decision instanceof Decision.Forward forward ? forward.uri() : decision.toString();
    }

    @Test
    void whatWasMatchedIsWhatIsPassedOn() {
        rule("");
        assertThat(forwarded(ask("/app/x?a=%2e"))).isEqualTo("/app/x?a=%2e");
        assertThat(forwarded(ask("/x/../app/%61"))).isEqualTo("/app/a");
        assertThat(status(ask("/app/../other"))).isEqualTo(404);
        assertThat(status(ask("/app/..%2fother"))).isEqualTo(400);
        assertThat(status(ask("CONNECT", "/app", false, "192.0.2.1", Map.of()))).isEqualTo(405);
    }

    @Test
    void aCertificateSendsToHttps() {
        String spec =
                "'tls':[{'hosts':['h.example'],'secretName':'t'}],'rules':[{'host':'h.example','http':{'paths':[{'path':'/app','pathType':'Prefix','backend':"
                        + Ingresses.backend("s") + "}]}}]";
        cluster.ingress("a/i", "", spec);
        assertThat(location(ask("/app/x?y"))).isEqualTo("https://h.example/app/x?y");
        assertThat(status(ask("/app"))).isEqualTo(308);
        assertThat(forwarded(ask("GET", "/app", true, "192.0.2.1", Map.of()))).isEqualTo("/app");
        cluster.all.clear();
        cluster.ingress("a/i", N + "ssl-redirect':'false'", spec);
        assertThat(forwarded(ask("/app"))).isEqualTo("/app");
        rule(N + "force-ssl-redirect':'true'");
        assertThat(location(ask("/app"))).isEqualTo("https://h.example/app");
    }

    @Test
    void redirectsAsTheAnnotationsSay() {
        rule(N + "permanent-redirect':'https://other.example/x'");
        assertThat(location(ask("/app"))).isEqualTo("https://other.example/x");
        assertThat(status(ask("/app"))).isEqualTo(301);
        rule(N + "permanent-redirect':'https://other.example/x'," + N + "permanent-redirect-code':'308'");
        assertThat(status(ask("/app"))).isEqualTo(308);
        rule(N + "temporal-redirect':'/login'");
        assertThat(status(ask("/app"))).isEqualTo(302);
        rule(N + "permanent-redirect':'https://x/\\r\\nSet-Cookie: a'");
        assertThat(forwarded(ask("/app"))).as("what is no URL is not honoured").isEqualTo("/app");
        cluster.all.clear();
        cluster.rule("a/i", N + "app-root':'/start'", "h.example", "Prefix", "/", "s");
        assertThat(location(ask("/"))).isEqualTo("http://h.example/start");
        assertThat(forwarded(ask("/start"))).isEqualTo("/start");
        cluster.all.clear();
        cluster.rule("a/i", N + "from-to-www-redirect':'true'", "www.h.example", "Prefix", "/", "s");
        assertThat(location(ask("/a?b"))).isEqualTo("http://www.h.example/a?b");
    }

    @Test
    void pathsAreRewritten() {
        rule(N + "rewrite-target':'/'");
        assertThat(forwarded(ask("/app/x?q"))).isEqualTo("/?q");
        cluster.all.clear();
        cluster.rule(
                "a/i", N + "rewrite-target':'/api/$2'", "h.example", "ImplementationSpecific", "/app(/|$)(.*)", "s");
        assertThat(forwarded(ask("/app/x/y?q"))).isEqualTo("/api/x/y?q");
        assertThat(forwarded(ask("/app"))).isEqualTo("/api/");
        cluster.all.clear();
        cluster.rule(
                "a/i", N + "rewrite-target':'/in/$1$2'", "h.example", "ImplementationSpecific", "/app/(.)x(./.*)", "s");
        assertThat(status(ask("/app/.x./../../admin"))).isEqualTo(404);
        assertThat(forwarded(ask("/app/.x./admin")))
                .as("dots that groups put together are resolved")
                .isEqualTo("/admin");
    }

    @Test
    void addressesAreLetInOrNot() {
        rule(N + "whitelist-source-range':'192.0.2.0/24, 2001:db8::1'");
        assertThat(status(ask("/app"))).isEqualTo(200);
        assertThat(status(ask("GET", "/app", false, "::ffff:192.0.2.9", Map.of())))
                .isEqualTo(200);
        assertThat(status(ask("GET", "/app", false, "2001:db8::1", Map.of()))).isEqualTo(200);
        assertThat(status(ask("GET", "/app", false, "198.51.100.1", Map.of()))).isEqualTo(403);
        rule(N + "denylist-source-range':'192.0.2.1/32'");
        assertThat(status(ask("/app"))).isEqualTo(403);
        assertThat(status(ask("GET", "/app", false, "192.0.2.2", Map.of()))).isEqualTo(200);
        rule(N + "allowlist-source-range':'192.0.2.0/24,nonsense'");
        assertThat(status(ask("/app"))).as("unreadable: nobody").isEqualTo(503);
    }

    @Test
    void entryPointsAreTraefiks() {
        rule(T + "router.entrypoints':'websecure'");
        assertThat(status(ask("/app"))).isEqualTo(404);
        assertThat(status(ask("GET", "/app", true, "192.0.2.1", Map.of()))).isEqualTo(200);
        rule(T + "router.entrypoints':'web'");
        assertThat(status(ask("/app"))).isEqualTo(200);
        assertThat(status(ask("GET", "/app", true, "192.0.2.1", Map.of()))).isEqualTo(404);
        rule(T + "router.middlewares':'default-auth@kubernetescrd'");
        assertThat(status(ask("/app"))).isEqualTo(503);
    }

    @Test
    void bodiesHaveTheSizeThatIsAllowed() {
        rule(N + "proxy-body-size':'1k'");
        assertThat(status(ask("POST", "/app", false, "192.0.2.1", Map.of("Content-Length", "1024"))))
                .isEqualTo(200);
        assertThat(status(ask("POST", "/app", false, "192.0.2.1", Map.of("Content-Length", "1025"))))
                .isEqualTo(413);
    }

    @Test
    void browsersAreAnsweredWhatOtherOriginsMay() {
        rule(N + "enable-cors':'true'," + N + "cors-allow-origin':'https://*.example.com, http://a.org'");
        Decision preflight = ask("OPTIONS", "/app", false, "192.0.2.1", Map.of("Origin", "https://x.example.com"));
        assertThat(preflight).isInstanceOf(Decision.Preflight.class);
        RouteOptions.Cors cors = ((Decision.Preflight) preflight).cors();
        assertThat(cors.allow("https://x.example.com")).contains("https://x.example.com");
        assertThat(cors.allow("http://a.org")).contains("http://a.org");
        assertThat(cors.allow("https://example.com")).isEmpty();
        assertThat(cors.allow("https://x.example.com.evil.org")).isEmpty();
        assertThat(cors.allow("http://x.example.com")).isEmpty();
        rule(N + "enable-cors':'true'," + N + "cors-allow-credentials':'false'");
        RouteOptions.Cors open = ((Decision.Preflight) ask("OPTIONS", "/app", false, "192.0.2.1", Map.of())).cors();
        assertThat(open.allow("http://any")).contains("*");
    }

    @Test
    void nobodyReadyIs503() {
        cluster.service("a/nobody").rule("a/n", "h.example", "Prefix", "/n", "nobody");
        assertThat(status(ask("/n"))).isEqualTo(503);
    }

    private static Optional<String[]> match(String pattern, String path) {
        return new PathPattern(pattern).match(path, new PathPattern.Work());
    }

    @Test
    void noExpressionGoesBackOverAndOver() {
        assertThat(match("/(a+)+$", "/" + "a".repeat(60) + "!")).isEmpty();
        assertThat(match("/(a|b)*c", "/" + "ab".repeat(400) + "c")).isPresent();
        assertThat(match("/x", "/x" + "y".repeat(5000))).isEmpty();
        assertThat(match("/API/(v\\d+)", "/api/v1/x").orElseThrow()).containsExactly("/api/v1", "v1");
    }

    /** Repeated nothing: an engine that goes back does it for years, and looks at no letter meanwhile. */
    @Test
    void nothingRepeatedWithoutEndIsNoExpression() {
        for (String each :
                List.of("/x((){2000000000}){2000000000}", "/x(?:|){2000000000}$", "/" + "(".repeat(60_000))) {
            assertThatThrownBy(() -> new PathPattern(each))
                    .as(each.substring(0, 10))
                    .isInstanceOf(PatternSyntaxException.class);
        }
        assertThat(match("/x(?:|){1000}$", "/xabcdef")).isEmpty();
    }

    @Test
    void theExpressionsOfAHostHaveSoMuchWorkTogether() {
        PathPattern.Work work = new PathPattern.Work();
        String path = "/" + "a".repeat(1000);
        PathPattern slow = new PathPattern("/(a{0,500}b)");
        int asked = 0;
        while (asked < 100 && new PathPattern("/a").match(path, work).isPresent()) {
            assertThat(slow.match(path, work)).isEmpty();
            asked++;
        }
        assertThat(asked).isBetween(1, 10);
    }

    @Test
    void aRewriteDoesNotMultiplyWhatWasCaught() {
        String[] groups = {"/", "a".repeat(1000)};
        assertThat(PathPattern.fill("/$1", groups, 8192)).hasSize(1001);
        assertThatThrownBy(() -> PathPattern.fill("/" + "$1".repeat(100_000), groups, 8192))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("too long");
    }

    @Test
    void aPathOfManySegmentsIsLookedUpByItsBeginning() {
        cluster.service("a/app").rule("a/deep", "deep.example", "Prefix", "/a/b", "app");
        assertThat(cluster.plan().table().find("deep.example", "/a/b" + "/c".repeat(4000)))
                .isPresent();
        assertThat(cluster.plan().table().find("deep.example", "/a" + "/c".repeat(4000)))
                .isEmpty();
    }
}
