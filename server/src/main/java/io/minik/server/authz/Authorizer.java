package io.minik.server.authz;

import io.minik.server.authn.User;
import java.util.stream.Stream;

/** Answers from memory, on the caller's loop: never blocks. */
public interface Authorizer {
    Decision authorize(Attributes attributes);

    /**
     * authorization.k8s.io/v1's attributes.
     *
     * @param verb get, list, watch, create, update, patch, delete, deletecollection, proxy, impersonate, …; for non-resource paths the HTTP method in lower case
     * @param resourceRequest false: only verb and path matter
     * @param fieldSelector of a list, watch or deletecollection, as the client wrote it; empty: all
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
            String path,
            String fieldSelector) {
        /** Without a selector. */
        public Attributes(
                User user,
                String verb,
                String group,
                String version,
                String resource,
                String subresource,
                String namespace,
                String name,
                boolean resourceRequest,
                String path) {
            this(user, verb, group, version, resource, subresource, namespace, name, resourceRequest, path, "");
        }

        public Attributes selecting(String fields) {
            return new Attributes(
                    user, verb, group, version, resource, subresource, namespace, name, resourceRequest, path, fields);
        }

        /** Whether only objects are asked for whose field is exactly this. */
        boolean selects(String field, String value) {
            return Stream.of(fieldSelector.split(",", -1))
                    .anyMatch(term -> term.equals(field + "=" + value) || term.equals(field + "==" + value));
        }
    }

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
