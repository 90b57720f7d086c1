package io.minik.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.json.Json;
import io.minik.server.audit.AuditPolicy.Stage;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditPolicyTest {
    private static final User JANE = new User("jane", "", List.of("dev", "system:authenticated"), Map.of());

    private static AuditPolicy policy(String rules) {
        return AuditPolicy.parse(Json.parse(("{'apiVersion':'audit.k8s.io/v1','kind':'Policy'," + rules + "}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8)));
    }

    private static Target target(String method, String path) {
        return Target.parse(method, path, Map.of());
    }

    /** What each word of a rule matches: where it does not, the request is told by nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'users':['jane']|GET|/api/v1/pods|true",
                "'users':['joe']|GET|/api/v1/pods|false",
                "'userGroups':['dev']|GET|/api/v1/pods|true",
                "'userGroups':['ops']|GET|/api/v1/pods|false",
                "'verbs':['list']|GET|/api/v1/pods|true",
                "'verbs':['get']|GET|/api/v1/pods|false",
                "'verbs':['get']|GET|/readyz|true",
                "'namespaces':['shop']|GET|/api/v1/namespaces/shop/pods|true",
                "'namespaces':['shop']|GET|/api/v1/pods|false",
                "'namespaces':['']|GET|/api/v1/nodes|true",
                "'namespaces':['']|GET|/readyz|false",
                "'resources':[{'group':''}]|GET|/api/v1/nodes|true",
                "'resources':[{'group':'apps'}]|GET|/api/v1/nodes|false",
                "'resources':[{'group':'apps'}]|GET|/readyz|false",
                "'resources':[{'group':'','resources':['pods']}]|GET|/api/v1/namespaces/a/pods/b|true",
                "'resources':[{'group':'','resources':['pods']}]|GET|/api/v1/namespaces/a/pods/b/log|false",
                "'resources':[{'group':'','resources':['pods/log']}]|GET|/api/v1/namespaces/a/pods/b/log|true",
                "'resources':[{'group':'','resources':['pods/*']}]|GET|/api/v1/namespaces/a/pods/b/log|true",
                "'resources':[{'group':'','resources':['pods/*']}]|GET|/api/v1/namespaces/a/pods/b|true",
                "'resources':[{'group':'','resources':['*/log']}]|GET|/api/v1/namespaces/a/pods/b/log|true",
                "'resources':[{'group':'','resources':['*/log']}]|GET|/api/v1/namespaces/a/pods/b|false",
                "'resources':[{'group':'','resources':['*']}]|GET|/api/v1/namespaces/a/pods/b/log|true",
                "'resources':[{'group':'','resources':['pods'],'resourceNames':['b']}]|GET|/api/v1/namespaces/a/pods/b|true",
                "'resources':[{'group':'','resources':['pods'],'resourceNames':['c']}]|GET|/api/v1/namespaces/a/pods/b|false",
                "'resources':[{'group':'','resources':['pods'],'resourceNames':['b']}]|GET|/api/v1/namespaces/a/pods|false",
                "'nonResourceURLs':['/readyz']|GET|/readyz|true",
                "'nonResourceURLs':['/readyz*']|GET|/readyz/ping|true",
                "'nonResourceURLs':['*']|GET|/metrics|true",
                "'nonResourceURLs':['*']|GET|/api/v1/pods|false",
                "'nonResourceURLs':['/ready']|GET|/readyz|false",
                "'verbs':['list'],'users':['joe']|GET|/api/v1/pods|false",
            })
    void aRuleMatchesByAllThatItSays(String rule, String method, String path, boolean matches) {
        AuditPolicy policy = policy("'rules':[{'level':'Request'," + rule + "}]");
        assertThat(policy.of(JANE, target(method, path)).level() == AuditPolicy.Level.Request)
                .isEqualTo(matches);
    }

    @Test
    void theFirstRuleCountsWithItsOwnStagesAndThoseOfAll() {
        AuditPolicy policy = policy("'omitStages':['RequestReceived'],'omitManagedFields':true,'rules':["
                + "{'level':'None','verbs':['watch']},"
                + "{'level':'RequestResponse','omitStages':['ResponseStarted'],'omitManagedFields':false,'users':['jane']},"
                + "{'level':'Metadata'}]");
        AuditPolicy.Decision watch = policy.of(JANE, Target.parse("GET", "/api/v1/pods", Map.of("watch", "1")));
        assertThat(watch.tells(Stage.ResponseComplete)).isFalse();
        AuditPolicy.Decision list = policy.of(JANE, target("GET", "/api/v1/pods"));
        assertThat(list.level()).isEqualTo(AuditPolicy.Level.RequestResponse);
        assertThat(list.omitManagedFields()).isFalse();
        assertThat(list.tells(Stage.RequestReceived)).isFalse();
        assertThat(list.tells(Stage.ResponseStarted)).isFalse();
        assertThat(list.tells(Stage.ResponseComplete)).isTrue();
        AuditPolicy.Decision other = policy.of(User.ANONYMOUS, target("GET", "/api/v1/pods"));
        assertThat(other.level()).isEqualTo(AuditPolicy.Level.Metadata);
        assertThat(other.omitManagedFields()).isTrue();
        assertThat(other.tells(Stage.ResponseStarted)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'rules':[]|loaded illegal policy with 0 rules",
                "'rules':[{}]|rules[0].level: Required value",
                "'rules':[{'level':'All'}]|rules[0].level: Unsupported value: \"All\": supported values: \"None\", \"Metadata\","
                        + " \"Request\", \"RequestResponse\"",
                "'rules':[{'level':'None','omitStages':['Never']}]|rules[0].omitStages[0]: Invalid value: \"Never\": allowed stages"
                        + " are RequestReceived,ResponseStarted,ResponseComplete,Panic",
                "'rules':[{'level':'None','nonResourceURLs':['readyz']}]|rules[0].nonResourceURLs[0]: Invalid value: \"readyz\":"
                        + " non-resource URL rules must begin with a '/' character",
                "'rules':[{'level':'None','nonResourceURLs':['/a*b']}]|rules[0].nonResourceURLs[0]: Invalid value: \"/a*b\":"
                        + " non-resource URL wildcards '*' must be the final character of the rule",
                "'rules':[{'level':'None','nonResourceURLs':['/a'],'namespaces':['b']}]|rules[0].nonResourceURLs: Invalid value:"
                        + " [\"/a\"]: rules cannot apply to both regular resources and non-resource URLs",
                "'rules':[{'level':'None','resources':[{'group':'','resourceNames':['b']}]}]|rules[0].resources.resourceNames:"
                        + " Invalid value: [\"b\"]: using resourceNames requires at least one resource",
            })
    void whatIsWrongIsSaid(String rules, String message) {
        assertThatThrownBy(() -> policy(rules)).hasMessage(message);
    }
}
