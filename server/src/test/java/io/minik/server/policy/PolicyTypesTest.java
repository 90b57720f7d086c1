package io.minik.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.TestApi;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a policy's status says of its expressions. */
class PolicyTypesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            apps | deployments | object.spec.replicas <= 5                      | ~~
            apps | deployments | object.replicas <= 5                           | undefined field 'replicas'
            apps | deployments | object.spec.replicas == 'x'                    | found no matching overload for '_==_' applied to '(int, string)'
            ~~   | pods        | object.spec.containers.all(c, c.resources.limits.size() > 0 && c.image.startsWith('a')) | ~~
            ~~   | pods        | object.metadata.labels.a == 'b' && object.metadata.namespace == 'x' && object.kind == 'Pod' | ~~
            ~~   | pods        | object.metadata.creationTimestamp < timestamp('2024-01-01T00:00:00Z') | ~~
            ~~   | pods        | object.spec.volumes.all(v, has(v.hostpath))    | undefined field 'hostpath'
            ~~   | *           | object.whatever == 1                           | ~~
            ~~   | pods        | variables.n == 'x'                             | found no matching overload for '_==_' applied to '(int, string)'
            ~~   | pods        | authorizer.requestResource.check('get').allowed() && params.data.x == 'y' | ~~
            ~~   | pods        | params.dat.x == 'y'                            | undefined field 'dat'
            """)
    void whatIsNotThereIsWarnedOf(String group, String resource, String expression, String wanted) {
        KubeObject policy = KubeObject.of(policy(group, resource, expression));
        var warnings = PolicyTypes.warnings(Kinds.builtIn().now(), policy);
        if (wanted.isEmpty()) {
            assertThat(warnings).isEmpty();
        } else {
            assertThat(warnings).hasSize(1);
            assertThat(warnings.path(0).path("fieldRef").asText()).isEqualTo("spec.validations[0].expression");
            assertThat(warnings.path(0).path("warning").asText())
                    .startsWith(group + "/v1, Kind=" + (resource.equals("pods") ? "Pod" : "Deployment") + ": ERROR: ")
                    .contains(wanted)
                    .endsWith("^\n");
        }
    }

    private static ObjectNode policy(String group, String resource, String expression) {
        return TestApi.tree("{'metadata':{'name':'p'},'spec':{'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},"
                + "'variables':[{'name':'n','expression':'size(object.metadata.name)'}],"
                + "'matchConstraints':{'resourceRules':[{'apiGroups':['" + group
                + "'],'apiVersions':['v1'],'operations':['CREATE'],'resources':['" + resource
                + "']}]},'validations':[{'expression':'" + expression.replace("'", "\\'") + "'}]}}");
    }

    @Test
    void theStatusSaysThatThePolicyWasLookedAt() {
        try (TestApi api = new TestApi()) {
            Context context = api.vertx().getOrCreateContext();
            ApiClient client = new ApiClient(api.transport(), "minik");
            Promise<Void> started = Promise.promise();
            context.runOnContext(
                    unused -> new PolicyTypes(ControllerContext.of(Loop.on(context), client), Kinds.builtIn())
                            .start()
                            .onComplete(started));
            TestApi.await(started.future());
            Promise<KubeObject> told = Promise.promise();
            WatchHandle watch =
                    TestApi.await(client.watch(ValidatingPolicies.RESOURCE, "", ListOptions.ALL, new WatchHandler() {
                        @Override
                        public void onEvent(WatchEvent event) {
                            if (event.object().at("status").has("observedGeneration")) {
                                told.tryComplete(event.object());
                            }
                        }

                        @Override
                        public void onEnd(Optional<ApiException> why) {
                            told.tryFail("the watch ended");
                        }
                    }));
            api.create(
                    ValidatingPolicies.RESOURCE,
                    "",
                    policy("apps", "deployments", "object.replicas == 1").toString());
            JsonNode status = TestApi.await(told.future()).at("status");
            assertThat(status.path("observedGeneration").asInt()).isEqualTo(1);
            assertThat(Json.at(status, "typeChecking", "expressionWarnings")).hasSize(1);
            watch.close();
        }
    }
}
