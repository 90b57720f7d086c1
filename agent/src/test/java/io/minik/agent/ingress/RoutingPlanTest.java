package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.ObjectKey;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingPlanTest {
    private final Ingresses cluster = new Ingresses();

    private Stream<String> complaints(String reason) {
        return cluster.plan().complaints().stream()
                .filter(each -> each.reason().equals(reason))
                .map(each -> each.ingress() + ": " + each.message());
    }

    /** The table of https://kubernetes.io/docs/concepts/services-networking/ingress/#examples. */
    @ParameterizedTest
    @CsvSource({
        "Prefix, /, /any/path, true",
        "Exact, /foo, /foo, true",
        "Exact, /foo, /bar, false",
        "Exact, /foo, /foo/, false",
        "Exact, /foo/, /foo, false",
        "Prefix, /foo, /foo, true",
        "Prefix, /foo, /foo/, true",
        "Prefix, /foo/, /foo, true",
        "Prefix, /foo/, /foo/, true",
        "Prefix, /aaa/bb, /aaa/bbb, false",
        "Prefix, /aaa/bbb, /aaa/bbb, true",
        "Prefix, /aaa/bbb/, /aaa/bbb, true",
        "Prefix, /aaa/bbb, /aaa/bbb/, true",
        "Prefix, /aaa/bbb, /aaa/bbb/ccc, true",
        "Prefix, /aaa/bbb, /aaa/bbbxyz, false",
        "ImplementationSpecific, /foo, /foo/bar, true"
    })
    void pathsMatchAsTheDocumentationSays(String type, String path, String asked, boolean matches) {
        cluster.service("a/s", "10.42.0.2").rule("a/i", "h.example", type, path, "s");
        assertThat(cluster.find("h.example", asked)).isEqualTo(matches ? "a-s-80" : "");
    }

    @Test
    void theLongerPathGoesBeforeTheShorterAndAnExactOneBeforeAll() {
        cluster.service("a/root", "10.42.0.2").service("a/deep", "10.42.0.3").service("a/exact", "10.42.0.4");
        cluster.rule("a/1", "h.example", "Prefix", "/", "root");
        cluster.rule("a/2", "h.example", "Prefix", "/aaa", "deep");
        cluster.rule("a/3", "h.example", "Exact", "/aaa", "exact");
        assertThat(List.of(
                        cluster.find("h.example", "/aaa/ccc"),
                        cluster.find("h.example", "/ccc"),
                        cluster.find("h.example", "/aaa"),
                        cluster.find("h.example", "/aaa/")))
                .containsExactly("a-deep-80", "a-root-80", "a-exact-80", "a-deep-80");
    }

    @Test
    void aHostGoesBeforeAWildcardOfOneLabelAndThatBeforeNone() {
        cluster.service("a/one", "10.42.0.2").service("a/wild", "10.42.0.3").service("a/any", "10.42.0.4");
        cluster.rule("a/1", "", "Prefix", "/", "any");
        cluster.rule("a/2", "*.foo.com", "Prefix", "/", "wild");
        cluster.rule("a/3", "bar.foo.com", "Prefix", "/only", "one");
        assertThat(List.of(
                        cluster.find("bar.foo.com", "/only"),
                        cluster.find("baz.foo.com", "/"),
                        cluster.find("baz.bar.foo.com", "/"),
                        cluster.find("foo.com", "/"),
                        cluster.find("else", "/")))
                .containsExactly("a-one-80", "a-wild-80", "a-any-80", "a-any-80", "a-any-80");
        assertThat(cluster.find("bar.foo.com", "/other"))
                .as("a host that is found is not left again")
                .isEmpty();
    }

    @Test
    void defaultBackendsTakeWhatNoRuleHas() {
        cluster.service("a/s", "10.42.0.2").service("a/rest", "10.42.0.3").service("b/all", "10.42.0.4");
        cluster.ingress(
                "a/i",
                "",
                "'defaultBackend':" + Ingresses.backend("rest")
                        + ",'rules':[{'host':'h.example','http':{'paths':[{'path':'/x','pathType':'Prefix','backend':"
                        + Ingresses.backend("s") + "}]}},{'host':'bare.example'}]");
        cluster.ingress("b/all", "", "'defaultBackend':" + Ingresses.backend("all"));
        cluster.ingress("b/late", "", "'defaultBackend':" + Ingresses.backend("all"));
        assertThat(List.of(
                        cluster.find("h.example", "/x"),
                        cluster.find("h.example", "/y"),
                        cluster.find("bare.example", "/"),
                        cluster.find("other", "/")))
                .containsExactly("a-s-80", "a-rest-80", "a-rest-80", "b-all-80");
        assertThat(complaints(RoutingPlan.TAKEN))
                .containsExactly("b/late: the default backend is served by the older Ingress b/all");
    }

    @Test
    void theOlderHasThePathAndTheOtherIsTold() {
        cluster.service("a/s", "10.42.0.2").service("b/s", "10.42.0.3");
        cluster.rule("b/old", "h.example", "Prefix", "/x", "s");
        cluster.rule("a/new", "H.example", "Prefix", "/x/", "s");
        cluster.rule("a/sub", "h.example", "Prefix", "/x/y", "s");
        assertThat(cluster.find("h.example", "/x")).isEqualTo("b-s-80");
        assertThat(complaints(RoutingPlan.TAKEN))
                .containsExactly("a/new: path /x/ of host h.example is served by the older Ingress b/old");
        assertThat(complaints(RoutingPlan.SHARED))
                .as("and whoever was there first hears who else is")
                .containsExactly(
                        "b/old: paths of host h.example are also served by Ingress a/new",
                        "b/old: paths of host h.example are also served by Ingress a/sub");
    }

    @Test
    void portsAreFoundByNumberAndByName() {
        cluster.service("a/s", "10.42.0.2", "10.42.0.3");
        cluster.ingress(
                "a/i",
                "",
                "'rules':[{'http':{'paths':[{'path':'/','pathType':'Prefix','backend':{'service':{'name':'s','port':{'name':'web'}}}}]}}]");
        ServiceBackend backend =
                cluster.plan().table().find("any", "/").orElseThrow().route().backend();
        assertThat(backend.endpoints())
                .containsExactly(new BackendEndpoint("10.42.0.2", 8080), new BackendEndpoint("10.42.0.3", 8080));
        assertThat(backend.problem()).isEmpty();
    }

    @Test
    void endpointsThatEndServeIfNobodyElseDoes() {
        String ending = "{'addresses':['10.42.0.9'],'conditions':{'ready':false,'serving':true,'terminating':true}}";
        String gone = "{'addresses':['10.42.0.8'],'conditions':{'ready':false}}";
        cluster.service("a/s").slice("a/s", ending + "," + gone).rule("a/i", "h", "Prefix", "/", "s");
        assertThat(cluster.plan()
                        .table()
                        .find("h", "/")
                        .orElseThrow()
                        .route()
                        .backend()
                        .endpoints())
                .containsExactly(new BackendEndpoint("10.42.0.9", 8080));
        cluster.slice("a/s", "{'addresses':['10.42.0.7']}");
        assertThat(cluster.plan()
                        .table()
                        .find("h", "/")
                        .orElseThrow()
                        .route()
                        .backend()
                        .endpoints())
                .containsExactly(new BackendEndpoint("10.42.0.7", 8080));
    }

    @Test
    void brokenReferencesAreTold() {
        cluster.service("a/s", "10.42.0.2").service("a/nobody");
        cluster.services.put(
                ObjectKey.of("a", "ext"),
                cluster.object("Service", "a/ext", "'spec':{'type':'ExternalName','externalName':'localhost'}"));
        cluster.rule("a/1", "h", "Prefix", "/1", "none");
        cluster.rule("a/2", "h", "Prefix", "/2", "ext");
        cluster.rule("a/4", "h", "Prefix", "/4", "nobody");
        cluster.ingress(
                "a/3",
                "",
                "'rules':[{'host':'h','http':{'paths':[{'path':'/3','pathType':'Prefix','backend':{'service':{'name':'s','port':{'number':81}}}},"
                        + "{'path':'/5','pathType':'Prefix','backend':{'resource':{'kind':'Bucket','name':'b'}}}]}}]");
        assertThat(complaints(RoutingPlan.BROKEN))
                .anySatisfy(text -> assertThat(text).startsWith("a/1: Service a/none does not exist"))
                .anySatisfy(text -> assertThat(text).startsWith("a/2: Service a/ext is of type ExternalName"))
                .anySatisfy(text -> assertThat(text).startsWith("a/3: Service a/s has no TCP port 81"))
                .anySatisfy(text -> assertThat(text).contains("no Service but another resource"))
                .noneSatisfy(text -> assertThat(text).startsWith("a/4"));
        assertThat(cluster.plan()
                        .table()
                        .find("h", "/4")
                        .orElseThrow()
                        .route()
                        .backend()
                        .problem())
                .isEqualTo("nobody is ready");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, node itself",
        "::ffff:127.0.0.1, node itself",
        "0.0.0.0, node itself",
        "169.254.169.254, metadata",
        "fe80::1, metadata",
        "192.168.0.1, kubelet"
    })
    void noWayLeadsToWhatTrustsThisNode(String address, String why) {
        cluster.service("a/s", address).rule("a/i", "h", "Prefix", "/", "s");
        ServiceBackend backend =
                cluster.plan().table().find("h", "/").orElseThrow().route().backend();
        assertThat(backend.endpoints()).isEmpty();
        assertThat(backend.problem()).contains(why);
        assertThat(complaints(RoutingPlan.BROKEN)).hasSize(1);
    }

    @Test
    void regularExpressionsRewrite() {
        cluster.service("a/s", "10.42.0.2").service("a/root", "10.42.0.3");
        cluster.rule("a/root", "h", "Prefix", "/", "root");
        cluster.rule(
                "a/i",
                "'nginx.ingress.kubernetes.io/rewrite-target':'/$2'",
                "h",
                "ImplementationSpecific",
                "/something(/|$)(.*)",
                "s");
        cluster.rule("a/bad", "'nginx.ingress.kubernetes.io/use-regex':'true'", "h", "Prefix", "/(", "s");
        assertThat(cluster.find("h", "/Something/x")).isEqualTo("a-s-80");
        assertThat(cluster.find("h", "/somethingelse")).isEqualTo("a-root-80");
        assertThat(complaints(RoutingPlan.INVALID))
                .anySatisfy(text -> assertThat(text).startsWith("a/bad: path /( is no regular expression"));
    }

    @Test
    void certificatesAreTheOlderIngressOfTheirName() {
        cluster.ingress("a/1", "", "'tls':[{'hosts':['H.example','*.w.example'],'secretName':'one'}]");
        cluster.ingress("b/2", "", "'tls':[{'hosts':['h.example'],'secretName':'two'}]");
        cluster.ingress("b/3", "", "'tls':[{'secretName':'three'}],'rules':[{'host':'r.example'}]");
        RoutingPlan plan = cluster.plan();
        assertThat(plan.certificates().keySet()).containsExactlyInAnyOrder("h.example", "*.w.example", "r.example");
        assertThat(Objects.requireNonNull(plan.certificates().get("h.example")).secret())
                .isEqualTo(ObjectKey.of("a", "one"));
        assertThat(complaints(RoutingPlan.TAKEN))
                .containsExactly(
                        "b/2: the certificate of h.example is Secret a/one, which the older Ingress a/1 names");
    }

    @Test
    void annotationsThatAreNotHonouredAreNamed() {
        cluster.service("a/s", "10.42.0.2");
        cluster.rule(
                "a/i",
                "'nginx.ingress.kubernetes.io/limit-rps':'5','nginx.ingress.kubernetes.io/auth-url':'http://x',"
                        + "'nginx.ingress.kubernetes.io/proxy-read-timeout':'soon','example.com/other':'x'",
                "h",
                "Prefix",
                "/",
                "s");
        assertThat(complaints(RoutingPlan.NOT_HONOURED))
                .containsExactly("a/i: nginx.ingress.kubernetes.io/auth-url, nginx.ingress.kubernetes.io/limit-rps:"
                        + " not honoured here");
        assertThat(complaints(RoutingPlan.INVALID))
                .containsExactly("a/i: nginx.ingress.kubernetes.io/proxy-read-timeout: \"soon\" is no number between 1"
                        + " and 86400");
        assertThat(complaints(RoutingPlan.CLOSED)).hasSize(1);
        assertThat(cluster.plan()
                        .table()
                        .find("h", "/")
                        .orElseThrow()
                        .route()
                        .options()
                        .closed())
                .contains("nginx.ingress.kubernetes.io/auth-url is not honoured");
    }

    private static String paths(int count, String form) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(i == 0 ? "" : ",")
                    .append("{'path':'")
                    .append(String.format(form, i))
                    .append("','pathType':'ImplementationSpecific','backend':")
                    .append(Ingresses.backend("s" + i))
                    .append('}');
        }
        return all.toString();
    }

    @Test
    void oneNamespaceHasNotTheRoomOfAllOthers() {
        cluster.service("b/s", "10.42.0.2");
        for (int i = 0; i < 4; i++) {
            cluster.ingress(
                    "a/" + i, "", "'rules':[{'host':'h" + i + "','http':{'paths':[" + paths(2000, "/%d") + "]}}]");
        }
        cluster.rule("b/i", "h.example", "Prefix", "/", "s");
        RoutingPlan plan = cluster.plan();
        assertThat(plan.table().find("h.example", "/")).isPresent();
        assertThat(plan.table().find("h0", "/1999")).isPresent();
        assertThat(plan.table().find("h2", "/1999")).isEmpty();
        assertThat(complaints(RoutingPlan.TOO_MANY))
                .hasSize(2)
                .allMatch(each -> each.contains("not all of it is served") && each.contains("5000 hosts and paths"));
        assertThat(plan.complaints()).as("a few of each Ingress").hasSizeLessThan(200);
    }

    @Test
    void anIngressForWhichThereIsNoRoomIsNotRead() {
        String long1 = "'note':'" + "x".repeat(1 << 20) + "'";
        cluster.service("a/s", "10.42.0.2").service("b/s", "10.42.0.2");
        cluster.rule("a/1", long1, "h1", "Prefix", "/", "s");
        cluster.rule("a/2", long1, "h2", "Prefix", "/", "s");
        cluster.rule("b/1", long1, "h3", "Prefix", "/", "s");
        assertThat(Stream.of("h1", "h2", "h3").map(host -> cluster.find(host, "/")))
                .containsExactly("a-s-80", "", "b-s-80");
        assertThat(complaints(RoutingPlan.TOO_MANY)).singleElement().asString().startsWith("a/2: ");
    }

    @Test
    void expressionsHaveRoomByTheirSteps() {
        String regex = "'nginx.ingress.kubernetes.io/use-regex':'true'";
        cluster.service("b/s", "10.42.0.2");
        cluster.ingress(
                "a/large", regex, "'rules':[{'host':'h','http':{'paths':[" + paths(100, "/%d[a-z]{400}") + "]}}]");
        cluster.rule("b/i", regex, "h.example", "ImplementationSpecific", "/x/[0-9]+", "s");
        assertThat(complaints(RoutingPlan.TOO_MANY)).hasSize(1);
        assertThat(cluster.find("h.example", "/x/17")).isEqualTo("b-s-80");
        assertThat(cluster.plan().table().find("h", "/1" + "a".repeat(400))).isPresent();
        assertThat(cluster.plan().table().find("h", "/99" + "a".repeat(400))).isEmpty();
    }

    @Test
    void whatAnIngressSaysIsReadOnceForAllItsServices() {
        String ranges = "10.0.0.0/8,".repeat(2000) + "192.0.2.0/24";
        String sticky = "'metadata':{'annotations':{'traefik.ingress.kubernetes.io/service.sticky.cookie':'true'}},";
        cluster.services.put(
                ObjectKey.of("a", "s1"), cluster.object("Service", "a/s1", sticky + "'spec':{'ports':[{'port':80}]}"));
        cluster.ingress(
                "a/i",
                "'nginx.ingress.kubernetes.io/whitelist-source-range':'" + ranges + "'",
                "'rules':[{'host':'h','http':{'paths':[" + paths(3, "/%d") + "]}}]");
        RoutingTable table = cluster.plan().table();
        List<RouteOptions> options = Stream.of("/0", "/1", "/2")
                .map(path -> table.find("h", path).orElseThrow().route().options())
                .toList();
        assertThat(options.get(0)).isSameAs(options.get(2));
        assertThat(options.get(1).access().allowed())
                .isSameAs(options.get(0).access().allowed());
        assertThat(options).extracting(each -> each.sticky().isPresent()).containsExactly(false, true, false);
    }
}
