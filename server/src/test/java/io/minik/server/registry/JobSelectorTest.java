package io.minik.server.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JobSelectorTest {
    private static ObjectNode generated(String spec) {
        ObjectNode job = Json.parseObject(("{'metadata':{'name':'calc','uid':'u-1'},'spec':" + spec + "}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8));
        JobSelector.generate(Resources.JOBS, job);
        return job;
    }

    @Test
    void aJobSelectsByItsUid() {
        ObjectNode job = generated("{'template':{'metadata':{'labels':{'app':'calc'}}}}");
        assertThat(Json.strings(job, "spec", "selector", "matchLabels"))
                .containsOnlyKeys("batch.kubernetes.io/controller-uid")
                .containsValue("u-1");
        assertThat(Json.strings(job, "spec", "template", "metadata", "labels"))
                .containsEntry("app", "calc")
                .containsEntry("job-name", "calc")
                .containsEntry("batch.kubernetes.io/job-name", "calc")
                .containsEntry("controller-uid", "u-1")
                .containsEntry("batch.kubernetes.io/controller-uid", "u-1");
    }

    @Test
    void aSelectorOfItsOwnNeedsManualSelector() {
        assertThatThrownBy(() -> generated("{'selector':{'matchLabels':{'app':'x'}}}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("`selector` not auto-generated");
        assertThatThrownBy(() -> generated("{'template':{'metadata':{'labels':{'job-name':'other'}}}}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("must be 'calc'");
        ObjectNode manual = generated("{'manualSelector':true,'selector':{'matchLabels':{'app':'x'}}}");
        assertThat(Json.strings(manual, "spec", "selector", "matchLabels")).containsOnlyKeys("app");
    }
}
