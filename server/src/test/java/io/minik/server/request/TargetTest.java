package io.minik.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "GET,/api/v1/namespaces/shop/pods/web/log,get,-,v1,pods,log,shop,web",
                "GET,/apis/apps/v1/deployments,list,apps,v1,deployments,-,-,-",
                "POST,/apis/apps/v1/namespaces/shop/deployments,create,apps,v1,deployments,-,shop,-",
                "GET,/api/v1/namespaces/shop,get,-,v1,namespaces,-,shop,shop",
                "PUT,/api/v1/namespaces/shop/finalize,update,-,v1,namespaces,finalize,shop,shop",
                "PUT,/api/v1/namespaces/shop/status,update,-,v1,namespaces,status,shop,shop",
                "GET,/api/v1/namespaces,list,-,v1,namespaces,-,-,-",
                "GET,/api/v1/nodes/n1/proxy/metrics/cadvisor,get,-,v1,nodes,proxy,-,n1",
                "DELETE,/api/v1/namespaces/shop/pods,deletecollection,-,v1,pods,-,shop,-",
                "PATCH,/api/v1/nodes/n1,patch,-,v1,nodes,-,-,n1",
                "GET,/api/v1/watch/namespaces/shop/pods,watch,-,v1,pods,-,shop,-",
                "GET,/api/v1/watch/nodes/n1,watch,-,v1,nodes,-,-,n1",
                "HEAD,/api/v1/nodes,list,-,v1,nodes,-,-,-",
                "HEAD,/api/v1/nodes/n1,get,-,v1,nodes,-,-,n1",
                "OPTIONS,/api/v1/nodes,'',-,v1,nodes,-,-,-",
                "GET,/api/v1/namespaces/shop/services/https:web:443/proxy/a/b,get,-,v1,services,proxy,shop,https:web:443",
                "GET,/api//v1///nodes/,list,-,v1,nodes,-,-,-",
                "GET,/apis/apps/v1/namespaces/status/deployments,list,apps,v1,deployments,-,status,-",
                "GET,/api/v1/namespaces/finalize/status,get,-,v1,namespaces,status,finalize,finalize",
            })
    void readsWhatAPathIsAbout(
            String method,
            String path,
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String namespace,
            String name) {
        assertThat(Target.parse(method, path, Map.of()))
                .isEqualTo(new Target(
                        true, verb, or(group), version, resource, or(subresource), or(namespace), or(name), path, ""));
    }

    private static String or(String text) {
        return text == null ? "" : text;
    }

    @ParameterizedTest
    @CsvSource({"/readyz", "/api", "/api/v1", "/apis/apps/v1", "/openapi/v3/apis/apps/v1", "/"})
    void pathsOfNoResourceHaveTheMethodAsVerb(String path) {
        Target target = Target.parse("GET", path, Map.of());
        assertThat(target.resourceRequest()).isFalse();
        assertThat(target.verb()).isEqualTo("get");
        assertThat(target.path()).isEqualTo(path);
    }

    @Test
    void watchIsAListThatGoesOn() {
        String pods = "/api/v1/pods";
        assertThat(Target.parse("GET", pods, Map.of("watch", "1")).verb()).isEqualTo("watch");
        assertThat(Target.parse("GET", pods, Map.of("watch", "true")).verb()).isEqualTo("watch");
        assertThat(Target.parse("GET", pods, Map.of("watch", "false")).verb()).isEqualTo("list");
        assertThat(Target.parse("GET", "/api/v1/nodes/n", Map.of("watch", "1")).verb())
                .isEqualTo("get");
    }

    @ParameterizedTest
    @CsvSource({"1,watch", "true,watch", "FALSE,list", "False,list", "0,list", "no,watch", "'',watch"})
    void anyWordButFalseAndZeroAsksToWatch(String word, String verb) {
        assertThat(Target.parse("GET", "/api/v1/pods", Map.of("watch", word)).verb())
                .isEqualTo(verb);
    }

    private static Target selecting(String method, String fields) {
        return Target.parse(method, "/api/v1/namespaces/shop/secrets", Map.of("fieldSelector", fields));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "metadata.name=only;only",
                "metadata.name==only;only",
                "type=x,metadata.name=only;only",
                "metadata.name=only,metadata.name=other;only",
                "metadata.name!=only;''",
                "metadata.namespace=only;''",
                "metadata.name=a/b;''",
                "metadata.name=..;''",
                "metadata.name=a%b;''",
                "'';''",
            })
    void aListOfOneNameIsAboutThatName(String fields, String name) {
        assertThat(selecting("GET", fields).name()).isEqualTo(name);
    }

    /** Who may read one Secret must not read all by a text that two readers understand differently. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "type!=x\\,metadata.name=only",
                "type!=x\\,metadata.name\\=only",
                "type\\,metadata.name=only",
                "type!=\\\\\\,metadata.name=only",
                "metadata.name\\=only",
                "metadata.name=only\\",
                "metadata.name=on=ly",
                "nothing,metadata.name=only",
            })
    void whatIsOnlyWrittenLikeANameIsNone(String fields) {
        Target asked = selecting("GET", fields);
        assertThat(asked.name()).isEmpty();
        assertThat(asked.selects("metadata.name", "only")).isFalse();
    }

    @Test
    void anEscapedNameIsTheNameThatTheRegistryComparesWith() {
        assertThat(selecting("GET", "metadata.name=a\\,b").name()).isEqualTo("a,b");
        assertThat(selecting("GET", "type=x,spec.nodeName=n1").selects("spec.nodeName", "n1"))
                .isTrue();
        assertThat(selecting("GET", "spec.nodeName!=n1").selects("spec.nodeName", "n1"))
                .isFalse();
    }

    @Test
    void deletingManyIsNeverAboutOneName() {
        Target many = selecting("DELETE", "metadata.name=only");
        assertThat(many.verb()).isEqualTo("deletecollection");
        assertThat(many.name()).isEmpty();
        assertThat(many.selects("metadata.name", "only")).isTrue();
        assertThat(selecting("POST", "metadata.name=only").fieldSelector()).isEmpty();
    }

    /** Whatever is asked: no path is read as more than it says, and nothing fails. */
    @Test
    void pathsByChanceAreReadWithoutLoss() {
        Random random = new Random(Long.getLong("seed", 1));
        List<String> words = List.of(
                "api",
                "apis",
                "v1",
                "apps",
                "namespaces",
                "watch",
                "pods",
                "status",
                "finalize",
                "proxy",
                "",
                ".",
                "%2e");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder path = new StringBuilder();
            for (int part = random.nextInt(9); part >= 0; part--) {
                path.append('/').append(words.get(random.nextInt(words.size())));
            }
            String method = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE")
                    .get(random.nextInt(7));
            Target target = Target.parse(method, path.toString(), Map.of());
            List<String> parts = Stream.of(path.toString().split("/"))
                    .filter(part -> !part.isEmpty())
                    .toList();
            assertThat(target.path()).isEqualTo(path.toString());
            if (!target.resourceRequest()) {
                assertThat(target.verb()).isEqualTo(method.toLowerCase(Locale.ROOT));
                assertThat(target.resource() + target.name() + target.namespace())
                        .isEmpty();
                continue;
            }
            assertThat(parts.get(0)).as("%s", path).isEqualTo(target.group().isEmpty() ? "api" : "apis");
            assertThat(target.resource()).as("%s", path).isNotEmpty();
            assertThat(parts).as("%s", path).contains(target.version(), target.resource());
            if (!target.name().isEmpty() && !target.resource().equals("namespaces")) {
                int at = parts.lastIndexOf(target.subresource().isEmpty() ? target.name() : target.subresource());
                assertThat(at).as("%s", path).isPositive();
            }
            assertThat(target.name().isEmpty() && !target.subresource().isEmpty())
                    .as("a part of nothing: %s", path)
                    .isFalse();
        }
    }
}
