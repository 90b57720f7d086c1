package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.cel.Authority.Decision;
import io.minik.api.cel.Authority.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions ask an authorizer, what the answers are worth and cost, and what variables there are about a request. */
class AuthorityTest {
    private final List<Question> asked = new ArrayList<>();
    private final Authority authority = new Authority(this::judge, "");

    private Decision judge(Question question) {
        asked.add(question);
        return question.verb().equals("broken")
                ? new Decision(false, "", "no answer")
                : new Decision(question.verb().equals("get"), "because", "");
    }

    private Program.Outcome eval(String expression) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("authorizer", authority);
        variables.put(
                "authorizer.requestResource",
                new Authority.OfResource(authority, "apps", "deployments", "", "shop", "web", "", ""));
        try {
            return CelEnvironment.of(RequestVariables.of(false, true))
                    .compile(expression)
                    .eval(variables, 1_000_000);
        } catch (CompileFault e) {
            throw new AssertionError(e.words(), e);
        }
    }

    @Test
    void aQuestionSaysAllThatTheExpressionSays() {
        Object allowed =
                eval("authorizer.serviceAccount('ns','bob').group('apps').resource('deployments').subresource('scale')"
                                + ".namespace('shop').name('web').fieldSelector('a=b').labelSelector('c=d').check('get').allowed()")
                        .value();
        assertThat(allowed).isEqualTo(true);
        assertThat(asked)
                .containsExactly(new Question(
                        "system:serviceaccount:ns:bob",
                        "",
                        "apps",
                        "deployments",
                        "scale",
                        "shop",
                        "web",
                        "get",
                        "a=b",
                        "c=d"));
    }

    @Test
    void aPathIsAskedForByItsVerb() {
        assertThat(eval("authorizer.path('/healthz').check('post').allowed()").value())
                .isEqualTo(false);
        assertThat(asked).containsExactly(new Question("", "/healthz", "", "", "", "", "", "post", "", ""));
    }

    @Test
    void theResourceOfTheRequestHasANameWithAPoint() {
        assertThat(eval("authorizer.requestResource.check('get').allowed()").value())
                .isEqualTo(true);
        assertThat(asked)
                .containsExactly(new Question("", "", "apps", "deployments", "", "shop", "web", "get", "", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            authorizer.requestResource.check('get').reason() | because
            authorizer.requestResource.check('broken').errored() | true
            authorizer.requestResource.check('broken').error() | no answer
            authorizer.requestResource.check('get').error() | ''
            authorizer.group('').resource('pods').check('list').allowed() | false
            [1].exists(authorizer, authorizer == 1) | true
            """)
    void answersHaveReasonsAndErrors(String expression, String wanted) {
        assertThat(eval(expression).value()).hasToString(wanted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            authorizer.path(' ').check('get').allowed() | path must not be empty
            authorizer.group('').resource('').check('get').allowed() | resource must not be empty
            authorizer.serviceAccount('a_b','c').path('/x').check('get').allowed() | Invalid service account namespace
            authorizer.serviceAccount('a','C').path('/x').check('get').allowed() | Invalid service account name
            """)
    void whatCannotBeAskedIsAnError(String expression, String wanted) {
        assertThat(eval(expression).error()).isEqualTo(wanted);
        assertThat(asked).isEmpty();
    }

    /** 350,000 for an answer: two in one expression, not three. */
    @Test
    void questionsAreDear() {
        String question = "authorizer.requestResource.check('get').allowed()";
        assertThat(eval(question).cost()).isEqualTo(350_002);
        assertThat(eval(question + " && " + question).value()).isEqualTo(true);
        assertThat(eval(question + " && " + question + " && " + question).error())
                .isEqualTo(Program.EXHAUSTED);
    }

    @Test
    void aSelectorCostsWhatItMaySay() {
        // The list, a tenth of each letter, and 50 for every two letters.
        assertThat(eval("authorizer.requestResource.fieldSelector('a=bc') == authorizer.requestResource")
                        .cost())
                .isEqualTo(1 + (10 + 1 + 100) + 1 + 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            request.object == null | undefined field 'object'
            request.name + 1 | found no matching overload for '_+_' applied to '(string, int)'
            params.x | undeclared reference to 'params'
            namespaceObject.metadata.ownerReferences.size() | undefined field 'ownerReferences'
            authorizer.check('get') | found no matching overload for 'check' applied to 'kubernetes.authorization.Authorizer.(string)'
            """)
    void theRequestHasAType(String expression, String wanted) {
        assertThatThrownBy(() ->
                        CelEnvironment.of(RequestVariables.of(false, true)).compile(expression))
                .isInstanceOfSatisfying(
                        CompileFault.class, fault -> assertThat(fault.words()).contains(wanted));
    }
}
