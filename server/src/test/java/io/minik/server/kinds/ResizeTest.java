package io.minik.server.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResizeTest {
    private static ObjectNode pod(String... containers) {
        String text = "{'metadata':{'name':'p'},'spec':{'containers':[" + String.join(",", containers) + "]}}";
        return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String container(String name, String resources) {
        return "{'name':'" + name + "','image':'i','resources':{" + resources + "}}";
    }

    private static final String BURSTABLE = "'requests':{'cpu':'20m'},'limits':{'cpu':'30m'}";

    @Test
    void onlyResourcesReachThePod() {
        ObjectNode next = pod(container("c", "'requests':{'cpu':'25m'},'limits':{'cpu':'30m'}")
                .replace("'i'", "'other'"));
        ObjectNode made = Resize.apply(next, pod(container("c", BURSTABLE)));
        assertThat(made.at("/spec/containers/0/resources/requests/cpu").asText())
                .isEqualTo("25m");
        assertThat(made.at("/spec/containers/0/image").asText()).isEqualTo("i");
    }

    @Test
    void theQosClassStays() {
        assertThatThrownBy(() -> Resize.apply(pod(container("c", "'requests':{'cpu':'20m'}")), pod(container("c", ""))))
                .hasMessageContaining(
                        "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing");
    }

    @Test
    void whatWasSetCannotBeRemoved() {
        ObjectNode old = pod(container("c", BURSTABLE));
        assertThatThrownBy(() -> Resize.apply(pod(container("c", "'requests':{'cpu':'20m'}")), old.deepCopy()))
                .hasMessageContaining(
                        "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed");
        assertThatThrownBy(() -> Resize.apply(pod(container("c", "'limits':{'cpu':'30m'}")), old.deepCopy()))
                .hasMessageContaining("resource requests cannot be removed");
    }

    @Test
    void onlyCpuAndMemoryChange() {
        assertThatThrownBy(() -> Resize.apply(
                        pod(container("c", "'requests':{'cpu':'20m','ephemeral-storage':'3'},'limits':{'cpu':'30m'}")),
                        pod(container("c", BURSTABLE))))
                .hasMessageContaining("only cpu and memory resources are mutable");
    }

    @Test
    void containersKeepTheirNamesAndOrder() {
        assertThatThrownBy(() -> Resize.apply(
                        pod(container("b", BURSTABLE), container("a", BURSTABLE)),
                        pod(container("a", BURSTABLE), container("b", BURSTABLE))))
                .hasMessageContaining(
                        "spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize,"
                                + " spec.containers[1].name: Forbidden: containers may not be renamed or reordered on resize");
    }
}
