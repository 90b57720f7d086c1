package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;

class ConnectReviewTest {
    @Test
    void optionsThatSomebodyChangedAreParametersAgain() {
        ObjectNode options =
                TestApi.tree("{'kind':'PodExecOptions','apiVersion':'v1','stdin':true,'tty':false,'container':'main',"
                        + "'command':['sh','-c','echo a b']}");
        MultiMap parameters = ConnectReview.parameters(options);
        assertThat(parameters.getAll("command")).containsExactly("sh", "-c", "echo a b");
        assertThat(parameters.get("stdin")).isEqualTo("true");
        assertThat(parameters.get("tty")).isEqualTo("false");
        assertThat(parameters.get("container")).isEqualTo("main");
        assertThat(parameters.contains("kind")).isFalse();
        assertThat(parameters.contains("apiVersion")).isFalse();
    }

    @Test
    void portsAreSingleParameters() {
        ObjectNode options = TestApi.tree("{'kind':'PodPortForwardOptions','ports':[80,8080]}");
        assertThat(ConnectReview.parameters(options).getAll("ports")).containsExactly("80", "8080");
    }

    @Test
    void aPathThatSomebodyChangedKeepsItsSiteAndItsQuery() {
        ProxyPath asked = ProxyPath.of("/api/v1/namespaces/shop/services/web/proxy/old", "a=b", true);
        assertThat(asked.to("/new/place").uri()).isEqualTo("/new/place?a=b");
        assertThat(asked.to("new").prefix()).isEqualTo("/api/v1/namespaces/shop/services/web/proxy");
        assertThat(asked.to("").uri()).isEqualTo("/?a=b");
    }
}
