package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImpersonationTest {
    private static Impersonation asked(String... headers) {
        MultiMap all = MultiMap.caseInsensitiveMultiMap();
        for (String header : headers) {
            int colon = header.indexOf(": ");
            all.add(header.substring(0, colon), header.substring(colon + 2));
        }
        return Impersonation.of(all).orElseThrow();
    }

    private static List<String> words(Impersonation asked) {
        return asked.wanted().stream()
                .map(target -> target.group() + "/" + target.resource()
                        + (target.subresource().isEmpty() ? "" : "/" + target.subresource()) + " "
                        + target.namespace() + "/" + target.name())
                .toList();
    }

    @Test
    void eachThatIsAskedForNeedsAPermission() {
        Impersonation asked = asked(
                "Impersonate-User: jane",
                "Impersonate-Group: dev",
                "Impersonate-Group: system:masters",
                "Impersonate-Uid: 7",
                "Impersonate-Extra-Scopes: view",
                "impersonate-extra-scopes: edit",
                "Impersonate-Extra-Example.com%2Fproject: blue");
        assertThat(words(asked))
                .containsExactlyInAnyOrder(
                        "/users /jane",
                        "/groups /dev",
                        "/groups /system:masters",
                        "authentication.k8s.io/uids /7",
                        "authentication.k8s.io/userextras/scopes /view",
                        "authentication.k8s.io/userextras/scopes /edit",
                        "authentication.k8s.io/userextras/example.com/project /blue");
        assertThat(asked.wanted()).allMatch(target -> target.verb().equals("impersonate") && target.resourceRequest());
        User user = asked.user();
        assertThat(user.name()).isEqualTo("jane");
        assertThat(user.uid()).isEqualTo("7");
        assertThat(user.groups()).containsExactly("dev", "system:masters", "system:authenticated");
        assertThat(user.extra())
                .isEqualTo(Map.of("scopes", List.of("view", "edit"), "example.com/project", List.of("blue")));
    }

    @Test
    void aServiceAccountIsAskedForByItsNamespaceAndHasItsGroups() {
        Impersonation asked = asked("Impersonate-User: system:serviceaccount:shop:bot");
        assertThat(words(asked)).containsExactly("/serviceaccounts shop/bot");
        assertThat(asked.user().groups())
                .containsExactlyInAnyOrder(
                        "system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated");
        Impersonation grouped = asked("Impersonate-User: system:serviceaccount:shop:bot", "Impersonate-Group: dev");
        assertThat(grouped.user().groups()).containsExactly("dev", "system:authenticated");
    }

    /** Who may be some user must not get the groups of all service accounts of a namespace by a name that is nearly one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "system:serviceaccount:kube-system",
                "system:serviceaccount:kube-system:",
                "system:serviceaccount::bot",
                "system:serviceaccount:kube-system:a:b",
                "system:serviceaccounts:kube-system:a",
                "System:serviceaccount:kube-system:a",
            })
    void whatIsNearlyAServiceAccountIsAUser(String name) {
        Impersonation asked = asked("Impersonate-User: " + name);
        assertThat(words(asked)).containsExactly("/users /" + name);
        assertThat(asked.user().groups()).containsExactly("system:authenticated");
    }

    @ParameterizedTest
    @CsvSource({
        "jane,'',system:authenticated",
        "jane,system:authenticated,system:authenticated",
        "jane,system:unauthenticated,system:unauthenticated",
        "system:anonymous,'',system:unauthenticated",
        "system:anonymous,system:authenticated,system:authenticated",
    })
    void whetherHeIsKnownIsSaidOnce(String name, String group, String groups) {
        Impersonation asked = group.isEmpty()
                ? asked("Impersonate-User: " + name)
                : asked("Impersonate-User: " + name, "Impersonate-Group: " + group);
        assertThat(asked.user().groups()).containsExactly(groups);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Impersonate-Group: dev", "Impersonate-Uid: 7", "Impersonate-Extra-A: b"})
    void withoutAUserAllElseIsRefused(String header) {
        assertThatThrownBy(() -> asked(header)).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> asked("Impersonate-User: ", header)).isInstanceOf(ApiException.class);
    }

    @Test
    void withoutHeadersHeIsHimself() {
        assertThat(Impersonation.of(MultiMap.caseInsensitiveMultiMap().add("Impersonate", "x")))
                .isEmpty();
        Target self = asked("Impersonate-User: a%2Fb", "Impersonate-Extra-%zz: c")
                .wanted()
                .get(1);
        assertThat(self.subresource()).as("what can't be read stays as it is").isEqualTo("%zz");
    }
}
