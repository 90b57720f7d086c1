package io.minik.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which schema of those that every cluster begins with takes whom. */
class FlowPlanTest {
    private final FlowPlan plan = FlowPlan.of(BootstrapFlows.FIRST_SCHEMAS, BootstrapFlows.FIRST_LEVELS);

    private static User user(String name, String... groups) {
        return new User(name, "", List.of(groups), Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            admin                                          | system:masters                                               | GET  | /api/v1/pods                                                | exempt
            anybody                                        | system:authenticated                                         | GET  | /readyz                                                     | probes
            anybody                                        | system:authenticated                                         | GET  | /readyz/store                                               | global-default
            system:kube-scheduler                          | system:authenticated                                         | PUT  | /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/s | system-leader-election
            system:kube-scheduler                          | system:authenticated                                         | GET  | /api/v1/pods                                                | kube-scheduler
            system:serviceaccount:kube-system:endpoint-controller | system:serviceaccounts:kube-system,system:authenticated | PUT | /api/v1/namespaces/shop/endpoints/web                       | endpoint-controller
            system:serviceaccount:kube-system:any          | system:serviceaccounts:kube-system,system:authenticated      | GET  | /apis/coordination.k8s.io/v1/namespaces/shop/leases/l       | system-leader-election
            system:serviceaccount:kube-system:any          | system:serviceaccounts:kube-system,system:serviceaccounts    | GET  | /api/v1/pods                                                | kube-system-service-accounts
            system:node:a                                  | system:nodes,system:authenticated                            | PUT  | /api/v1/nodes/a/status                                      | system-node-high
            system:node:a                                  | system:nodes,system:authenticated                            | GET  | /api/v1/namespaces/shop/secrets/s                           | system-nodes
            system:serviceaccount:shop:web                 | system:serviceaccounts,system:authenticated                  | GET  | /api/v1/namespaces/shop/pods                                | service-accounts
            jane                                           | system:authenticated                                         | GET  | /api/v1/namespaces/shop/pods                                | global-default
            system:anonymous                               | system:unauthenticated                                       | GET  | /version                                                    | global-default
            nobody                                         | strangers                                                    | GET  | /version                                                    | catch-all
            """)
    void everyRequestHasItsSchema(String name, String groups, String method, String path, String schema) {
        assertThat(plan.flow(user(name, groups.split(",")), Target.parse(method, path, Map.of()))
                        .schema()
                        .name())
                .isEqualTo(schema);
    }

    @Test
    void flowsAreToldApartByTheirDistinguisher() {
        Target pods = Target.parse("GET", "/api/v1/namespaces/shop/pods", Map.of());
        RequestFlow jane = plan.flow(user("jane", "system:authenticated"), pods);
        RequestFlow joe = plan.flow(user("joe", "system:authenticated"), pods);
        assertThat(jane.hash()).isNotEqualTo(joe.hash());
        assertThat(jane.distinguisher()).isEqualTo("jane");
        assertThat(plan.flow(user("system:kube-scheduler", "system:authenticated"), pods)
                        .distinguisher())
                .isEqualTo("shop");
    }

    /** An administrator's own schema goes first if its number is lower, and not at all if its level is missing. */
    @Test
    void aSchemaWithoutItsLevelTakesNobody() {
        FlowPlan cut = FlowPlan.of(
                BootstrapFlows.FIRST_SCHEMAS,
                BootstrapFlows.FIRST_LEVELS.stream()
                        .filter(level -> !level.name().equals("global-default"))
                        .toList());
        assertThat(cut.flow(user("jane", "system:authenticated"), Target.parse("GET", "/api/v1/pods", Map.of()))
                        .schema()
                        .name())
                .isEqualTo("catch-all");
    }
}
