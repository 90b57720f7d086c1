package io.minik.server.kinds;

import static io.minik.api.meta.Resources.JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobKindTest {
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private KubeObject job(String name, String spec, String labels) {
        return api.create(
                JOBS,
                "default",
                "{'metadata':{'name':'" + name + "'},'spec':{" + spec + "'template':{'metadata':{'labels':{" + labels
                        + "}},'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}");
    }

    @Test
    void aJobSelectsItsPodsByItsUid() {
        KubeObject job = job("plain", "", "'a':'b'");
        assertThat(Json.strings(job.tree(), "spec", "selector", "matchLabels"))
                .isEqualTo(Map.of("batch.kubernetes.io/controller-uid", job.uid()));
        assertThat(Json.strings(job.tree(), "spec", "template", "metadata", "labels"))
                .isEqualTo(Map.of(
                        "a", "b",
                        "batch.kubernetes.io/controller-uid", job.uid(),
                        "controller-uid", job.uid(),
                        "batch.kubernetes.io/job-name", "plain",
                        "job-name", "plain"));
    }

    @Test
    void itsAuthorMaySelectOnlyBySayingSo() {
        KubeObject own = job("own", "'manualSelector':true,'selector':{'matchLabels':{'a':'b'}},", "'a':'b'");
        assertThat(own.at("spec", "template", "metadata", "labels").size()).isEqualTo(1);
        assertThatThrownBy(() -> job("none", "'manualSelector':true,", "'a':'b'"))
                .hasMessage("Job.batch \"none\" is invalid: spec.selector: Required value");
        assertThatThrownBy(() -> job("other", "'selector':{'matchLabels':{'a':'b'}},", "'a':'b'"))
                .hasMessageContaining("spec.selector: Invalid value: ")
                .hasMessageContaining("`selector` not auto-generated");
        assertThatThrownBy(() -> job("named", "", "'job-name':'x'"))
                .hasMessage("Job.batch \"named\" is invalid: spec.template.metadata.labels[job-name]: Invalid value:"
                        + " \"x\": must be 'named'");
    }
}
