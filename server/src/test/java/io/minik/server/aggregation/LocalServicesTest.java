package io.minik.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.aggregation.LocalServices.Deed;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalServicesTest {
    private static final String LABEL = "kube-aggregator.kubernetes.io/automanaged";

    private final Map<String, KubeObject> wanted = LocalServices.wanted(Schema.load());

    private KubeObject wanted(String name) {
        return Optional.ofNullable(wanted.get(name)).orElseThrow();
    }

    private static KubeObject service(String json) {
        return KubeObject.of(Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static KubeObject changed(String managed, String more) {
        return service("{'metadata':{'name':'v1.x','labels':{'" + LABEL + "':'" + managed
                + "'}},'spec':{'group':'x','version':'v1','groupPriorityMinimum':7,'versionPriority':7" + more + "}}");
    }

    @Test
    void eachGroupVersionHasOneButThatOfApiServices() {
        assertThat(wanted).containsKeys("v1.", "v1.apps", "v2.autoscaling", "v1.rbac.authorization.k8s.io");
        assertThat(wanted).doesNotContainKey("v1.apiregistration.k8s.io");
        assertThat(wanted("v2.autoscaling").at("spec"))
                .isEqualTo(Json.parse(
                        "{\"group\":\"autoscaling\",\"version\":\"v2\",\"groupPriorityMinimum\":17500,\"versionPriority\":30}"
                                .getBytes(StandardCharsets.UTF_8)));
        assertThat(wanted("v1.").at("spec").has("group")).isFalse();
    }

    @Test
    void nobodyElseServesOurGroupsOrApiServices() {
        assertThat(LocalServices.isBuiltIn("v1.apps", wanted)).isTrue();
        assertThat(LocalServices.isBuiltIn("v1.apiregistration.k8s.io", wanted)).isTrue();
        assertThat(LocalServices.isBuiltIn("v2.apiregistration.k8s.io", wanted)).isTrue();
        assertThat(LocalServices.isBuiltIn("v1.example.com", wanted)).isFalse();
    }

    @Test
    void whatIsNobodysIsLeftAlone() {
        Optional<KubeObject> ours = Optional.of(changed("true", ""));
        Optional<KubeObject> users = Optional.of(changed("", ""));

        assertThat(LocalServices.decide(Optional.empty(), Optional.empty(), false))
                .isEqualTo(Deed.NOTHING);
        assertThat(LocalServices.decide(Optional.empty(), users, false)).isEqualTo(Deed.NOTHING);
        assertThat(LocalServices.decide(ours, users, false)).isEqualTo(Deed.NOTHING);
        assertThat(LocalServices.decide(Optional.empty(), ours, true)).isEqualTo(Deed.DELETE);
        assertThat(LocalServices.decide(ours, Optional.empty(), true)).isEqualTo(Deed.CREATE);
        assertThat(LocalServices.decide(ours, ours, true)).isEqualTo(Deed.NOTHING);
    }

    @Test
    void usersChangeBuiltInOnesUntilTheNextStartAndOthersNever() {
        Optional<KubeObject> builtIn = Optional.of(changed("onstart", ",'caBundle':'x'"));
        Optional<KubeObject> defined = Optional.of(changed("true", ",'caBundle':'x'"));

        assertThat(LocalServices.decide(Optional.of(changed("onstart", "")), builtIn, false))
                .isEqualTo(Deed.UPDATE);
        assertThat(LocalServices.decide(Optional.of(changed("onstart", "")), builtIn, true))
                .isEqualTo(Deed.NOTHING);
        assertThat(LocalServices.decide(Optional.of(changed("true", "")), defined, true))
                .isEqualTo(Deed.UPDATE);
    }

    @Test
    void whoNamesAServiceTakesItOver() {
        Optional<KubeObject> taken = Optional.of(changed("true", ",'service':{'namespace':'n','name':'s'}"));

        assertThat(LocalServices.decide(Optional.of(changed("true", "")), taken, false))
                .isEqualTo(Deed.NOTHING);
        assertThat(LocalServices.decide(Optional.empty(), taken, false)).isEqualTo(Deed.NOTHING);
        assertThat(Extension.of(taken.get()).orElseThrow().serverName()).isEqualTo("s.n.svc");
    }
}
