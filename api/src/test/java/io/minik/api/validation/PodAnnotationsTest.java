package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodAnnotationsTest {
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

    private static JsonNode annotated(String key, String value) {
        ObjectNode metadata = Json.object();
        metadata.putObject("annotations").put(key, value);
        return metadata;
    }

    private static List<String> problems(String key, String value) {
        Causes causes = new Causes();
        JsonNode spec = Json.parse("{\"containers\":[{\"name\":\"c\"}]}".getBytes(StandardCharsets.UTF_8));
        new PodAnnotationRules(causes)
                .check(annotated(key, value).path("annotations"), spec, "spec.template.annotations");
        return told(causes);
    }

    private static List<String> told(Causes causes) {
        return causes.list().stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    @Test
    void whatTheNodeWouldNotUnderstandIsRefused() {
        String path = "spec.template.annotations[";
        assertThat(problems(APP_ARMOR + "c", "runtime/default")).isEmpty();
        assertThat(problems(APP_ARMOR + "c", "localhost/mine")).isEmpty();
        assertThat(problems(APP_ARMOR + "c", "mine"))
                .containsExactly(
                        path + APP_ARMOR + "c]: Invalid value: \"mine\": invalid AppArmor profile name: \"mine\"");
        assertThat(problems(APP_ARMOR + "d", "unconfined"))
                .containsExactly(path + APP_ARMOR + "d]: Invalid value: \"d\": container not found");
        String cost = "controller.kubernetes.io/pod-deletion-cost";
        assertThat(problems(cost, "-2147483648")).isEmpty();
        for (String wrong : List.of("2147483648", "+1", "01", "x", "")) {
            assertThat(problems(cost, wrong))
                    .containsExactly(path + cost + "]: Invalid value: \"" + wrong + "\": must be a 32bit integer");
        }
        assertThat(problems("kubernetes.io/config.mirror", "x"))
                .containsExactly(path + "kubernetes.io/config.mirror]: Invalid value: \"x\": must set spec.nodeName if"
                        + " mirror pod annotation is set");
    }

    @Test
    void thoseOfARunningPodStay() {
        for (String[] each : List.of(
                new String[] {APP_ARMOR + "c", "AppArmor annotations"},
                new String[] {"kubernetes.io/config.mirror", "mirror pod annotation"})) {
            JsonNode with = annotated(each[0], "unconfined");
            String path = "metadata.annotations[" + each[0] + "]: Forbidden: ";
            assertThat(update(with, with)).isEmpty();
            assertThat(update(Json.object(), with)).containsExactly(path + "may not add " + each[1]);
            assertThat(update(with, Json.object())).containsExactly(path + "may not remove or update " + each[1]);
            assertThat(update(with, annotated(each[0], "runtime/default")))
                    .containsExactly(path + "may not remove or update " + each[1]);
        }
        assertThat(update(annotated("a", "b"), annotated("c", "d"))).isEmpty();
    }

    private static List<String> update(JsonNode old, JsonNode now) {
        Causes causes = new Causes();
        new PodAnnotationRules(causes).update(now, old);
        return told(causes);
    }
}
