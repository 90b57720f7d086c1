package io.minik.server.matching;

import io.minik.api.cel.Authority;
import io.minik.api.cel.Authority.Decision;
import io.minik.api.cel.Authority.Question;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.request.Target;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the expressions of one request have asked the authorizer, each question once. An expression cannot wait: where the answer
 * is not there yet, the work that it is a part of is left, and done again with it.
 */
public final class Questions implements Authority.Judge {
    private final Authorizer authorizer;
    private final User user;
    private final Map<Question, Decision> known = new HashMap<>();

    public Questions(Authorizer authorizer, User user) {
        this.authorizer = authorizer;
        this.user = user;
    }

    /** The question is asked. */
    private static final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Question question;
        private final transient Future<Authorizer.Decision> answer;

        Unanswered(Question question, Future<Authorizer.Decision> answer) {
            super(null, null, false, false);
            this.question = question;
            this.answer = answer;
        }
    }

    /** What the work comes to, once all that it asks is answered. @param work that can be done again. May throw */
    public <T> Future<T> answered(Supplier<T> work) {
        try {
            return Future.succeededFuture(work.get());
        } catch (Unanswered open) {
            return open.answer
                    .transform(answer -> Future.succeededFuture(known.put(open.question, decision(answer))))
                    .compose(unused -> answered(work));
        }
    }

    @Override
    public Decision judge(Question question) {
        Decision before = known.get(question);
        if (before != null) {
            return before;
        }
        Future<Authorizer.Decision> answer = authorizer.authorize(subject(question.account()), target(question));
        if (!answer.isComplete()) {
            throw new Unanswered(question, answer);
        }
        Decision decision = decision(answer);
        known.put(question, decision);
        return decision;
    }

    private static Decision decision(AsyncResult<Authorizer.Decision> answer) {
        return answer.succeeded()
                ? new Decision(answer.result().allowed(), answer.result().reason(), "")
                : new Decision(false, "", String.valueOf(answer.cause().getMessage()));
    }

    private User subject(String account) {
        if (account.isEmpty()) {
            return user;
        }
        String namespace = account.substring(User.ACCOUNT.length(), account.lastIndexOf(':'));
        return new User(account, "", User.accounts(namespace), Map.of());
    }

    private static Target target(Question question) {
        if (!question.path().isEmpty()) {
            return Target.ofPath(question.verb(), question.path());
        }
        return new Target(
                true,
                question.verb(),
                question.group(),
                "*",
                question.resource(),
                question.subresource(),
                question.namespace(),
                question.name(),
                "",
                question.fields());
    }

    /** The value of {@code authorizer}. */
    Authority authority() {
        return new Authority(this, "");
    }

    /** The value of {@code authorizer.requestResource}. */
    Authority.OfResource requestResource(Attributes asked) {
        return new Authority.OfResource(
                authority(),
                asked.resource().group(),
                asked.resource().plural(),
                asked.subresource(),
                asked.namespace(),
                asked.name(),
                "",
                "");
    }
}
