package io.minik.server.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.matching.MatchConditions.Failed;
import io.minik.server.matching.MatchConditions.Matches;
import io.minik.server.matching.MatchConditions.NoMatch;
import io.minik.server.matching.MatchConditions.Verdict;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What conditions come to, and whom they may ask. */
class MatchConditionsTest {
    private final List<String> asked = new ArrayList<>();
    private Authorizer authorizer = (user, target) -> {
        asked.add(user.name() + " " + target.verb() + " " + target.resource() + "/" + target.name());
        return Future.succeededFuture(new Decision(Outcome.ALLOW, ""));
    };

    private Future<Verdict> later(Asked request, String... expressions) {
        var list = Json.array();
        for (String expression : expressions) {
            String name = "c" + list.size();
            list.addObject().put("name", name).put("expression", expression);
        }
        MatchConditions conditions = MatchConditions.ofWebhook(list);
        Attributes attributes = request.attributes();
        Questions questions = new Questions(authorizer, attributes.user());
        Activation activation = Activation.of(attributes, attributes.in(attributes.asAsked()), questions);
        return questions.answered(() -> conditions.evaluate(activation));
    }

    private Verdict verdict(String... expressions) {
        Asked request = new Asked()
                .by(Operation.UPDATE)
                .object("{'metadata':{'name':'web','labels':{'a':'b'}},'spec':{'n':3}}")
                .old("{'spec':{'n':2}}");
        return later(request, expressions).result();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "object.spec.n == 3 && oldObject.spec.n == 2",
                "request.operation == 'UPDATE' && request.kind.kind == 'Pod' && request.resource.resource == 'pods'",
                "request.userInfo.username == 'alice' && 'dev' in request.userInfo.groups && !has(request.subResource)",
                "request.userInfo.extra['scopes'] == ['a', 'b'] && request.namespace == 'shop' && !request.dryRun",
                "!has(object.metadata.annotations) && object.metadata.labels.a == 'b'",
                "namespaceObject == null",
                "authorizer.requestResource.check('breakglass').allowed()"
            })
    void conditionsSeeTheRequest(String expression) {
        assertThat(verdict(expression)).isEqualTo(new Matches());
    }

    @Test
    void whatIsNotThereIsNull() {
        assertThat(later(new Asked().by(Operation.DELETE).old("{}"), "object == null && oldObject != null")
                        .result())
                .isEqualTo(new Matches());
    }

    @Test
    void withoutConditionsAllIsMeant() {
        assertThat(verdict()).isEqualTo(new Matches());
    }

    @Test
    void oneThatDoesNotHoldOutweighsErrors() {
        assertThat(verdict("true", "object.none == 1", "object.spec.n == 4")).isEqualTo(new NoMatch("c2"));
        assertThat(verdict("object.spec.n == 4", "false")).isEqualTo(new NoMatch("c0"));
    }

    @Test
    void errorsAreToldInUpstreamsWords() {
        assertThat(verdict("true", "object.none == 1"))
                .isEqualTo(new Failed("expression 'object.none == 1' resulted in error: no such key: none"));
        assertThat(verdict("object.a == 1", "object.b == 1"))
                .isEqualTo(new Failed("[expression 'object.a == 1' resulted in error: no such key: a,"
                        + " expression 'object.b == 1' resulted in error: no such key: b]"));
        assertThat(verdict("1 + 1")).isEqualTo(new Failed("compilation error: must evaluate to bool but got int"));
        assertThat(verdict("nothing")).isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.message())
                .startsWith("compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference"));
    }

    @Test
    void conditionsHaveABudgetTogether() {
        String dear =
                "authorizer.requestResource.check('get').allowed() && authorizer.requestResource.check('get').allowed()";
        assertThat(verdict(dear, dear, dear)).isEqualTo(new Matches());
        assertThat(verdict(dear, dear, dear, dear))
                .isEqualTo(
                        new Failed(
                                "validation failed due to running out of cost budget, no further validation rules will be run"));
    }

    @Test
    void anAnswerThatComesLaterIsWaitedFor() {
        Promise<Decision> first = Promise.promise();
        Promise<Decision> second = Promise.promise();
        authorizer = (User user, Target target) -> {
            asked.add(target.verb());
            return target.verb().equals("get") ? first.future() : second.future();
        };
        Future<Verdict> verdict = later(
                new Asked(),
                "authorizer.requestResource.check('get').allowed()",
                "authorizer.requestResource.check('list').reason() == 'yes'",
                "authorizer.requestResource.check('get').allowed()");
        assertThat(verdict.isComplete()).isFalse();
        first.complete(new Decision(Outcome.ALLOW, ""));
        assertThat(verdict.isComplete()).isFalse();
        second.complete(new Decision(Outcome.DENY, "yes"));
        assertThat(verdict.result()).isEqualTo(new Matches());
        assertThat(asked).containsExactly("get", "list");
    }

    @Test
    void anAuthorizerThatFailsIsAnAnswer() {
        authorizer = (user, target) -> Future.failedFuture("gone");
        assertThat(verdict("authorizer.requestResource.check('get').error() == 'gone'"))
                .isEqualTo(new Matches());
    }

    @Test
    void anAccountIsAskedForInItsGroups() {
        authorizer = (user, target) -> {
            asked.add(user.toString());
            return Future.succeededFuture(new Decision(Outcome.NO_OPINION, ""));
        };
        assertThat(verdict("authorizer.serviceAccount('ns','bob').path('/x').check('get').allowed()"))
                .isEqualTo(new NoMatch("c0"));
        assertThat(asked)
                .containsExactly("User[name=system:serviceaccount:ns:bob, uid=, groups=[system:serviceaccounts,"
                        + " system:serviceaccounts:ns], extra={}]");
    }

    @Test
    void whatIsStoredIsCompiledOnceForEachVersion() {
        var resource = Resources.PODS;
        Compiled<Object> compiled = new Compiled<>(resource, object -> new Object());
        Asked request = new Asked().beside(resource, "{'metadata':{'name':'a'}}");
        var lookup = request.lookup();
        assertThat(compiled.all(lookup).get(0)).isSameAs(compiled.all(lookup).get(0));
        KubeObject other = KubeObject.of(Asked.tree("{'metadata':{'name':'a'}}"));
        assertThat(compiled.of(other)).isNotSameAs(compiled.all(lookup).get(0));
        assertThat(compiled.all(new Asked().lookup())).isEmpty();
    }
}
