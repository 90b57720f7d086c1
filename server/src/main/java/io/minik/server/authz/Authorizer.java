package io.minik.server.authz;

import io.minik.server.authn.User;

/** Answers from memory, on the caller's loop: never blocks. */
public interface Authorizer {
    Decision authorize(Attributes attributes);

    /**
     * authorization.k8s.io/v1's attributes.
     *
     * @param verb get, list, watch, create, update, patch, delete, deletecollection, proxy, impersonate, …; for non-resource paths the HTTP method in lower case
     * @param resourceRequest false: only verb and path matter
     */
    record Attributes(
            User user,
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String namespace,
            String name,
            boolean resourceRequest,
            String path) {}

    /** @param reason for audit and for the 403's text; may be empty */
    record Decision(Outcome outcome, String reason) {
        public boolean allowed() {
            return outcome == Outcome.ALLOW;
        }
    }

    enum Outcome {
        ALLOW,
        DENY,
        NO_OPINION
    }
}
