/**
 * Questions about users and rights that are answered when asked and not stored: TokenReview, SubjectAccessReview and its local
 * and self forms, SelfSubjectRulesReview, SelfSubjectReview, serviceaccounts/token; and the signer of CertificateSigningRequests.
 *
 * <p>{@link io.minik.server.reviews.Reviews#connectors} is what the registry mounts; any loop may call them, nothing blocks.
 * {@link io.minik.server.reviews.CertificateSigner} is a controller on ApiClient with a loop of its own. Follows
 * authentication.k8s.io/v1, authorization.k8s.io/v1, certificates.k8s.io/v1.
 */
@NullMarked
package io.minik.server.reviews;

import org.jspecify.annotations.NullMarked;
