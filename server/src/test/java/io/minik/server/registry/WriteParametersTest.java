package io.minik.server.registry;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriteParametersTest {
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aDeleteThatIsADryRunByItsBodyDeletesNothing() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'stays'}}");
        api.delete(CONFIG_MAPS, ObjectKey.of("default", "stays"), "{'dryRun':['All']}");
        assertThat(api.get(CONFIG_MAPS, "default", "stays").name()).isEqualTo("stays");
    }

    private KubeObject write(Verb verb, String name, Map<String, String> query) {
        return TestApi.await(api.send(
                verb,
                CONFIG_MAPS,
                ObjectKey.of("default", name),
                "",
                query,
                verb == Verb.PATCH ? "application/merge-patch+json" : "application/json",
                "{'metadata':{'name':'x'}}"));
    }

    @Test
    void parametersThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> write(Verb.CREATE, "", Map.of("dryRun", "Some")))
                .hasMessage("CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]:"
                        + " supported values: \"All\"");
        assertThatThrownBy(() -> write(Verb.CREATE, "", Map.of("fieldValidation", "Loose")))
                .hasMessageStartingWith(
                        "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Loose\"");
        assertThatThrownBy(() -> write(Verb.PATCH, "x", Map.of("force", "true")))
                .hasMessage("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for"
                        + " non-apply patch");
        assertThatThrownBy(() -> write(Verb.PATCH, "x", Map.of("fieldManager", "m".repeat(129))))
                .hasMessageContaining("fieldManager: Too long: may not be more than 128 bytes");
    }

    @Test
    void aCollectionIsDeletedInThisProcessToo() {
        api.create(CONFIG_MAPS, "kube-public", "{'metadata':{'name':'one','labels':{'of':'many'}}}");
        KubeObject deleted = TestApi.await(api.send(
                Verb.DELETE_COLLECTION,
                CONFIG_MAPS,
                ObjectKey.of("kube-public", ""),
                "",
                Map.of("labelSelector", "of=many"),
                "application/json",
                "{}"));
        assertThat(deleted.kind()).isEqualTo("ConfigMapList");
        assertThat(deleted.at("items").size()).isEqualTo(1);
        assertThat(api.list(CONFIG_MAPS, "kube-public", Map.of()).items()).isEmpty();
    }
}
