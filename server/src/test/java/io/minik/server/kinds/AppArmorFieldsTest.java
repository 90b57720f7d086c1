package io.minik.server.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppArmorFieldsTest {
    private static final String KEY = "container.apparmor.security.beta.kubernetes.io/c";

    private static ObjectNode pod(String annotation, String spec, String container) {
        return Json.parseObject(("{'metadata':{'annotations':{'" + KEY + "':'" + annotation + "'}},'spec':{" + spec
                        + "'containers':[{'name':'c'" + container + "}]}}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8));
    }

    private static String field(ObjectNode pod) {
        return Json.at(pod, "spec")
                .path("containers")
                .path(0)
                .path("securityContext")
                .path("appArmorProfile")
                .toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "unconfined|{\"type\":\"Unconfined\"}",
                "runtime/default|{\"type\":\"RuntimeDefault\"}",
                "localhost/mine|{\"type\":\"Localhost\",\"localhostProfile\":\"mine\"}",
            })
    void anAnnotationBecomesTheField(String annotation, String field) {
        ObjectNode pod = pod(annotation, "", "");
        assertThat(AppArmorFields.copy(pod))
                .containsExactly("metadata.annotations[" + KEY
                        + "]: deprecated since v1.30; use the \"appArmorProfile\" field instead");
        assertThat(field(pod)).isEqualTo(field);
    }

    @Test
    void theContainersOwnFieldAndThePodsStay() {
        ObjectNode own = pod("unconfined", "", ",'securityContext':{'appArmorProfile':{'type':'RuntimeDefault'}}");
        assertThat(AppArmorFields.copy(own)).isEmpty();
        assertThat(field(own)).isEqualTo("{\"type\":\"RuntimeDefault\"}");
        String profile = "'securityContext':{'appArmorProfile':{'type':'Unconfined'}},";
        ObjectNode same = pod("unconfined", profile, "");
        assertThat(AppArmorFields.copy(same)).isEmpty();
        assertThat(field(same)).isEmpty();
        ObjectNode other = pod("runtime/default", profile, "");
        assertThat(AppArmorFields.copy(other)).hasSize(1);
        assertThat(field(other)).isEqualTo("{\"type\":\"RuntimeDefault\"}");
    }

    @Test
    void whatIsNoProfileIsWarnedOfAndNotCopied() {
        for (String annotation : List.of("localhost/", "localhost/ x", "")) {
            ObjectNode pod = pod(annotation, "", "");
            assertThat(AppArmorFields.copy(pod)).hasSize(1);
            assertThat(field(pod)).isEmpty();
        }
        ObjectNode windows = pod("unconfined", "'os':{'name':'windows'},", "");
        assertThat(AppArmorFields.copy(windows)).isEmpty();
        assertThat(field(windows)).isEmpty();
    }
}
