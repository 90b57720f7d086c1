/**
 * The Pod Security Standards: what a pod of level baseline or restricted may not ask for, by policy version.
 *
 * <pre>
 *   namespace's labels ──► Policy (enforce, audit, warn: a level and a version each)
 *   pod's metadata, spec ──► Standards.evaluate(level:version) ──► Verdict (reasons, details; empty: allowed)
 * </pre>
 *
 * Pure: reads nothing but the trees it is given, on the caller's thread. {@code server.admission.PodSecurity} asks it.
 * Follows pod-security-admission of Kubernetes 1.36 in ids, order and words.
 */
@NullMarked
package io.minik.server.podsecurity;

import org.jspecify.annotations.NullMarked;
