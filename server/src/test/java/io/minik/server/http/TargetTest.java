package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.request.Target;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
