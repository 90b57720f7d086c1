package io.minik.server.authz;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.request.Target;
import java.util.List;

/** Words the 403 as kube-apiserver does. */
public final class Forbidden {
    private Forbidden() {}

    public static ApiException of(User user, Target asked, Decision decision) {
        String why = sentence(user, asked) + (decision.reason().isEmpty() ? "" : ": " + decision.reason());
        if (!asked.resourceRequest()) {
            return ApiException.of(Reason.Forbidden, "forbidden: " + why, Details.NONE);
        }
        String resource = asked.group().isEmpty() ? asked.resource() : asked.resource() + "." + asked.group();
        String subject = asked.name().isEmpty() ? resource : resource + " \"" + asked.name() + "\"";
        return ApiException.of(
                Reason.Forbidden,
                subject + " is forbidden: " + why,
                new Details(asked.name(), asked.group(), asked.resource(), "", List.of(), 0));
    }

    /** {@code User "x" cannot list resource "pods" in API group "" in the namespace "y"}. */
    public static String sentence(User user, Target asked) {
        String who = "User \"" + user.name() + "\"";
        if (!asked.resourceRequest()) {
            return who + " cannot " + asked.verb() + " path \"" + asked.path() + "\"";
        }
        String resource =
                asked.subresource().isEmpty() ? asked.resource() : asked.resource() + "/" + asked.subresource();
        String where = asked.namespace().isEmpty()
                ? " at the cluster scope"
                : " in the namespace \"" + asked.namespace() + "\"";
        return who + " cannot " + asked.verb() + " resource \"" + resource + "\" in API group \"" + asked.group() + "\""
                + where;
    }
}
