package io.minik.server.reviews;

import io.minik.server.authn.ObjectLookup;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authz.ClusterAuthorizer;
import io.minik.server.registry.Connector;
import java.time.InstantSource;
import java.util.Map;

/** The connectors of this room, by what they answer for. */
public final class Reviews {
    private static final String AUTHENTICATION = "authentication.k8s.io";
    private static final String AUTHORIZATION = "authorization.k8s.io";

    private Reviews() {}

    /** What the connectors ask. */
    public record Sources(
            RequestAuthenticator authenticator,
            ServiceAccountTokens tokens,
            ClusterAuthorizer authorizer,
            ObjectLookup lookup,
            InstantSource clock) {}

    public static Map<Connector.Key, Connector> connectors(Sources sources) {
        AccessReviews access = new AccessReviews(sources.authorizer());
        IdentityReviews identity = new IdentityReviews(sources.authenticator());
        TokenRequests tokens = new TokenRequests(sources.tokens(), sources.lookup(), sources.clock());
        return Map.of(
                key(AUTHENTICATION, "tokenreviews"),
                identity::tokenReview,
                key(AUTHENTICATION, "selfsubjectreviews"),
                identity::selfSubjectReview,
                key(AUTHORIZATION, "subjectaccessreviews"),
                access::subject,
                key(AUTHORIZATION, "localsubjectaccessreviews"),
                access::local,
                key(AUTHORIZATION, "selfsubjectaccessreviews"),
                access::self,
                key(AUTHORIZATION, "selfsubjectrulesreviews"),
                access::selfRules,
                new Connector.Key("", "serviceaccounts", "token"),
                tokens::create);
    }

    private static Connector.Key key(String group, String plural) {
        return new Connector.Key(group, plural, "");
    }
}
